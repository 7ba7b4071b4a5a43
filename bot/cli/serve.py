"""`usagebot run` and `usagebot demo`: the commands that go on until they are stopped."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.app.start import CannotStartError
from bot.cli.check import rules_or_exit
from bot.cli.setup import settings_with_logs
from bot.rules.model import Configuration
from bot.service.rule_files import UnreadableRulesError
from bot.settings import Settings, process_environment


def run() -> None:
    """Watch usage, tell people and answer them, until stopped. An SQLite database is upgraded first."""
    from bot.app.process import run_process  # noqa: PLC0415 - Slack, HTTP and the rest are slow to import for --help

    asyncio.run(run_process(*_everything()))


def _everything() -> tuple[Settings, Configuration]:
    """Settings and rules. What is wrong with either is told together: nobody likes to mend one to hear of the next."""
    problems: list[object] = []
    loaded = configuration = None
    try:
        loaded = settings_with_logs()
    except CannotStartError as error:
        problems += error.problems
    try:
        path = loaded.rules_path if loaded else Path(process_environment().get("RULES_PATH") or "rules")
        configuration = rules_or_exit(path)
    except (CannotStartError, UnreadableRulesError) as error:
        problems += error.problems
    if loaded is None or configuration is None:
        raise CannotStartError(problems)
    return loaded, configuration


def demo(
    *,
    live: Annotated[bool, typer.Option("--live", help="End today and go on in real time, until stopped.")] = False,
    seed: Annotated[int, typer.Option(help="Another number is other traffic.")] = 1,
    folder: Annotated[
        Path | None, typer.Option(help="Where its rules, database and mails go; a temporary folder unless given.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(help="An empty PostgreSQL database to play on, like postgresql://me@host/demo (see PGPASSWORD)."),
    ] = None,
) -> None:
    """A simulated fleet's month in under two minutes: no account, no tokens, no network."""
    from bot.demo.show import run_demo  # noqa: PLC0415 - as above

    asyncio.run(run_demo(live=live, seed=seed, folder=folder, database=database))
