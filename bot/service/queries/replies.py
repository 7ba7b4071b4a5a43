"""What the questions answer. Instants are aware UTC, bytes are whole, sites outside the asker's scope never occur."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.domain.usage import Direction, Usage
from bot.service.commands import Span
from bot.service.fleet import NotFound
from bot.service.queries.compare_replies import Comparison, NotCompared
from bot.service.queries.noise_replies import NoiseReport
from bot.service.queries.rule_replies import RuleReport, RuleTable
from bot.service.queries.silence_replies import SilenceList
from bot.service.queries.status_replies import StatusReport
from bot.service.queries.story_replies import AlertStory
from bot.service.queries.whatif_replies import WhatIfReport
from bot.service.reports.model import DigestReport
from bot.service.views import AlertView


@dataclass(frozen=True, slots=True)
class SiteRef:
    """A site as an answer names it. `label` is the shortest name that means no other visible site."""

    workspace: str
    name: str
    label: str
    id: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh an answer is: the data of `known` of its `sites` sites end between `oldest` and `newest`.

    `coverage` is the share of the answer's buckets that is known, None of an answer that adds up nothing.
    """

    asked_at: datetime
    sites: int
    known: int
    oldest: datetime | None = None
    newest: datetime | None = None
    coverage: float | None = None


@dataclass(frozen=True, slots=True)
class QuotaState:
    """One site's quota, or a pool's, of one rule and direction in its current billing period, counted until `until`.

    A pool is named in place of a site, and `pool` is how many sites it has; 0 of what is none. `limit` is what is
    granted by now, of which `carried` bytes come from the period before and `top_ups` were added.

    `used` is None where nothing of the period is known. `even_pace` is what would be used by `until` at an even
    pace. `runs_out_at` is when usage reaches the limit at the period's average pace; None where that is after the
    period, was already, or cannot be said (too early in the period, or too much unknown). Where there is a `forecast`
    of the period's total, `runs_out_at` is by that and not by the pace.
    """

    site: SiteRef
    rule: str
    direction: Direction
    period_start: datetime
    period_end: datetime
    until: datetime
    limit: int
    used: int | None
    even_pace: int
    known: int
    expected: int
    runs_out_at: datetime | None = None
    pool: int = 0
    carried: int = 0
    top_ups: int = 0
    forecast: int | None = None

    @property
    def left(self) -> int | None:
        return None if self.used is None else max(0, self.limit - self.used)

    @property
    def percent_used(self) -> Fraction | None:
        """Tenths of a percent, rounded down: 100 is never said before it is reached."""
        return None if self.used is None or self.limit <= 0 else Fraction(self.used * 1000 // self.limit, 10)

    @property
    def is_over(self) -> bool:
        return self.used is not None and self.used >= self.limit

    @property
    def is_near(self) -> bool:
        """Not over, but at four fifths of it, or about to run out within the period."""
        if self.used is None or self.is_over:
            return False
        return self.used * 5 >= self.limit * 4 or self.runs_out_at is not None

    @property
    def coverage(self) -> float | None:
        return self.known / self.expected if self.expected else None


@dataclass(frozen=True, slots=True)
class Point:
    """Usage of `[start, start + length)`; unknown where its usage has no known bucket."""

    start: datetime
    length: timedelta
    usage: Usage


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An open alert. `label` names its site among the visible ones; "" where it is about the bot itself."""

    label: str
    view: AlertView


@dataclass(frozen=True, slots=True)
class SiteReport:
    """Usage of `[start, end)`, with whole hours or days of it as `points`, oldest first. `rule` is the quota rule
    whose billing period the window is, "" where it is none."""

    site: SiteRef
    span: Span
    start: datetime
    end: datetime
    usage: Usage
    points: tuple[Point, ...]
    quotas: tuple[QuotaState, ...]
    alerts: tuple[OpenAlert, ...]
    freshness: Freshness
    rule: str = ""


@dataclass(frozen=True, slots=True)
class TopSite:
    """`count` bytes in the direction asked; `share` of the visible fleet's and `change` against the window before,
    both in percent. Change is None where too little of either window is known, or there was no usage before."""

    site: SiteRef
    count: int
    usage: Usage
    share: Fraction | None
    change: Fraction | None


@dataclass(frozen=True, slots=True)
class TopSites:
    """The largest sites over `[start, end)`, largest first. `total` and `change` are all visible sites' together;
    `unknown` sites have no known bucket in the window and no place."""

    direction: Direction
    span: timedelta
    start: datetime
    end: datetime
    rows: tuple[TopSite, ...]
    total: int
    change: Fraction | None
    unknown: int
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class QuotaTable:
    """Quotas, those first that ran out or will run out first. `site` is None where all were asked for."""

    quotas: tuple[QuotaState, ...]
    freshness: Freshness
    site: SiteRef | None = None


@dataclass(frozen=True, slots=True)
class OpenAlerts:
    """Firing before pending, the worst first, then the oldest."""

    alerts: tuple[OpenAlert, ...]
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class Glance:
    """The fleet at a glance. `over` and `near` are ordered as in a QuotaTable; `quotas` is how many there are."""

    workspaces: tuple[str, ...]
    quotas: int
    over: tuple[QuotaState, ...]
    near: tuple[QuotaState, ...]
    firing: tuple[OpenAlert, ...]
    pending: int
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class NoScope:
    """Whoever asks may see no workspace. `place` is the id of the channel, as the configuration would name it."""

    place: str = ""


Reply = (
    Glance
    | SiteReport
    | TopSites
    | QuotaTable
    | OpenAlerts
    | SilenceList
    | NoiseReport
    | DigestReport
    | StatusReport
    | Comparison
    | WhatIfReport
    | RuleTable
    | RuleReport
    | AlertStory
    | NotCompared
    | NotFound
    | NoScope
)
