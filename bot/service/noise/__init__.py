"""How much noise spike rules promised, and how much there was."""
