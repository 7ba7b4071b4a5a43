"""`usagebot test`: do the rules do what their tests say?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from bot.cli.exits import Exit
from bot.cli.progress import steps
from bot.cli.setup import settings
from bot.cli.terminal import TERMINAL
from bot.cli.tests_told import Unnoticed, as_json, as_junit, in_words
from bot.notify.plain import plain_text
from bot.rules.cases.model import Case
from bot.rules.cases.read import read_case
from bot.rules.problems import Problem
from bot.service.rule_files import FileProblem, UnreadableRulesError
from bot.service.rule_tests.files import RulesOfTests, files_of_tests, read_test
from bot.service.rule_tests.model import CaseResult
from bot.service.rule_tests.mutate import Mutant, is_noticed, mutants
from bot.service.rule_tests.run import run_case


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


PRINT = {Format.TEXT: in_words, Format.JSON: as_json, Format.JUNIT: as_junit}
LONGEST_MUTATING = 900
"""Seconds after which no further change is tried."""

PathsArgument = Annotated[
    list[Path] | None, typer.Argument(help="Tests, and folders of *.test.yaml at any depth; RULES_PATH unless given.")
]
MutateOption = Annotated[bool, typer.Option("--mutate", help="Change every number of the rules: do the tests notice?")]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print what came of it.")]


def run_tests(paths: PathsArgument = None, *, mutate: MutateOption = False, output: FormatOption = Format.TEXT) -> None:
    """Run tests of rules.

    Exit 1 if one fails or, with --mutate, if none notices some change; 3 if a test or its rules are wrong.
    """
    cases, problems = _read(files_of_tests(paths or [settings().rules_path]))
    TERMINAL.complain(problems)
    if problems:
        raise typer.Exit(Exit.BAD_SETUP)
    tested = asyncio.run(_run(cases))
    passed = all(one.passed for one in tested)
    unnoticed = asyncio.run(_unnoticed(mutants(tested))) if mutate and passed else None
    for line in PRINT[output](tested, unnoticed):
        TERMINAL.say(line)
    if not passed or (unnoticed is not None and (unnoticed.changes or unnoticed.untried)):
        raise typer.Exit(Exit.NO)


def _read(files: Sequence[Path]) -> tuple[list[Case], list[Problem | FileProblem]]:
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


async def _run(cases: Sequence[Case]) -> list[CaseResult]:
    tested = []
    with steps("testing", len(cases)) as done:
        for case in cases:
            began = perf_counter()
            one = await run_case(case, plain_text)
            tested.append(replace(one, seconds=perf_counter() - began))
            done(1)
    return tested


async def _unnoticed(changes: Sequence[Mutant]) -> Unnoticed:
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
