"""The composition root: logs, metrics, the HTTP door, and the one process that all of it runs in."""
