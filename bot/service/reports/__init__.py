"""Digests: when one is due, what is in it, and having it told."""
