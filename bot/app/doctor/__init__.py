"""`usagebot doctor`: what is asked of the world (read only), and what is made of the answers (pure)."""
