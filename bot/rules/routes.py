"""`routes`: what picks receivers for the alerts of rules that have no `notify` of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.rules.fields import Fields, each
from bot.rules.matches import match_reader
from bot.rules.model import Rule
from bot.rules.names import Declared, Names
from bot.rules.nodes import Node
from bot.rules.problems import Place, Report, shown
from bot.rules.quotas import truth
from bot.rules.telling import EVERYTHING, Match, Route
from bot.rules.tellings import TELLING_KEYS, read_telling

KEYS = ("match", "notify", "continue", *TELLING_KEYS)


class RouteReader:
    """Reads the routes of a folder in their order. `rules` are the names that may be matched."""

    def __init__(self, declared: Declared, rules: Names, report: Report) -> None:
        self._declared = declared
        self._match = match_reader(rules, declared.workspaces, report)
        self._report = report

    def read(self, items: Sequence[Node]) -> tuple[Route, ...]:
        given = [Fields(item, self._report, "a route", KEYS) for item in items]
        routes = [self._read(fields) for fields in given]
        for place, fields in enumerate(given):
            self._check_order(place, fields, given, routes)
        if given and "match" in given[-1] and not self._declared.default_receivers and not self._report.incomplete:
            message = "alerts that no route matches are told to nobody: end with a route without `match`"
            self._report.warn(given[-1].place, f"{message}, or name `defaults.receivers`")
        return tuple(routes)

    def _read(self, fields: Fields) -> Route:
        notify = each(fields.node("notify"), self._report, self._declared.receivers.used, "[noc]")
        if fields.lacks("notify") and not self._declared.default_receivers and not self._report.incomplete:
            self._report.error(fields.place, "this route tells nobody: it needs `notify`, or `defaults.receivers`")
        return Route(
            fields.get("match", self._match, EVERYTHING),
            notify if "notify" in fields else None,
            read_telling(fields, self._declared, self._report),
            fields.get("continue", truth, False),
        )

    def _check_order(self, place: int, fields: Fields, given: Sequence[Fields], routes: Sequence[Route]) -> None:
        """Routes behind one that takes all they could match are never reached."""
        if "match" not in fields and place < len(given) - 1:
            message = "only the last route may have no `match`: the routes behind it would not be reached"
            self._report.error(fields.place, message)
        if routes[place].goes_on and place == len(given) - 1:
            self._report.warn(fields.place_of("continue"), "`continue` on the last route goes on to nothing")
        first = _shadow(routes[place].match, zip(given[:place], routes[:place], strict=True))
        if first is not None and "match" in fields:
            self._report.warn(
                fields.place_of("match"), f"this route is never reached: the one at {first} matches it all"
            )


def _shadow(match: Match, before: Iterable[tuple[Fields, Route]]) -> Place | None:
    """Where an earlier route stands that takes the same alerts and does not go on."""
    same = (fields.place for fields, route in before if route.match == match and not route.goes_on)
    return next(same, None)


def check_used(routes: Sequence[Route], rules: Sequence[Rule], places: dict[str, Place], report: Report) -> None:
    """Warn where routes are written and no rule follows them."""
    if routes and rules and all(rule.notify is not None for rule in rules):
        first = next(iter(places.values()), None)
        if first is not None:
            names = shown(rules[0].name)
            report.warn(first, f"no rule follows the routes: each has a `notify` of its own, as {names} has")
