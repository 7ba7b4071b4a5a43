"""Which rules the tests make fire: each rule, and each kind of alert that it can make, counts by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.rules.problems import Place
from bot.service.rule_tests.model import CaseResult


@dataclass(frozen=True, slots=True)
class Covered:
    """A kind of alert of a rule, where the rule stands, and whether any test made it fire."""

    place: Place
    rule: str
    kind: str
    fired: bool


def coverage_of(tested: Iterable[CaseResult]) -> list[Covered]:
    """By place. Rules that several tests share count once."""
    fired: dict[tuple[Place, str, str], bool] = {}
    for one in tested:
        for rule in one.case.configuration.rules:
            for kind in rule.kinds:
                key = (one.case.places[rule.name], rule.name, kind)
                fired[key] = fired.get(key, False) or (rule.name, kind) in one.fired
    return sorted((Covered(*key, has) for key, has in fired.items()), key=lambda covered: covered.place)
