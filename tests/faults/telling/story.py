"""What happens to alerts in one run, by seed: the truth that people must notice, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from bot.alerts.model import Change
from bot.domain.sites import Site
from bot.domain.times import Slot, to_slot
from bot.rules.model import Configuration
from bot.service.fleet import Fleet
from tests.acceptance.world import at, configuration

BEGIN = at(3, 6, 0)
LASTS = timedelta(minutes=50)
ACTS = 6
MB = 10**6

NAMES = ("Alma", "Benoni", "Cradock", "Delmas", "Ermelo", "Ficksburg", "George", "Howick", "Ixopo", "Jansenville")
SITES = tuple(
    Site(key, "default", f"{key:08}-0000-4000-8000-000000000000", name, ZoneInfo("Africa/Johannesburg"))
    for key, name in enumerate(NAMES, 1)
)
RULES = """
version: 1
defaults: {timezone: Africa/Johannesburg, receivers: [noc]}
operators: [ops]
receivers:
  noc: {slack: "#noc", email: [noc@example.com, boss@example.com]}
  shops: {slack: "#shops", fallback: oncall}
  desk: {webhook: {url_env: TICKETS_URL}}
  oncall: {slack: "#oncall"}
  chief: {slack: "#chief"}
  ops: {slack: "#ops"}
routes:
  - {match: {rule: lte}, notify: [noc], group_wait: 10s, group_interval: 1m}
  - {match: {rule: burst}, notify: [shops, desk], group_interval: 1m}
  - match: {rule: mpls}
    notify: [noc, desk]
    group_by: [site]
    group_interval: 1m
    repeat_every: 40m
    escalate: {after: 10m, notify: [chief]}
rules:
  - {name: lte, quota: 1 GB, per: month, at: [50%, 80%, 100%]}
  - {name: burst, threshold: {over: 250 MB, within: 10m}}
  - {name: mpls, quota: 1 GB, per: month, at: [50%, 80%, 100%]}
"""
CHANNELS = ("noc", "shops", "oncall", "chief", "ops")
AT = {"lte": (1, 2, 3, 4), "burst": (5, 6, 7, 8), "mpls": (9, 10)}
"""Rule → the keys of the sites where it has something to say: one rule a site, so that none holds another back."""
VIEWERS = {
    "noc": ("#noc", "noc@example.com", "boss@example.com"),
    "shops": ("#shops",),
    "desk": ("desk",),
    "oncall": ("#oncall",),
    "chief": ("#chief",),
    "ops": ("#ops",),
}
"""Receiver → where people look, each on its own. This and the next two are the judge's own: the rules in short."""
TOLD = {"lte": ("noc",), "burst": ("shops", "desk"), "mpls": ("noc", "desk")}
ESCALATED = {"mpls": ("chief",)}
FALLBACK = {"noc": "ops", "shops": "oncall", "desk": "ops", "chief": "ops"}


class What(StrEnum):
    """What an act does to each of its alerts."""

    FIRE = "fired"
    WORSEN = "worsened"
    CORRECT = "corrected"
    END = "resolved"
    TAKE = "acknowledged"


@dataclass(frozen=True)
class Act:
    """Something happens at several sites at once. `step` is the one reached, or that a correction takes back, in
    percent; `back` where a correction falls back to, 0 where it withdraws the alert."""

    at: Slot
    what: What
    rule: str
    sites: tuple[int, ...]
    step: int = 0
    back: int = 0


@dataclass(frozen=True)
class Fact:
    """One transition that people must notice."""

    rule: str
    site: int
    change: str
    value: int


def value_of(step: int) -> int:
    """The bytes by which a transition tells which fact it is."""
    return 10 * MB * step


def facts_of(acts: Sequence[Act]) -> list[Fact]:
    """In the order in which they happen."""
    return [
        Fact(act.rule, site, Change(act.what).value, value_of(act.step))
        for act in acts
        if act.what is not What.TAKE
        for site in act.sites
    ]


def story(seed: int, acts: int = ACTS) -> list[Act]:
    """So many acts in `LASTS`, the earliest first."""
    random = Random(f"story {seed}")  # noqa: S311 - a seeded choice
    writer = _Writer(random)
    seconds = sorted(random.sample(range(0, int(LASTS.total_seconds()), 7), acts))
    return [act for after in seconds for act in writer.next(Slot(to_slot(BEGIN) + after))]


class _Writer:
    """Knows how every alert stands, and thinks of what may happen next."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._steps = {site: 0 for sites in AT.values() for site in sites}
        self._over: set[int] = set()
        self._taken: set[int] = set()

    def next(self, slot: Slot) -> Iterator[Act]:
        rule = self._random.choice(("lte", "burst", "mpls"))
        possible = [site for site in AT[rule] if site not in self._over]
        if not possible:
            return
        first = self._random.choice(possible)
        alike = [site for site in possible if self._steps[site] == self._steps[first]]
        sites = tuple(alike) if self._random.random() < 0.3 else (first,)
        yield self._burst(slot, sites) if rule == "burst" else self._quota(slot, rule, sites)

    def _burst(self, slot: Slot, sites: tuple[int, ...]) -> Act:
        fires = not self._steps[sites[0]]
        self._steps.update(dict.fromkeys(sites, 30 if fires else 0))
        return Act(slot, What.FIRE if fires else What.END, "burst", sites, 30)

    def _quota(self, slot: Slot, rule: str, sites: tuple[int, ...]) -> Act:
        step = self._steps[sites[0]]
        if not step:
            return self._to(50, Act(slot, What.FIRE, rule, sites, 50))
        if rule == "mpls" and sites[0] not in self._taken and self._random.random() < 0.3:
            self._taken.add(sites[0])
            return Act(slot, What.TAKE, rule, sites[:1])
        if step == 100 or self._random.random() < 0.25:
            back = {50: 0, 80: 50, 100: 80}[step]
            self._over |= set() if back else set(sites)  # withdrawn: its period has no other alert
            return self._to(back, Act(slot, What.CORRECT, rule, sites, step, back))
        higher = {50: 80, 80: 100}[step]
        return self._to(higher, Act(slot, What.WORSEN, rule, sites, higher))

    def _to(self, step: int, act: Act) -> Act:
        self._steps.update(dict.fromkeys(act.sites, step))
        return act


@cache
def rules() -> Configuration:
    return configuration(RULES)


@cache
def fleet() -> Fleet:
    return Fleet(SITES, rules())
