"""Telling people: Slack, e-mail and the terminal."""
