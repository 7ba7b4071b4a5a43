"""What an operator writes: YAML in, typed rules and problems with line and column out."""
