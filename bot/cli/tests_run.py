"""Reading tests of rules, running them, and changing the rules under them, with a progress bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter

from bot.cli.progress import steps
from bot.cli.tests_told import Unnoticed
from bot.notify.plain import plain_text
from bot.rules.cases.model import Case
from bot.rules.cases.read import read_case
from bot.rules.problems import Problem
from bot.service.rule_files import FileProblem, UnreadableRulesError
from bot.service.rule_tests.files import RulesOfTests, read_test
from bot.service.rule_tests.model import CaseResult
from bot.service.rule_tests.mutate import Mutant, is_noticed
from bot.service.rule_tests.run import run_case

LONGEST_MUTATING = 900
"""Seconds after which no further change is tried."""


def read_tests(files: Sequence[Path]) -> tuple[list[Case], list[Problem | FileProblem]]:
    """The tests, and every problem of any of them and of the rules that they name."""
    rules, cases, problems = RulesOfTests(), [], list[Problem | FileProblem]()
    for file in files:
        try:
            read = read_case(str(file), read_test(file), partial(rules.load, file.parent))
        except UnreadableRulesError as error:
            problems += error.problems
            continue
        problems += read.problems
        cases += [read.case] if read.case is not None else []
    return cases, [*rules.problems, *problems]


async def run_cases(cases: Sequence[Case]) -> list[CaseResult]:
    tested = []
    with steps("testing", len(cases)) as done:
        for case in cases:
            began = perf_counter()
            one = await run_case(case, plain_text)
            tested.append(replace(one, seconds=perf_counter() - began))
            done(1)
    return tested


async def unnoticed(changes: Sequence[Mutant]) -> Unnoticed:
    """Tries as many as the time allows."""
    until, missed = perf_counter() + LONGEST_MUTATING, list[Mutant]()
    with steps("changing the rules", len(changes)) as done:
        for tried, change in enumerate(changes):
            if perf_counter() > until:
                return Unnoticed(missed, len(changes), untried=len(changes) - tried)
            if not await is_noticed(change, plain_text):
                missed.append(change)
            done(1)
    return Unnoticed(missed, len(changes), untried=0)
