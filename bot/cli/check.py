"""`usagebot check`: are the rules right?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.app.start import CannotStartError
from bot.cli.exits import Exit
from bot.cli.setup import settings, settings_if_right
from bot.cli.terminal import TERMINAL
from bot.rules.check import TABLE, Parsed, parse
from bot.rules.model import Configuration
from bot.rules.remarks import MEANS, Means, Remark, early_warnings
from bot.service.rule_files import read_rules, shown
from bot.settings import Settings

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
    if rules is None:
        loaded = settings()
        _check(loaded.rules_path, loaded)
    else:
        _check(rules, settings_if_right())


def _check(path: Path, loaded: Settings | None) -> None:
    parsed = parsed_rules(path)
    for problem in parsed.problems:
        TERMINAL.say(str(problem))
    if parsed.configuration is None:
        raise typer.Exit(Exit.NO)
    for remark in early_warnings(parsed.configuration, _means(loaded)):
        TERMINAL.say(f"{_place(path, parsed, remark)}: warning: {remark}")
    TERMINAL.say(_summary(path, parsed.configuration))


def _means(loaded: Settings | None) -> Means:
    if loaded is None:
        return MEANS
    return Means(loaded.altostrat_requests_per_minute, timedelta(minutes=loaded.altostrat_bucket_minutes))


def _place(path: Path, parsed: Parsed, remark: Remark) -> str:
    place = parsed.places.get(remark.rule or "") or parsed.sites.get(remark.site or "")
    return str(place._replace(file=shown(path, place.file)) if place is not None else path)


def _summary(path: Path, configuration: Configuration) -> str:
    counted = (("rule", configuration.rules), ("receiver", configuration.receivers), ("site", configuration.sites))
    counts = ", ".join(f"{len(things)} {word}{'s' * (len(things) != 1)}" for word, things in counted)
    return f"{path}: no errors ({counts})"
