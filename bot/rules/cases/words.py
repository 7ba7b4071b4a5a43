"""Names that a test may use: those of its rules and of its series."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial

from bot.domain.units import format_percent
from bot.rules.fields import Decoder, Fields, text
from bot.rules.kinds import FLEET
from bot.rules.matches import match_reader
from bot.rules.model import Configuration, Percentile, Quota, Rule, Spike
from bot.rules.names import Names
from bot.rules.nodes import Node
from bot.rules.problems import Place, Report, Wrong, did_you_mean, shown
from bot.rules.selectors import glob_matches
from bot.rules.telling import Match
from bot.rules.values import percent

_NOWHERE = Place("", 0, 0)
_NamesOf = Callable[[Configuration], list[str]]


class Words:
    """What there is to refer to. `configuration` is None where the rules are wrong: nobody knows, and any name does."""

    def __init__(self, configuration: Configuration | None, sites: Mapping[str, int]) -> None:
        self._configuration = configuration
        self._sites = sites

    def site(self, node: Node) -> int:
        """Decoder: the place of a site's series."""
        name = text(node)
        if name not in self._sites:
            raise Wrong(f"no series is of a site {shown(name)}", partial(did_you_mean, name, self._sites))
        return self._sites[name]

    def rule(self, node: Node) -> str:
        """Decoder: the name of a rule."""
        return self._known(node, "rule", lambda configuration: [rule.name for rule in configuration.rules])

    def match(self, report: Report) -> Decoder[Match]:
        """Decoder: what a silence matches, of which there must be a rule, a workspace and a site."""
        rules, workspaces = Names("rule", report), Names("workspace", report)
        if self._configuration is not None:
            for rule in self._configuration.rules:
                rules.declare(rule.name, _NOWHERE)
            for workspace in self._configuration.workspaces:
                workspaces.declare(workspace.name, _NOWHERE)
        read = match_reader(rules, workspaces, report)

        def decode(node: Node) -> Match:
            match = read(node)
            for glob in match.sites.names:
                if not any(glob_matches(glob, name) for name in self._sites):
                    raise Wrong(f"no series is of a site {shown(glob)}", partial(did_you_mean, glob, self._sites))
            return match

        return decode

    def receiver(self, node: Node) -> str:
        """Decoder: the name of a receiver."""
        return self._known(node, "receiver", lambda configuration: list(configuration.receivers))

    def site_of(self, fields: Fields, rule: str | None) -> int | None:
        """`site`, which an alert has, and a pool's and a fleet's has not."""
        found = self.find(rule or "")
        if found is not None and found.is_pool:
            fields.refuse("site", f"the sites of rule {shown(found.name)} are one pool, whose alert has no `site`")
            return None
        may_be_fleets = found is not None and isinstance(found.judge, Spike) and len(self._sites) >= FLEET
        if (rule is not None and found is None) or may_be_fleets:
            return fields.get("site", self.site, None)
        return fields.need("site", self.site, None)

    def find(self, rule: str) -> Rule | None:
        return self._configuration.rule(rule) if self._configuration is not None else None

    def step_of(self, rule: Rule | None) -> Decoder[Fraction]:
        """Decoder: a percentage that is one of the rule's steps."""

        def decode(node: Node) -> Fraction:
            step = percent(node)
            if rule is None:
                return step
            known = rule.judge.steps if isinstance(rule.judge, Quota | Percentile) else ()
            if step not in known:
                steps = ", ".join(map(format_percent, known)) or "none"
                raise Wrong(f"{format_percent(step)} is no step of rule {shown(rule.name)}; its steps are: {steps}")
            return step

        return decode

    def _known(self, node: Node, what: str, names_of: _NamesOf) -> str:
        name = text(node)
        names = names_of(self._configuration) if self._configuration is not None else [name]
        if name not in names:
            raise Wrong(f"there is no {what} {shown(name)} in these rules", partial(did_you_mean, name, names))
        return name
