"""Silences: people are not told of matching alerts for a while. Facts are recorded all the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from bot.alerts.candidates import Candidates
from bot.alerts.endings import Ending, GetsWorse, PeriodResets, is_worse
from bot.alerts.model import Alert
from bot.alerts.mute_timings import muted_until
from bot.alerts.routing import matches
from bot.domain.sites import Site
from bot.domain.times import DAY, HOUR, Slot
from bot.rules.model import UTC_ZONE
from bot.rules.telling import Match, MuteTiming, Telling

LONGEST_MUTE = 15 * DAY
"""Mute timings come again every week: what they keep quiet for longer than that is quiet for ever."""

LONGEST = 35 * DAY
"""How long a silence lasts at most of which people say only what is to end it."""


@dataclass(frozen=True, slots=True)
class Silence:
    """In force in `[starts_at, ends_at)`, and for an alert no longer than its `ending` says (see `covers`).

    `author` and `reason` are people's own text. `lapsed` says since when it does not count for an alert (its id) any
    more although it is in force: what ended it for that alert, and cannot be told from the alert alone. `created_at` is
    None of one that was set by a version before that was kept. `id` is 0 until it is stored.
    """

    match: Match
    starts_at: Slot
    ends_at: Slot
    author: str = ""
    reason: str = ""
    ending: Ending | None = None
    lapsed: Mapping[int, Slot] = field(default_factory=dict)
    created_at: Slot | None = None
    id: int = 0

    @property
    def short_id(self) -> str:
        """How people name it: `S4`."""
        return f"S{self.id}"

    @property
    def reminds_at(self) -> Slot | None:
        """When people are reminded of its end: a tenth of its length before that, between an hour and a day; None of
        one that lasts less than a day."""
        length = self.ends_at - self.starts_at
        return Slot(self.ends_at - min(DAY, max(HOUR, length // 10))) if length >= DAY else None

    def is_in_force(self, at: int) -> bool:
        return self.starts_at <= at < self.ends_at

    def covers(self, alert: Alert, site: Site | None, at: Slot) -> Slot:
        """Until when it keeps an alert quiet that stays as it is; `at` itself where it does not at `at`.

        Of a silence until the billing period resets: an alert of the period in which it began is kept quiet for as
        long as the silence lasts, for the end of the period is the end of the alert, and no news; one of a later period
        is not.
        """
        if not self.is_in_force(at) or not matches(self.match, alert, site):
            return at
        match self.ending:
            case PeriodResets() if alert.key.period is not None and self.starts_at not in alert.key.period:
                return at
            case GetsWorse(levels) if is_worse(alert, levels):
                return at
            case _:
                return max(at, min(self.ends_at, self.lapsed.get(alert.id, self.ends_at)))

    def said_until(self, alert: Alert) -> Slot:
        """Until when people are told that it keeps the alert quiet, at the latest."""
        period = alert.key.period
        is_to_reset = isinstance(self.ending, PeriodResets) and period is not None
        return min(self.ends_at, period.end) if is_to_reset and period is not None else self.ends_at


@dataclass(frozen=True, slots=True)
class InForce:
    """The silences among these that are in force `at` one instant."""

    silences: Sequence[Silence]
    at: Slot
    _candidates: Candidates = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_candidates", Candidates(self.silences))

    def over(self, alert: Alert, site: Site | None) -> Silence | None:
        """The one that keeps the alert quiet the longest; None where none does."""
        ends = {one.covers(alert, site, self.at): one for one in self._candidates.of(alert, site)}
        end = max(ends, default=self.at)
        return ends[end] if end > self.at else None


NONE_IN_FORCE = InForce((), Slot(0))


@dataclass(frozen=True, slots=True)
class Quiet:
    """Everything that may keep people from being told: silences, and mute timings in a zone of their own or `zone`."""

    silences: Sequence[Silence] = ()
    timings: Mapping[str, MuteTiming] = field(default_factory=dict)
    zone: ZoneInfo = UTC_ZONE
    _candidates: Candidates = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_candidates", Candidates(self.silences))

    def silenced_until(self, alert: Alert, site: Site | None, at: Slot) -> Slot:
        """The latest end of the silences that keep the alert quiet at `at`; `at` itself where none does."""
        return max((one.covers(alert, site, at) for one in self._candidates.of(alert, site)), default=at)

    def muted_until(self, telling: Telling, at: Slot) -> Slot:
        """The latest end of the mute timings that are in force at `at`; `at` itself where none is."""
        return max((muted_until(self.timings[name], self.zone, at) for name in telling.mute), default=at)

    def heard_from(self, alert: Alert, site: Site | None, telling: Telling, at: Slot) -> Slot | None:
        """The first instant, `at` or later, at which neither keeps the alert quiet; None where that never comes."""
        end, muted = at, 0
        while True:
            silence, mute = self.silenced_until(alert, site, end), self.muted_until(telling, end)
            if max(silence, mute) == end:
                return end
            muted = muted + mute - end if mute > silence else 0
            if muted > LONGEST_MUTE:
                return None
            end = max(silence, mute)
