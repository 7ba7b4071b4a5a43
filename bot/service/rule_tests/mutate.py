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

    What several tests share is changed once, whatever other files they name; the quickest test is asked first.
    """
    by_rules: dict[int, list[CaseResult]] = {}
    for one in sorted(tested, key=lambda one: one.seconds):
        by_rules.setdefault(id(one.case.configuration), []).append(one)
    found: dict[tuple[str, str, str], Mutant] = {}
    for group in by_rules.values():
        for mutant in _mutants([one.case for one in group]):
            key = (mutant.owner, mutant.place, mutant.what)
            before = found[key].cases if key in found else ()
            found[key] = replace(mutant, cases=(*before, *mutant.cases))
    return list(found.values())


def _mutants(cases: Sequence[Case]) -> Iterator[Mutant]:
    """Of tests that name the same rules."""
    configuration, bucket = cases[0].configuration, min(case.bucket for case in cases)
    for mutation in mutations(configuration, bucket):
        about = [case for case in cases if _is_about(case, configuration, mutation)]
        if about:
            changed = tuple(replace(case, configuration=mutation.configuration) for case in about)
            yield Mutant(*_owner(mutation, cases[0]), mutation.what, changed)


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
