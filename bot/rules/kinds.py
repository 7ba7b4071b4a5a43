"""The kinds of rule: what an operator can have judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from bot.domain.periods import EPOCH_MONDAY, Calendar, Per, Starts
from bot.domain.sites import Site
from bot.rules.telling import Severity


@dataclass(frozen=True, slots=True)
class Planned:
    """`quota` bytes for billing periods that begin on local day `since` or later."""

    since: date
    quota: int


@dataclass(frozen=True, slots=True)
class TopUp:
    """`add` bytes more for the billing period of local day `on`, from its midnight on. `site` as it was written, None
    for every site of the rule."""

    on: date
    add: int
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What the carrier said was used by local time `at` (naive), since its period began; counting goes on from it."""

    at: datetime
    used: int
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """What is different at one site; None where it is as the rule says."""

    site: str
    quota: int | None = None
    starts: Starts | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Tell when usage at the period's end reaches `reaches` percent with a probability of at least `sure` percent."""

    reaches: Fraction
    sure: Fraction


@dataclass(frozen=True, slots=True)
class Pace:
    """Tell when usage over both spans is more than `factor` times what an even pace would use in them."""

    factor: Fraction
    long: timedelta
    short: timedelta


@dataclass(frozen=True, slots=True)
class Quota:
    """Bytes granted for each billing period, and the percentages at which somebody is told.

    `limit` is None where each site's own quota counts (`quota: site`) or a `plan` says, and `starts` is None where
    each site's own start does. `steps` are ascending and exact; `severities` has one entry a step. `every` and
    `anchor` belong to `Per.DAYS`. `rollover` is how many unused bytes are carried over at most. `possible` counts
    what is usual for the gaps too.
    """

    limit: int | None
    per: Per
    starts: Starts | None
    steps: tuple[Fraction, ...]
    severities: tuple[Severity, ...]
    every: int = 1
    anchor: date = EPOCH_MONDAY
    plan: tuple[Planned, ...] = ()
    overrides: tuple[Override, ...] = ()
    top_ups: tuple[TopUp, ...] = ()
    opening: tuple[Opening, ...] = ()
    rollover: int = 0
    pool: bool = False
    possible: bool = False
    forecast: Forecast | None = None
    pace: tuple[Pace, ...] = ()


@dataclass(frozen=True, slots=True)
class Threshold:
    """A level that usage of the last `within` must not pass: strictly over, or strictly under.

    `limit` is whole bytes over `within`. `rate` keeps the operator's own words (bits a second) where he wrote
    a rate; it is only for showing.
    """

    limit: int
    within: timedelta
    under: bool = False
    rate: int | None = None


@dataclass(frozen=True, slots=True)
class Percentile:
    """Burstable billing: the `p`-th percentile of the period's buckets must not be over `rate` (bits a second).

    `steps` are percentages of the burst time that the period allows; `severities` has one entry a step. The sites of
    a `pool` are summed bucket by bucket before they are ranked.
    """

    p: Fraction
    rate: int
    per: Per
    starts: Starts | None
    steps: tuple[Fraction, ...] = (Fraction(100),)
    severities: tuple[Severity, ...] = (Severity.WARNING,)
    every: int = 1
    anchor: date = EPOCH_MONDAY
    pool: bool = False

    def calendar_of(self, site: Site) -> Calendar:
        """Of a site; a pool's is that of a site in its zone, without a start of its own."""
        starts = self.starts if self.starts is not None else (site.starts or Starts())
        return Calendar(self.per, site.timezone, starts, self.every, self.anchor)


@dataclass(frozen=True, slots=True)
class NoData:
    """Nothing is known of a site for `after`, although the API answered; with `zero_is_silent` nothing but zeros."""

    after: timedelta
    zero_is_silent: bool = False


class Sensitivity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


_YEAR = Fraction(1461, 4)
_DAYS = {Per.DAY: Fraction(1), Per.WEEK: Fraction(7), Per.MONTH: _YEAR / 12, Per.QUARTER: _YEAR / 4, Per.YEAR: _YEAR}


@dataclass(frozen=True, slots=True)
class Noise:
    """At most so many alarms of a site in each calendar unit, fitted on its own history."""

    at_most: int
    per: Per

    @property
    def a_day(self) -> Fraction:
        """How many that are on an average day."""
        return Fraction(self.at_most) / _DAYS[self.per]


FLEET = 8
"""Fewer sites of a rule in one workspace say nothing about all of them."""


@dataclass(frozen=True, slots=True)
class Spike:
    """Usage above the baseline by at least `at_least` bytes; None where a share of the site's busy level is that."""

    sensitivity: Sensitivity = Sensitivity.MEDIUM
    at_least: int | None = None
    noise: Noise | None = None


Judge = Quota | Threshold | Percentile | NoData | Spike


def kind_of(judge: Judge) -> str:
    """The word that a rule's kind has in YAML and in transitions."""
    match judge:
        case Quota():
            return "quota"
        case Threshold():
            return "threshold"
        case Percentile():
            return "percentile"
        case NoData():
            return "no_data"
        case Spike():
            return "spike"


def kinds_of(judge: Judge) -> Sequence[str]:
    """The kinds of alert that a rule can make: a quota's forecast and pace are alerts of their own."""
    if not isinstance(judge, Quota):
        return (kind_of(judge),)
    own = {"quota": True, "forecast": judge.forecast is not None, "pace": bool(judge.pace)}
    return tuple(kind for kind, has in own.items() if has)
