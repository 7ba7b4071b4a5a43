"""What a quota grants beyond one number for all: a plan with dates, overrides, top-ups, an opening, a rollover."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TypeVar

from bot.domain.periods import Per, Starts
from bot.rules.amounts import amount, local_moment
from bot.rules.calendars import rule_starts
from bot.rules.fields import Decoder, Fields, items_of
from bot.rules.kinds import Opening, Override, Planned, TopUp
from bot.rules.nodes import Node, Scalar
from bot.rules.problems import Place, Report, Wrong, shown
from bot.rules.values import day, size

T = TypeVar("T")
MOST_GRANTS = 10_000
_PLAN = "[{from: 2026-01-01, quota: 300 GB}]"
_OVERRIDES = "[{site: durban, quota: 1 TB}]"
_TOP_UPS = "[{on: 2026-11-12, add: 50 GB}]"
_OPENING = "[{at: 2026-11-12T09:00, used: 312 GB, site: durban}]"


@dataclass(frozen=True, slots=True)
class Granted:
    """Since when a plan grants something, None without one, and the sites (case folded) with a quota of their own."""

    since: date | None
    sites: frozenset[str]

    @classmethod
    def of(cls, plan: Sequence[Planned], overrides: Sequence[Override]) -> Granted:
        own = frozenset(one.site.casefold() for one in overrides if one.quota is not None)
        return cls(min((planned.since for planned in plan), default=None), own)


@dataclass(frozen=True, slots=True)
class GrantReader:
    """Reads what a rule grants. `site` reads how one site is named; `is_pool` is a quota without sites of its own."""

    fields: Fields
    report: Report
    site: Decoder[str]
    is_pool: bool

    def plan(self) -> tuple[Planned, ...]:
        """Dates go up."""
        found = []
        for node in self._items("plan", _PLAN):
            entry = Fields(node, self.report, "an entry of `plan`", ("from", "quota"))
            since, quota = entry.need("from", day, None), entry.need("quota", size, None)
            if since is not None and quota is not None:
                found.append((entry.place_of("from"), Planned(since, quota)))
        for (_, before), (place, planned) in pairwise(found):
            if planned.since <= before.since:
                what = "is in the plan already" if planned.since == before.since else f"comes after {before.since}"
                self.report.error(place, f"the dates of a plan go up, and {planned.since} {what}")
        return tuple(planned for _, planned in found)

    def overrides(self, unit: Per | None) -> tuple[Override, ...]:
        found, seen = [], _Once(self.report)
        for node in self._items("overrides", _OVERRIDES):
            entry = Fields(node, self.report, "an override", ("site", "quota", "starts"))
            site = entry.need("site", self.site, None)
            if entry.lacks("quota", "starts"):
                self.report.error(entry.place, "an override needs `quota`, `starts` or both")
            override = Override(
                site or "", entry.get("quota", size, None), entry.get("starts", _own_starts(self.report, unit), None)
            )
            if site is not None and seen.take(site.casefold(), entry.place_of("site"), f"an override of {shown(site)}"):
                found.append(override)
        if self.is_pool:
            self.fields.refuse("overrides", "a pool is one quota for all its sites; there is nothing to override")
        return tuple(found)

    def top_ups(self, granted: Granted) -> tuple[TopUp, ...]:
        found = []
        for node in self._items("top_ups", _TOP_UPS):
            entry = Fields(node, self.report, "a top-up", ("on", "add", "site"))
            on, add = entry.need("on", day, None), entry.need("add", size, None)
            site = entry.get("site", self.site, None)
            if self.is_pool:
                entry.refuse("site", "a top-up of a pool is for all its sites; remove `site`")
            if on is not None and add is not None:
                found.append(TopUp(on, add, site))
                self._warn_before(entry.place_of("on"), on, site, granted)
        return tuple(found)

    def opening(self, granted: Granted) -> tuple[Opening, ...]:
        found, seen = [], _Once(self.report)
        for node in self._items("opening", _OPENING):
            entry = Fields(node, self.report, "an opening", ("at", "used", "site"))
            at, used = entry.need("at", local_moment, None), entry.need("used", amount, None)
            site = entry.get("site", self.site, None)
            if at is None or used is None:
                continue
            whose = f"of {shown(site)} " if site is not None else ""
            self._warn_before(entry.place_of("at"), at.date(), site, granted)
            if seen.take((at, site and site.casefold()), entry.place, f"an opening {whose}at {at:%Y-%m-%dT%H:%M}"):
                found.append(Opening(at, used, site))
        return tuple(found)

    def rollover(self) -> int:
        """Bytes that are carried over at most."""
        node = self.fields.node("rollover")
        if node is None:
            return 0
        entry = Fields(node, self.report, "`rollover`", ("up_to",), "{up_to: 100 GB}")
        return entry.need("up_to", size, 0)

    def _warn_before(self, place: Place, on: date, site: str | None, granted: Granted) -> None:
        """Before its first date a plan grants nothing, to which nothing can be added."""
        if granted.since is not None and on < granted.since and (site or "").casefold() not in granted.sites:
            since = f"the plan grants nothing before {granted.since}"
            self.report.warn(place, f"{since}, so this has no effect; correct the date, or begin the plan earlier")

    def _items(self, key: str, example: str) -> Iterator[Node]:
        self.fields.refuse_empty(key)
        for count, node in enumerate(items_of(self.fields.node(key), self.report, example)):
            if count == MOST_GRANTS:
                self.report.error(node.place, f"`{key}` has at most {MOST_GRANTS:,} entries; make two rules of it")
                return
            yield node


class _Once:
    """What must not be said twice in one list."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._places: dict[Hashable, Place] = {}

    def take(self, key: Hashable, place: Place, what: str) -> bool:
        """Whether it is the first; a second is a problem that names both places."""
        first = self._places.setdefault(key, place)
        if first != place:
            self._report.error(place, f"{what} exists already, at {first}")
        return first == place


def _own_starts(report: Report, unit: Per | None) -> Callable[[Node], Starts | None]:
    decode = rule_starts(report, unit)

    def own(node: Node) -> Starts | None:
        if isinstance(node, Scalar) and node.text == "site":
            raise Wrong("an override says itself when the period starts; write a day, or remove it")
        return decode(node)

    return own
