"""Changing the rules, one number at a time, to see whether a test notices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.rules.cases.model import Case
from bot.rules.cases.sites import sites_of
from bot.rules.model import Configuration
from bot.rules.mutations import Mutation, mutations
from bot.service.rule_tests.model import CaseResult
from bot.service.rule_tests.run import Words, run_case


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: of what, where that stands, and the tests that should notice it, with the changed rules."""

    owner: str
    place: str
    what: str
    cases: tuple[Case, ...]


def mutants(tested: Sequence[CaseResult]) -> list[Mutant]:
    """Every change of the rules that some of these tests are about. The tests are to have passed.

    What several tests share is changed once, whatever other files they name.
    """
    by_rules: dict[int, list[CaseResult]] = {}
    for one in tested:
        by_rules.setdefault(id(one.case.configuration), []).append(one)
    found: dict[tuple[str, str, str], Mutant] = {}
    for group in by_rules.values():
        for mutant in _mutants(group):
            key = (mutant.owner, mutant.place, mutant.what)
            before = found[key].cases if key in found else ()
            found[key] = replace(mutant, cases=(*before, *mutant.cases))
    return list(found.values())


def _mutants(tested: Sequence[CaseResult]) -> Iterator[Mutant]:
    """Of tests that name the same rules. Those in which the rule fired are asked first, and of these the quickest."""
    first = tested[0].case
    for mutation in mutations(first.configuration, min(one.case.bucket for one in tested)):
        about = [one for one in tested if _is_about(one.case, first.configuration, mutation)]
        if about:
            about.sort(key=lambda one: (mutation.rule not in {rule for rule, _ in one.fired}, one.seconds))
            changed = tuple(replace(one.case, configuration=mutation.configuration) for one in about)
            yield Mutant(*_owner(mutation, first), mutation.what, changed)


def _owner(mutation: Mutation, case: Case) -> tuple[str, str]:
    if mutation.rule is not None:
        place = case.places[mutation.rule]
        return f"rule {mutation.rule}", f"{place.file}:{place.line}"
    return (f"site {mutation.site}" if mutation.site is not None else "routes"), ""


def _is_about(case: Case, configuration: Configuration, mutation: Mutation) -> bool:
    """Whether a test has a site of the rule, or the site, that was changed; routes are for all tests."""
    sites = sites_of(case.series, configuration)
    if mutation.rule is not None:
        rule = configuration.rule(mutation.rule)
        return rule is not None and any(rule.sites.matches(site) for site in sites)
    return mutation.site is None or any(mutation.site in {site.name, site.id} for site in sites)


async def is_noticed(mutant: Mutant, words: Words) -> bool:
    """Whether any of the tests fails with the change."""
    for case in mutant.cases:
        if not (await run_case(case, words)).passed:
            return True
    return False
