"""What people have done: alerts are taken, silences set, moved and ended. Each in one transaction, audited."""
