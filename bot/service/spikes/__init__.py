"""What is usual at each site, kept up to date with what is known of it."""
