"""What is answered to "what if"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # these are among the replies themselves
    from bot.service.queries.replies import Freshness, QuotaState, SiteRef


@dataclass(frozen=True, slots=True)
class Prospect:
    """How a quota of `limit` bytes, of which `used` are used, would fare.

    `likely` is the probability in whole percent that it is reached by the period's end, None where no forecast can be
    said. `runs_out_at` is when it is: by the forecast, without one at the period's average pace; None where it is not
    within the period, was already, or cannot be said (`is_said` is False)."""

    limit: int
    used: int | None
    likely: int | None
    runs_out_at: datetime | None
    is_said: bool

    @property
    def is_over(self) -> bool:
        return self.used is not None and self.used >= self.limit

    @property
    def percent_used(self) -> Fraction | None:
        """Tenths of a percent, rounded down."""
        return None if self.used is None or self.limit <= 0 else Fraction(self.used * 1000 // self.limit, 10)


@dataclass(frozen=True, slots=True)
class WhatIfCase:
    """One quota as it is (`now`) and as it would be (`then`). The period's total is expected to be `forecast`, between
    `low80` and `high80` with 80 %; None where there is no forecast, for which `reason` says why."""

    quota: QuotaState
    now: Prospect
    then: Prospect
    forecast: int | None = None
    low80: int | None = None
    high80: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WhatIfReport:
    """A site's quotas, and those of its pools, with `extra` bytes more granted in this period, or with a quota of
    `limit`; those that run out first come first. `course` is what was used of the first by each instant, ascending, of
    bytes since its period began; empty where nothing of it is known."""

    site: SiteRef
    extra: int | None
    limit: int | None
    cases: tuple[WhatIfCase, ...]
    course: tuple[tuple[datetime, int], ...]
    freshness: Freshness
