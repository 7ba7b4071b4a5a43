"""What came of tests of rules: in words, as JSON, and as JUnit's XML, which build servers read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.etree import ElementTree as ET

from bot.cli.terminal import visible
from bot.service.answers.phrases import count
from bot.service.rule_tests.coverage import Covered, coverage_of
from bot.service.rule_tests.model import CaseResult, Failure
from bot.service.rule_tests.mutate import Mutant


@dataclass(frozen=True, slots=True)
class Unnoticed:
    """The changes that no test noticed, of so many; `untried` are those for which the time did not last."""

    changes: Sequence[Mutant]
    of: int
    untried: int


def in_words(tested: Sequence[CaseResult], unnoticed: Unnoticed | None) -> Iterator[str]:
    for one in tested:
        yield from _one_in_words(one)
    yield ""
    passed = sum(one.passed for one in tested)
    failed = f", {len(tested) - passed} failed" if passed < len(tested) else ""
    yield f"{count(len(tested), 'test')}: {passed} passed{failed}."
    yield from _coverage_in_words(coverage_of(tested))
    if unnoticed is not None:
        yield from _unnoticed_in_words(unnoticed)


def _one_in_words(tested: CaseResult) -> Iterator[str]:
    case = tested.case
    if tested.passed:
        expected = f"{count(len(case.alerts), 'alert')}, {count(len(case.messages), 'message')}"
        yield f"{case.name}: passed ({expected}, {tested.seconds:.1f} s)"
        return
    yield f"{case.name}: FAILED ({count(len(tested.failures), 'failure')})"
    for failure in tested.failures:
        yield f"  {_headline(failure)}"
        yield from (f"    {line}" for line in failure.detail)


def _headline(failure: Failure) -> str:
    return f"{failure.place}: {failure.what}" if failure.place is not None else failure.what


def _coverage_in_words(coverage: Sequence[Covered]) -> Iterator[str]:
    rules = {(one.place, one.rule) for one in coverage}
    silent = [one for one in coverage if not one.fired]
    fired = len({(one.place, one.rule) for one in coverage if one.fired})
    share = f" ({fired * 100 // len(rules)} %)" if rules else ""
    yield f"{fired} of {count(len(rules), 'rule')} fired in a test{share}."
    for one in silent:
        yield f"  {one.place.file}:{one.place.line}: rule {one.rule}: no test makes its {one.kind} fire"


def _unnoticed_in_words(unnoticed: Unnoticed) -> Iterator[str]:
    noticed = unnoticed.of - len(unnoticed.changes) - unnoticed.untried
    untried = f", {unnoticed.untried} not tried for want of time" if unnoticed.untried else ""
    yield f"{noticed} of {count(unnoticed.of, 'changed number')} noticed{untried}."
    for (place, owner), changes in groupby(unnoticed.changes, key=lambda change: (change.place, change.owner)):
        yield f"  {place + ': ' if place else ''}{owner}: no test notices"
        yield from (f"    {change.what}" for change in changes)


def as_json(tested: Sequence[CaseResult], unnoticed: Unnoticed | None) -> Iterator[str]:
    """One object."""
    answer: dict[str, object] = {
        "tests": [
            {
                "file": one.case.name,
                "passed": one.passed,
                "seconds": round(one.seconds, 3),
                "failures": [
                    {"place": str(failure.place or "") or None, "what": failure.what, "detail": list(failure.detail)}
                    for failure in one.failures
                ],
            }
            for one in tested
        ],
        "coverage": [
            {"place": str(one.place), "rule": one.rule, "kind": one.kind, "fired": one.fired}
            for one in coverage_of(tested)
        ],
    }
    if unnoticed is not None:
        changes = [{"place": one.place, "of": one.owner, "change": one.what} for one in unnoticed.changes]
        answer["mutations"] = {"of": unnoticed.of, "untried": unnoticed.untried, "unnoticed": changes}
    yield json.dumps(answer, ensure_ascii=False)


def as_junit(tested: Sequence[CaseResult], unnoticed: Unnoticed | None) -> Iterator[str]:
    """A test suite; with changes of rules that no test noticed as a failed test of its own."""
    suite = ET.Element("testsuite", name="usagebot test")
    for one in tested:
        case = ET.SubElement(suite, "testcase", name=one.case.name, time=f"{one.seconds:.3f}")
        for failure in one.failures:
            node = ET.SubElement(case, "failure", message=visible(failure.what))
            node.text = "\n".join(map(visible, (_headline(failure), *failure.detail)))
    if unnoticed is not None:
        case = ET.SubElement(suite, "testcase", name="changed rules")
        if unnoticed.changes or unnoticed.untried:
            node = ET.SubElement(case, "failure", message="changes that no test notices")
            node.text = "\n".join(map(visible, _unnoticed_in_words(unnoticed)))
    failed = suite.findall("testcase[failure]")
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(failed)))
    yield from ET.tostring(suite, encoding="unicode").splitlines()
