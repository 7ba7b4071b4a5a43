"""Slack as an interface: slash commands and the Home tab, over Bolt."""
