"""Spikes: what is usual at a site at this time of its week, and how far beyond that usage is now."""
