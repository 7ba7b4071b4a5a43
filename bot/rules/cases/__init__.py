"""Tests of rules, as an operator writes them: a made-up past, what happens meanwhile, and what must come of it."""
