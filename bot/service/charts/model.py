"""What a chart shows, ready to draw: nothing is left to look up, and nothing in it knows how it will look.

Instants are aware UTC and `zone` is the one to show them in; bytes are whole; unknown is None and never zero. Names of
sites, pools and rules (`subject`, `Mark.name`, `Line.name`) are other people's text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.domain.usage import Direction
from bot.rules.model import Severity
from bot.service.spikes.hours import BandHour


@dataclass(frozen=True, slots=True)
class Span:
    """`[start, end)`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Bar:
    """What was used in `[start, start + length)`, None where nothing of it is known; `is_partial` where some is not."""

    start: datetime
    length: timedelta
    in_bytes: int | None
    out_bytes: int | None
    is_partial: bool = False

    @property
    def total(self) -> int | None:
        return None if self.in_bytes is None or self.out_bytes is None else self.in_bytes + self.out_bytes

    def of(self, direction: Direction) -> int | None:
        """Bytes of one direction; of `MAX` the larger."""
        if self.in_bytes is None or self.out_bytes is None:
            return None
        sides = {Direction.IN: self.in_bytes, Direction.OUT: self.out_bytes, Direction.TOTAL: self.total}
        return sides.get(direction, max(self.in_bytes, self.out_bytes))


@dataclass(frozen=True, slots=True)
class Fan:
    """What is expected at a billing period's end: the median, and what it lies between with 80 %. `exhausts_at` is when
    the limit is reached as expected, None where it is not within the period."""

    middle: int
    low80: int
    high80: int
    exhausts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a quota in percent, and when it was reached; None where it was not."""

    percent: Fraction
    reached_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BurnDown:
    """A quota: usage to date, (instant, bytes since the period's start) ascending and ending at `until`, against the
    even pace from 0 to `limit` over `[start, end)`, with the forecast. `known` is the share of it that is known."""

    subject: str
    zone: ZoneInfo
    start: datetime
    end: datetime
    until: datetime
    limit: int
    used: tuple[tuple[datetime, int], ...]
    steps: tuple[Step, ...] = ()
    fan: Fan | None = None
    direction: Direction = Direction.TOTAL
    known: float | None = None


class Unit(StrEnum):
    """What the height of a bar says: bytes in its span, or bits a second on average."""

    BYTES = "bytes"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class Course:
    """Usage in time, bar by bar, oldest first: of a site for an answer, or of an alert's threshold, percentile or
    silence. `direction` None stacks in and out. `limit` is in the unit of the bars, said as `limit_said` ("20 GB in
    1 hour"); with `under` it is a least. `breaches` are painted, `silent` are spans without any word of the site.
    `detail` is one line of our own words ("burst time 31 h of 36 h").
    """

    subject: str
    zone: ZoneInfo
    bars: tuple[Bar, ...]
    unit: Unit = Unit.BYTES
    direction: Direction | None = None
    limit: int | None = None
    limit_said: str = ""
    under: bool = False
    breaches: tuple[Span, ...] = ()
    silent: tuple[Span, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unusual:
    """A spike: what came hour by hour, against what is usual at that time. `breaches` are painted."""

    subject: str
    zone: ZoneInfo
    direction: Direction
    hours: tuple[BandHour, ...]
    breaches: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """One row of a ranking: `value` of `limit` (bytes, seconds or percent, as the ranking says). `severity` is that of
    an alert about it which fires, `note` our own words beside it ("runs out Thu 27 Nov")."""

    name: str
    value: int | None
    limit: int | None = None
    severity: Severity | None = None
    note: str = ""


class Scale(StrEnum):
    """What a ranking's bars are: bytes, the share of each one's own limit, or percent above what is usual."""

    BYTES = "bytes"
    SHARE = "share"
    RISE = "rise"


@dataclass(frozen=True, slots=True)
class Ranking:
    """Sites (or quotas) beside each other, the worst or largest first; `more` are not among the rows. `title` is in
    our own words ("Largest sites of the last 7 days")."""

    title: str
    scale: Scale
    rows: tuple[Mark, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One site of a comparison: usage in time, the same bars for each."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Some sites' usage in time, beside each other."""

    zone: ZoneInfo
    direction: Direction
    lines: tuple[Line, ...]


Chart = BurnDown | Course | Unusual | Ranking | Compared
