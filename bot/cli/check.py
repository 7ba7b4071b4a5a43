"""`usagebot check`: are the rules right?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bot.app.start import CannotStartError
from bot.cli.exits import Exit
from bot.cli.setup import settings
from bot.cli.terminal import TERMINAL
from bot.rules.check import TABLE, Parsed, parse
from bot.rules.model import Configuration
from bot.service.rule_files import read_rules, shown

NO_SITES = b"id\n"
RulesOption = Annotated[Path | None, typer.Option("--rules", help="A folder or a file; RULES_PATH unless given.")]


def parsed_rules(path: Path, *, but_empty: bool = False) -> Parsed:
    """The rules at `path`, with problems that name files as they are opened. Raises UnreadableRulesError.

    `but_empty` passes over files without a byte, such as one that the shell has just made for our own output.
    """
    texts = read_rules(path)
    if but_empty:
        texts = [(file, content or NO_SITES) for file, content in texts if content or file.endswith(TABLE)]
    parsed = parse(texts)
    problems = tuple(replace(problem, file=shown(path, problem.file)) for problem in parsed.problems)
    return replace(parsed, problems=problems)


def rules_or_exit(path: Path, *, but_empty: bool = False) -> Configuration:
    """The configuration at `path`. Raises CannotStartError with every error, UnreadableRulesError."""
    parsed = parsed_rules(path, but_empty=but_empty)
    if parsed.configuration is None:
        raise CannotStartError(problem for problem in parsed.problems if problem.severity == "error")
    return parsed.configuration


def check(rules: RulesOption = None) -> None:
    """Check the rules and print every problem as file:line:column: message. Exit 1 if there is an error."""
    path = rules if rules is not None else settings().rules_path
    parsed = parsed_rules(path)
    for problem in parsed.problems:
        TERMINAL.say(str(problem))
    if parsed.configuration is None:
        raise typer.Exit(Exit.NO)
    TERMINAL.say(_summary(path, parsed.configuration))


def _summary(path: Path, configuration: Configuration) -> str:
    counted = (("rule", configuration.rules), ("receiver", configuration.receivers), ("site", configuration.sites))
    counts = ", ".join(f"{len(things)} {word}{'s' * (len(things) != 1)}" for word, things in counted)
    return f"{path}: no errors ({counts})"
