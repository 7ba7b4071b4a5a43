"""What an explanation says, as values. Instants are aware UTC, bytes are whole, percentages exact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from bot.domain.usage import Direction
from bot.service.actions.replies import NoSuchAlert
from bot.service.explain.told import Hush, Message
from bot.service.explain.unusual import Unusualness
from bot.service.queries.replies import Freshness, SiteRef
from bot.service.views import RiseView, SpikeView


class Because(StrEnum):
    """Why people were told of an alert, or why they were not."""

    TOLD = "told"
    QUIET = "quiet"
    WAITING = "waiting"
    REJECTED = "rejected"
    NOBODY = "nobody"
    PENDING = "pending"
    OVER = "over"
    NEW_NORMAL = "new_normal"
    WITHDRAWN = "withdrawn"
    RULE_CHANGED = "rule_changed"
    NOT_NEWS = "not_news"
    BELOW = "below"
    GAPS = "gaps"
    NO_DATA = "no_data"
    NO_HISTORY = "no_history"
    NO_LIMIT = "no_limit"
    NOT_ABOUT = "not_about"
    NOT_JUDGED = "not_judged"


class Unit(StrEnum):
    """What a kind of rule counts."""

    BYTES = "bytes"
    SECONDS = "seconds"


class Verdict(StrEnum):
    CLEAR = "clear"
    BREACH = "breach"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StepAt:
    """A step of a quota: the bytes that reach it, and when they did. `reached_at` is None where they had not."""

    step: Fraction
    level: int
    reached_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a rule said at that time: `value` against `limit` over `[start, end)`, of which `known` of `expected`
    buckets were known. `is_of_then` says that the limit is the one that was in force then; else it is today's.
    Both, and the levels of steps, are bytes, or seconds where a rule counts time (`unit`). Of a spike `limit` is the
    top of what is usual, and `unusual` says what it takes."""

    verdict: Verdict
    value: int
    limit: int | None
    known: int
    expected: int
    start: datetime
    end: datetime
    steps: tuple[StepAt, ...] = ()
    under: bool = False
    is_of_then: bool = True
    unit: Unit = Unit.BYTES
    unusual: Unusualness | None = None

    @property
    def coverage(self) -> float | None:
        return self.known / self.expected if self.expected else None

    @property
    def percent(self) -> Fraction | None:
        """Tenths of a percent, rounded down."""
        return Fraction(self.value * 1000 // self.limit, 10) if self.limit else None


@dataclass(frozen=True, slots=True)
class Move:
    """A transition: when the bot knew (`at`), which bucket end made it true (`true_at`), and what was then. `span` are
    the seconds that a spike's bytes are of, 0 of what has no such span."""

    at: datetime
    true_at: datetime
    change: str
    reason: str
    step: Fraction | None
    value: int
    was: int | None
    limit: int | None
    severity: str | None
    coverage: float | None
    rule_version: str | None
    span: int = 0


@dataclass(frozen=True, slots=True)
class AlertAt:
    """The alert as it was. `held` and `cleared` are seconds towards `for` and `keep_firing_for`; `acknowledged_by` is
    "" where nobody took it. `is_exact` is False of one that was stored before its past was kept."""

    id: str
    state: str
    severity: str
    since: datetime
    fired_at: datetime | None
    resolved_at: datetime | None
    reason: str
    rule_version: str
    held: int
    cleared: int
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """One rule, kind and direction for the site. `sentence` is all of it in one; `mismatch` says why the rule is not
    about the site, `spike` what its alert remembers of one, `fleet` the alert of a rise of the whole fleet that
    was on then, and `rise` what the alert remembers where it is about such a rise itself. `version_then` is the rule's
    version at that time as far as it is known, `version_now` today's."""

    rule: str
    kind: str
    direction: Direction
    because: Because
    sentence: str
    version_now: str
    version_then: str | None = None
    edited_at: datetime | None = None
    mismatch: str = ""
    standing: Standing | None = None
    alert: AlertAt | None = None
    moves: tuple[Move, ...] = ()
    receivers: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    hushes: tuple[Hush, ...] = ()
    hold: int = 0
    keep_firing: int = 0
    spike: SpikeView | None = None
    fleet: AlertAt | None = None
    rise: RiseView | None = None


@dataclass(frozen=True, slots=True)
class Revised:
    """A bucket's bytes (in, out) that were taken back when `seen_at` others came."""

    seen_at: datetime
    before: tuple[int, int]
    after: tuple[int, int]


@dataclass(frozen=True, slots=True)
class BucketAt:
    """A bucket as it was known then; None where it was not. `why` says what was known of it: answered, no row, failed,
    not asked, or kept (pulls are not kept for ever)."""

    start: datetime
    in_bytes: int | None
    out_bytes: int | None
    why: str
    asked_at: datetime | None = None
    detail: str = ""
    revisions: tuple[Revised, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one site at one time. `data_until` is the end of what had been read by then. `alert` is the one
    that was asked about (`A17`), "" where a site was; of a pool's, `site` names the pool, and there are no buckets."""

    site: SiteRef
    at: datetime
    sentence: str
    data_until: datetime | None
    cases: tuple[Case, ...]
    buckets: tuple[BucketAt, ...]
    freshness: Freshness
    alert: str = ""


@dataclass(frozen=True, slots=True)
class NoSuchRule:
    """No rule has that name; `suggestions` may have been meant."""

    name: str
    suggestions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoSuchTime:
    """What cannot be explained: a time to come."""

    at: datetime
    now: datetime


Unexplained = NoSuchRule | NoSuchTime | NoSuchAlert
Explained = Explanation | Unexplained
