"""`usagebot sites …`: which sites there are."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.check import RulesOption, rules_or_exit
from bot.cli.exits import Exit
from bot.cli.setup import settings
from bot.cli.terminal import TERMINAL
from bot.rules.model import Configuration
from bot.service.site_list import SiteLine, site_lines

sites = typer.Typer(help="The sites that are watched.", no_args_is_help=True)


class SitesFormat(StrEnum):
    """How the sites are printed. YAML is a file for the rules folder."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    YAML = "yaml"


@sites.callback()
def _group() -> None:
    """Keep `list` a word of its own, although it is the only one."""


@sites.command(name="list")
def list_sites(
    *,
    rules: RulesOption = None,
    details: Annotated[
        bool, typer.Option("--details", help="Ask for the zone and tags of sites too: one request a site, 300 at most.")
    ] = False,
    form: Annotated[
        SitesFormat, typer.Option("--format", help="yaml has the sites that the rules do not name yet, for the rules.")
    ] = SitesFormat.TABLE,
) -> None:
    """Every site that the API or the rules list, the rules that watch it, and how fresh its data is.

    Asks each workspace's API once; where it does not answer, what it listed before is shown, and said so. Exit 1 if
    no site is known, 4 if that is because the API cannot be asked.
    """
    from bot.app.listing import known_sites  # noqa: PLC0415 - slow to import, and --help need not wait for it

    loaded = settings()
    configuration = rules_or_exit(rules if rules is not None else loaded.rules_path, but_empty=True)
    known, notes = asyncio.run(known_sites(loaded, configuration, details=details))
    lines = site_lines(configuration, known)
    TERMINAL.complain((f"note: {note}" for note in notes), style="yellow")
    _print(lines, notes, configuration, form)
    if not lines:
        raise typer.Exit(Exit.UNAVAILABLE if any(note.startswith("workspace") for note in notes) else Exit.NO)


def _print(lines: Sequence[SiteLine], notes: Sequence[str], configuration: Configuration, form: SitesFormat) -> None:
    from bot.app.build import system_clock  # noqa: PLC0415 - as above
    from bot.cli.site_formats import draw_sites, to_csv, to_json, to_yaml  # noqa: PLC0415 - as above

    match form:
        case SitesFormat.JSON:
            typer.echo(to_json(lines, notes))
        case SitesFormat.CSV:
            typer.echo(to_csv(lines), nl=False)
        case SitesFormat.YAML:
            for line in to_yaml(lines, configuration).splitlines():
                TERMINAL.say(line)
        case SitesFormat.TABLE if lines:
            draw_sites(TERMINAL.out, lines, system_clock())
        case SitesFormat.TABLE:
            TERMINAL.say("No site is known: neither the API nor the rules list one.")
