"""Slack channels that are bound to workspaces, and receivers that would show other workspaces' alerts in them.

Only what is certain is said: where sites are chosen by their names, ids or tags, nobody knows here whose they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain

from bot.rules.audience import are_kept_apart, bound_to, listed
from bot.rules.model import Configuration, Rule
from bot.rules.nodes import Items, Node
from bot.rules.problems import Place, Report, shown
from bot.rules.selectors import Selector, glob_matches
from bot.rules.telling import Match, Telling

OPERATORS, DEFAULTS, ROUTE, RULE, FALLBACK = "operators", "defaults", "route", "rule", "fallback"
Where = tuple[str, str]
"""What names the receiver, and which of them: the number of a route, the name of a rule or receiver."""
Leak = tuple[Where, str]


def warn_of_leaks(
    configuration: Configuration,
    once: Mapping[str, Node | None],
    receivers: Mapping[str, Node],
    rules: Mapping[str, Place],
    report: Report,
) -> None:
    """Warn of what customers would read who may not see it: nothing where no channel is bound, or there is one
    workspace. `once` has the nodes of `operators`, `defaults` and `routes`; `rules` the places of the rules."""
    if len(configuration.workspaces) < 2 or not are_kept_apart(configuration):
        return
    routes = once["routes"]
    for (what, which), message in _Bindings(configuration).leaks():
        if what == RULE:
            report.warn(rules[which], message)
            continue
        node = receivers[which] if what == FALLBACK else once.get(what) or once[DEFAULTS]
        if what == ROUTE and isinstance(routes, Items):
            node = routes.items[int(which)]
        if node is not None:
            report.warn(node.place, message)


class _Bindings:
    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._all = frozenset(one.name for one in configuration.workspaces)
        self._bound = {name: bound_to(configuration, one.endpoints) for name, one in configuration.receivers.items()}

    def leaks(self) -> Iterator[Leak]:
        configuration = self._configuration
        for name in configuration.operators:
            if self._strangers(self._all, name):
                what = "what the bot says of itself and of every workspace: name another"
                yield (OPERATORS, ""), f"{self._who(name)}, and would be told {what}"
        for name, receiver in configuration.receivers.items():
            hears = self._all if name in configuration.operators else self._bound[name]
            if receiver.fallback and self._strangers(hears, receiver.fallback):
                what = f"what cannot be delivered to {shown(name)}: name another fallback"
                yield (FALLBACK, name), f"{self._who(receiver.fallback)}, and would be told {what}"
        for rule in configuration.rules:
            if rule.notify is not None:
                yield from self._told((RULE, rule.name), rule.notify, rule.telling, self._reach(rule.sites))
        yield from self._routed()

    def _strangers(self, workspaces: Collection[str], name: str) -> frozenset[str]:
        """Those of the workspaces whose alerts a receiver may not see; none where its channel is not bound."""
        return frozenset(workspaces) - self._bound[name] if self._bound[name] else frozenset()

    def _routed(self) -> Iterator[Leak]:
        """In order: what a route takes for certain comes to none behind it."""
        configuration = self._configuration
        rules = [rule for rule in configuration.rules if rule.notify is None]
        left = {rule.name: self._reach(rule.sites) for rule in rules}
        for number, route in enumerate(configuration.routes):
            taken = {
                rule.name: self._reach(route.match.sites) & left[rule.name] for rule in _matched(route.match, rules)
            }
            names = route.notify if route.notify is not None else configuration.default_receivers
            yield from self._told((ROUTE, str(number)), names, route.telling, frozenset(chain(*taken.values())))
            if not route.goes_on and not (route.match.kinds or route.match.severities or route.match.directions):
                left |= {name: left[name] - workspaces for name, workspaces in taken.items()}
        rest = frozenset(chain(*left.values()))
        yield from self._told((DEFAULTS, ""), configuration.default_receivers, Telling(), rest)

    def _reach(self, sites: Selector) -> frozenset[str]:
        """The workspaces that are meant for certain."""
        if sites.names or sites.ids or sites.tags:
            return frozenset()
        globs = sites.workspaces
        return frozenset(name for name in self._all if not globs or any(glob_matches(glob, name) for glob in globs))

    def _told(
        self, where: Where, names: Iterable[str], telling: Telling, workspaces: Collection[str]
    ) -> Iterator[Leak]:
        escalated = telling.escalate.notify if telling.escalate else ()
        for name in dict.fromkeys((*names, *escalated)):
            if strangers := self._strangers(workspaces, name):
                yield where, f"{self._who(name)}, and would be told alerts of {listed(strangers)}"

    def _who(self, name: str) -> str:
        return f"the channel of receiver {shown(name)} is bound to {listed(self._bound[name])}"


def _matched(match: Match, rules: Iterable[Rule]) -> list[Rule]:
    globs = match.rules
    return [rule for rule in rules if not globs or any(glob_matches(glob, rule.name) for glob in globs)]
