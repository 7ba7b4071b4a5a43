"""What notifiers are given to render: facts, ready to word, with nothing left to look up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.alerts.model import Change, Kind, Reason, State
from bot.domain.usage import Direction
from bot.rules.model import Endpoint, Severity

if TYPE_CHECKING:
    from bot.service.answers.model import Answer
    from bot.service.reports.model import DigestReport


@dataclass(frozen=True, slots=True)
class GrantView:
    """What a quota is made of beyond its limit. Bytes are whole.

    `carried` over and `top_ups` are part of the limit. `opening` bytes were used by `opened_at`, as the carrier said.
    `factor` is what the carrier bills of each byte counted. `is_possible` counts what is usual for gaps. `shares` are
    a pool's largest sites by name with what each used, `rest` the number and bytes of the others.
    """

    carried: int = 0
    top_ups: int = 0
    opening: int = 0
    opened_at: datetime | None = None
    factor: Fraction = Fraction(1)
    is_possible: bool = False
    shares: tuple[tuple[str, int], ...] = ()
    rest: tuple[int, int] = (0, 0)


PLAIN_GRANT = GrantView()


@dataclass(frozen=True, slots=True)
class OutlookView:
    """What was expected of a billing period's total: the median, and what it lies between with 80 %.

    `likely` is the probability in whole percent that the alert's step is reached, `days` how many days it rests on.
    `exhausts_at` is when usage reaches the limit as expected, None where it does not within the period.
    """

    forecast: int
    low80: int
    high80: int
    likely: int
    days: int
    exhausts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LikeDays:
    """On how many of the last `back` days it was `as_high` at that time of day; `known` of them are known."""

    back: int
    known: int
    as_high: int


@dataclass(frozen=True, slots=True)
class QuotaShare:
    """How much of a site's own quota some bytes are: `limit` bytes are granted for `[start, end)`, and `part` is in
    percent of them."""

    limit: int
    start: datetime
    end: datetime
    part: Fraction


@dataclass(frozen=True, slots=True)
class SpikeView:
    """What was unusual at the worst of an episode, up to `at`: `came` bytes in `span`, where `low` to `top` are usual.

    Bytes are of a level that was kept up throughout the span or, where `is_mostly`, for most of it; of a span of a day
    or more (`is_lasting`) they are good for comparing alone, its half hours being taken one by one. `extra` bytes came
    so far beyond the top of what is usual, a `share` of a quota where one counts them. `like` says how often it was so
    before, None where that was not looked up.
    """

    span: timedelta
    came: int
    low: int
    top: int
    at: datetime
    is_mostly: bool = False
    extra: int = 0
    share: QuotaShare | None = None
    like: LikeDays | None = None

    @property
    def is_lasting(self) -> bool:
        return self.span >= timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RiseView:
    """The furthest that the sites of a fleet rose together, at `at`: `moved` of the `known` ones of all `sites`, the
    middle one by so many `percent`, since `since`. In `span` `came` so many bytes at the known ones, where `usual` are
    expected. `largest` are names and percents, the largest first; `beyond` who did more than the others at any time.
    """

    moved: int
    known: int
    sites: int
    percent: int
    since: datetime
    at: datetime
    span: timedelta
    came: int
    usual: int
    largest: tuple[tuple[str, int], ...] = ()
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert as it stands now. Instants are aware UTC; `zone` is the site's own, for showing them.

    `site` is "" for what is about the bot itself, whose text is `note`; a pool's is "pool of" its rule, and `pool` how
    many sites it has, 0 of what is no pool; so it is of a fleet, which has a `rise`. Quotas have a period, `step` and
    `steps` (percent → when it was reached); `runs_out_at` is when usage reaches the limit if it goes on at
    the period's average pace, None where that cannot be said or is after the period. Thresholds have `within`,
    `under` and, where the operator wrote one, `rate` (bits a second). Forecasts have an `outlook`, spikes a `spike`.
    Bytes are whole.
    `acknowledged_by` is "" where nobody has taken it. `silenced_until` is when the silence that keeps it quiet ends, at
    the latest, and None where none does; `silenced_by` set it, and said `silenced_for` (each their own text, and maybe
    ""). `silenced_unless` is what may end it sooner, in our words: "it gets worse". `held_by` names the alert that
    holds this one back ("A12"), or is "", and `held_by_fleet` says that it is about the whole fleet. `flapping` is how
    often it began and ended within `flapping_within`, where it is quiet because of that, else 0.

    `value` and `limit` of `no_data` are seconds of silence, with `within` the rule's own; of a percentile (`percentile`
    over `rate`) seconds of burst time. `detail` is what else only its kind knows, as in `Alert`.
    """

    id: str
    kind: Kind
    rule: str
    workspace: str
    site: str
    zone: ZoneInfo
    direction: Direction
    state: State
    severity: Severity
    reason: Reason
    since: datetime
    value: int
    limit: int
    coverage: float | None = None
    data_until: datetime | None = None
    step: Fraction | None = None
    steps: Mapping[Fraction, datetime] = field(default_factory=dict)
    period_start: datetime | None = None
    period_end: datetime | None = None
    even_pace: int | None = None
    runs_out_at: datetime | None = None
    within: timedelta | None = None
    under: bool = False
    rate: int | None = None
    percentile: Fraction | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    fired_at: datetime | None = None
    resolved_at: datetime | None = None
    note: str = ""
    pool: int = 0
    grant: GrantView = PLAIN_GRANT
    outlook: OutlookView | None = None
    spike: SpikeView | None = None
    rise: RiseView | None = None
    acknowledged_by: str = ""
    acknowledged_until: datetime | None = None
    silenced_by: str = ""
    silenced_until: datetime | None = None
    silenced_for: str = ""
    silenced_unless: str = ""
    held_by: str = ""
    held_by_fleet: bool = False
    flapping: int = 0
    flapping_within: timedelta | None = None

    @property
    def is_fleet(self) -> bool:
        """Whether it is about many sites that rose together."""
        return self.kind is Kind.SPIKE and self.pool > 0


@dataclass(frozen=True, slots=True)
class News:
    """One transition that this notification tells. `at` is the end of the bucket that made it true; `late_by`
    is how much later the bot learnt of it, zero where that was at once. `crossed` lists all the steps that one
    pass reached, with their times, the highest last. `was` is, for a correction, what had been told before it."""

    alert: AlertView
    change: Change
    reason: Reason
    at: datetime
    late_by: timedelta
    step: Fraction | None = None
    value: int = 0
    crossed: Mapping[Fraction, datetime] = field(default_factory=dict)
    was: int | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """What one endpoint is to see now: all alerts of the group as they stand, and what is new since the last time.

    `id` is unique for ever and the idempotency key of this delivery; `group` that of the message it belongs to.
    `ref` is None until the group's message exists. `loud` is False where the message is only to be edited.
    `attempted_before` is when an earlier attempt of this same notification began whose outcome is not known. `is_test`:
    somebody tries the receiver, and nothing has happened. `instead_of` is the receiver in whose place this one is told,
    `because` why, both "" of what is its own. A `digest` is told whole and once, has no alerts and no news, and `rule`
    is its name; `digest_data` is the same for machines.
    """

    id: int
    group: int
    receiver: str
    endpoint: Endpoint
    rule: str
    workspace: str
    alerts: tuple[AlertView, ...]
    news: tuple[News, ...]
    loud: bool
    created_at: datetime
    ref: str | None = None
    attempted_before: datetime | None = None
    is_test: bool = False
    instead_of: str = ""
    because: str = ""
    digest: Answer | None = None
    digest_data: DigestReport | None = None
