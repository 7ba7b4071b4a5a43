"""The bot watches itself: what is measured, what that means, and who is told."""
