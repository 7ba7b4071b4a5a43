"""Forecasts of billing periods: which are asked for, and what is expected of each."""
