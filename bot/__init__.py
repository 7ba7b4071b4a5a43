"""Usage alerts and quotas for Altostrat SD-WAN fleets."""

__version__ = "0.1.0"
