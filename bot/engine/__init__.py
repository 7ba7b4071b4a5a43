"""Judgement: usage and a rule in, edges out. Columnar, pure."""
