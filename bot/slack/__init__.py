"""Slack as an interface: slash commands over Bolt."""
