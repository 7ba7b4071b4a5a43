"""Which forecasts are asked for: one for each quota rule, holder of a quota, direction and instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.domain.periods import Calendar, Per
from bot.domain.sites import Site
from bot.domain.times import DAY, HOUR, Slot, Window, floor
from bot.domain.usage import Direction
from bot.rules.contracts import Contract, Holder, contract, holders
from bot.rules.model import Configuration, Quota, Rule


@dataclass(frozen=True, slots=True)
class Case:
    """One forecast that is asked for: of `period`, which the instant `at` lies in.

    A forecast sees what was used up to the last whole UTC hour, `until`.
    """

    rule: Rule
    contract: Contract
    direction: Direction
    at: Slot
    period: Window

    @property
    def until(self) -> Slot:
        return floor(self.at, HOUR)

    @property
    def is_hourly(self) -> bool:
        return self.contract.calendar.per is Per.HOUR

    @property
    def sites(self) -> tuple[int, ...]:
        """Keys: of a pool, all its sites'."""
        return tuple(site.key for site in self.contract.holder.sites)

    @property
    def name(self) -> str:
        holder = self.contract.holder
        return "pool" if holder.is_pool else holder.sites[0].name


@dataclass(frozen=True, slots=True)
class Contracts:
    """Every quota rule for everyone who holds a quota by it; `step` is the grain of the history in seconds."""

    step: int
    all: Sequence[tuple[Rule, Contract]]
    periods: dict[tuple[Calendar, Slot], Window] = field(default_factory=dict)

    @classmethod
    def of(cls, configuration: Configuration, sites: Iterable[Site], step: int) -> Contracts:
        """Of these sites. A pool is all sites of the rule among them."""
        found, listed = list[tuple[Rule, Contract]](), tuple(sites)
        for rule in configuration.rules:
            if isinstance(rule.judge, Quota):
                own = [site for site in listed if rule.sites.matches(site)]
                found += _contracts(rule, rule.judge, holders(rule.judge, own, configuration.timezone))
        return cls(step, tuple(found))

    @classmethod
    def of_rule(cls, rule: Rule, quota: Quota, sites: Iterable[Site], step: int) -> Contracts:
        """Of one rule that has no pool, for sites that it is about."""
        return cls(step, tuple(_contracts(rule, quota, [Holder.of(site) for site in sites])))

    def cases(self, at: Slot) -> Iterator[Case]:
        for rule, one in self.all:
            for direction in rule.directions:
                yield Case(rule, one, direction, at, self.period(one.calendar, at))

    def period(self, calendar: Calendar, at: Slot) -> Window:
        """Most sites share a calendar, and its arithmetic is dear."""
        asked = calendar, at
        if asked not in self.periods:
            period = calendar.period(at)
            self.periods[asked] = Window(floor(period.start, self.step), floor(period.end, self.step))
        return self.periods[asked]


def _contracts(rule: Rule, quota: Quota, owners: Iterable[Holder]) -> Iterator[tuple[Rule, Contract]]:
    """Of those who have a quota."""
    for holder in owners:
        one = contract(quota, holder)
        if one.has_quota:
            yield rule, one


LEAST, SHORT_LEAST = 28, 14
"""Days of history without which nothing is said: of months and longer periods, and of those up to a week."""
WEEK = 7 * DAY


def least_days(case: Case) -> int:
    return SHORT_LEAST if case.period.end - case.period.start <= WEEK + HOUR else LEAST
