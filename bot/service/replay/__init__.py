"""Replaying a past through the judgement and the life of alerts of operation: backtests and tests of rules."""
