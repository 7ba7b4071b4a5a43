"""What is answered to a comparison."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.domain.usage import Direction, Usage
from bot.service.fleet import NotFound

if TYPE_CHECKING:  # these are among the replies themselves
    from bot.service.queries.replies import Freshness, Point, QuotaState, SiteRef


@dataclass(frozen=True, slots=True)
class ComparedSite:
    """One of them. `points` are the same hours or days of each, oldest first; `change` is in percent against the window
    before, None where too little of either is known, or nothing was used before. `quota` is the one of which most is
    used, a pool's too, None where there is none."""

    site: SiteRef
    usage: Usage
    change: Fraction | None
    points: tuple[Point, ...]
    quota: QuotaState | None

    @property
    def busiest(self) -> Point | None:
        """None where nothing is known."""
        known = [point for point in self.points if point.usage.known]
        return max(known, key=lambda point: point.usage.of(Direction.TOTAL), default=None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Sites over the same window `[start, end)`, the largest first. `zone` is theirs where they share one, else the
    fleet's."""

    span: timedelta
    start: datetime
    end: datetime
    zone: ZoneInfo
    rows: tuple[ComparedSite, ...]
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class NotCompared:
    """Why nothing is compared: names that mean no single site; or else too few or too many `sites` were named."""

    unfound: tuple[NotFound, ...]
    sites: int
