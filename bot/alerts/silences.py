"""Silences: people are not told of matching alerts for a while. Facts are recorded all the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from bot.alerts.endings import Ending
from bot.alerts.model import Alert
from bot.alerts.mute_timings import muted_until
from bot.alerts.routing import matches
from bot.domain.sites import Site
from bot.domain.times import DAY, Slot
from bot.rules.model import UTC_ZONE
from bot.rules.telling import Match, MuteTiming, Telling

LONGEST_MUTE = 15 * DAY
"""Mute timings come again every week: what they keep quiet for longer than that is quiet for ever."""


@dataclass(frozen=True, slots=True)
class Silence:
    """In force in `[starts_at, ends_at)`, and for an alert no longer than its `ending` says.

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

    def is_in_force(self, at: int) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Quiet:
    """Everything that may keep people from being told: silences, and mute timings in a zone of their own or `zone`."""

    silences: Sequence[Silence] = ()
    timings: Mapping[str, MuteTiming] = field(default_factory=dict)
    zone: ZoneInfo = UTC_ZONE

    def silenced_until(self, alert: Alert, site: Site | None, at: Slot) -> Slot:
        """The latest end of the silences that keep the alert quiet at `at`; `at` itself where none does."""
        ends = [one.ends_at for one in self.silences if one.is_in_force(at) and matches(one.match, alert, site)]
        return max(ends, default=at)

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
