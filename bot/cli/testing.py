"""`usagebot test`: do the rules do what their tests say?"""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.exits import Exit
from bot.cli.setup import settings
from bot.cli.terminal import TERMINAL


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


PathsArgument = Annotated[
    list[Path] | None, typer.Argument(help="Tests, and folders of *.test.yaml at any depth; RULES_PATH unless given.")
]
MutateOption = Annotated[bool, typer.Option("--mutate", help="Change every number of the rules: do the tests notice?")]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print what came of it.")]


def run_tests(paths: PathsArgument = None, *, mutate: MutateOption = False, output: FormatOption = Format.TEXT) -> None:
    """Run tests of rules.

    Exit 1 if one fails or, with --mutate, if none notices some change; 3 if a test or its rules are wrong.
    """
    from bot.cli.tests_run import read_tests, run_cases, unnoticed  # noqa: PLC0415 - the engine is slow to import
    from bot.cli.tests_told import as_json, as_junit, in_words  # noqa: PLC0415 - as above
    from bot.service.rule_tests.files import files_of_tests  # noqa: PLC0415 - as above
    from bot.service.rule_tests.mutate import mutants  # noqa: PLC0415 - as above

    cases, problems = read_tests(files_of_tests(paths or [settings().rules_path]))
    TERMINAL.complain(problems)
    if problems:
        raise typer.Exit(Exit.BAD_SETUP)
    tested = asyncio.run(run_cases(cases))
    passed = all(one.passed for one in tested)
    missed = asyncio.run(unnoticed(mutants(tested))) if mutate and passed else None
    told = {Format.TEXT: in_words, Format.JSON: as_json, Format.JUNIT: as_junit}[output]
    for line in told(tested, missed):
        TERMINAL.say(line)
    if not passed or (missed is not None and (missed.changes or missed.untried)):
        raise typer.Exit(Exit.NO)
