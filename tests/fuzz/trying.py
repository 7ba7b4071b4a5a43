"""How many examples a property is tried with."""

from __future__ import annotations

from hypothesis import HealthCheck, settings


def factor() -> int:
    """1 in the profile `ci`, 30 in `deep`. It is known once pytest is configured, which the first conftest is not."""
    return settings().max_examples // 100


def tries(count: int) -> settings:
    """So many examples by default, and so many times more in a deep run."""
    return settings(
        max_examples=count * factor(), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
    )
