"""Words everyone uses: bytes and rates, windows, billing periods, sites, buckets, usage with coverage."""
