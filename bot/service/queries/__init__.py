"""Questions about the fleet and their answers as typed facts: no words, no markup, nothing that may not be seen."""
