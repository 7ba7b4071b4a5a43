"""Judging quotas: which periods of whom, what the data say of each, and the alert that it makes."""
