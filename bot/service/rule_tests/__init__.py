"""Running tests of rules: the whole chain on a made-up past, and what was expected against what came."""
