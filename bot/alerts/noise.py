"""How many spikes people were told of in a month, against what their rule promises. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil

from bot.alerts.model import Alert, Reason, State
from bot.alerts.spike import Unusual
from bot.domain.periods import MONTHS, Per
from bot.domain.times import DAY, Slot, Window
from bot.domain.usage import Direction
from bot.engine.spikes.expected import usual
from bot.rules.kinds import Noise, Spike

_DAYS = {Per.DAY: 1, Per.WEEK: 7}


@dataclass(frozen=True, slots=True)
class Count:
    """Spikes of one site in one month: those that people were `told` of, those that were `held` back from them for
    whatever reason, and those that were `withdrawn` as data were revised, told or not. `score` is the highest of what
    was told, in thousandths."""

    told: int = 0
    held: int = 0
    withdrawn: int = 0
    score: int = 0

    def and_of(self, alert: Alert) -> Count:
        """With one more, of this month."""
        if _is_withdrawn(alert):
            return replace(self, withdrawn=self.withdrawn + 1)
        if alert.told_at is None:
            return replace(self, held=self.held + 1)
        # What is about a whole fleet has a detail of its own.
        score = Unusual.of(alert).score if alert.key.site is not None else 0
        return replace(self, told=self.told + 1, score=max(self.score, score))


@dataclass(frozen=True, slots=True)
class Account:
    """One rule's `month`. `sites` has each site that was judged then, by its key; `fleet` counts what was told of many
    sites at once. `since` is when the rule was first known, `edited_at` when it became what it is, where that was after
    the month began. Alerts of all its `directions` count together, for that is what a rule promises."""

    rule: str
    spike: Spike
    directions: Sequence[Direction]
    month: Window
    sites: Mapping[int, Count] = field(default_factory=dict)
    fleet: Count = field(default_factory=Count)
    since: Slot | None = None
    edited_at: Slot | None = None

    @property
    def most(self) -> Fraction:
        """How many alarms of a site the month may have: what was promised, or what is usual of the sensitivity."""
        noise = self.spike.noise
        return Fraction(allowed(noise, self.month)) if noise else usual(self.spike.sensitivity, self.directions)

    @property
    def whole(self) -> int:
        """The same in whole alarms: no part of one is cut off."""
        return ceil(self.most)

    @property
    def told(self) -> int:
        return sum(one.told for one in self.sites.values())

    @property
    def held(self) -> int:
        return sum(one.held for one in self.sites.values())

    @property
    def withdrawn(self) -> int:
        return sum(one.withdrawn for one in self.sites.values())

    @property
    def average(self) -> Fraction | None:
        """Alarms a site; None without sites."""
        return Fraction(self.told, len(self.sites)) if self.sites else None

    @property
    def loudest(self) -> list[int]:
        """The sites of which anything was told, the loudest first."""
        told = [site for site, one in self.sites.items() if one.told]
        return sorted(told, key=lambda site: (-self.sites[site].told, -self.sites[site].score, site))

    @property
    def above(self) -> list[int]:
        """Those that had more than the month may have, the loudest first."""
        return [site for site in self.loudest if self.sites[site].told > self.whole]


def allowed(noise: Noise, month: Window) -> int:
    """What is promised for a day, a week or a year, as it is for one month: no less than a whole alarm, and no part of
    one is cut off, for nobody promised less than that."""
    if noise.per in MONTHS:
        return ceil(Fraction(noise.at_most, MONTHS[noise.per]))
    days = round((month.end - month.start) / DAY)  # a change of the clock makes no month shorter
    return ceil(Fraction(noise.at_most * days, _DAYS[noise.per]))


def account_of(
    rule: str,
    spike: Spike,
    directions: Sequence[Direction],
    month: Window,
    sites: Collection[int],
    alerts: Iterable[Alert],
) -> Account:
    """Of these sites (keys) that were judged in the month, and of every other one that an alert is about. The `alerts`
    are the rule's; those of other months do not count."""
    counts: dict[int, Count] = dict.fromkeys(sites, Count())
    fleet = Count()
    for alert in alerts:
        if not is_of(alert, month):
            continue
        if alert.key.site is None:
            fleet = fleet.and_of(alert)
        else:
            counts[alert.key.site] = counts.get(alert.key.site, Count()).and_of(alert)
    return Account(rule, spike, directions, month, counts, fleet)


def is_of(alert: Alert, month: Window) -> bool:
    """Whether people were first told of it in the month; or, of what they were not told of, whether it fired then."""
    at = alert.told_at if alert.told_at is not None else alert.fired_at
    return alert.fired_at is not None and at is not None and at in month


def _is_withdrawn(alert: Alert) -> bool:
    return alert.state is State.RESOLVED and alert.reason is Reason.DATA_REVISED
