"""The life of an alert: transitions with reasons, groups, notifications. Pure."""
