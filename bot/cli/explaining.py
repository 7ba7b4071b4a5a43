"""`usagebot explain`: why it told, or why it did not."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.drawing import draw
from bot.cli.exits import Exit
from bot.cli.query import PREFIX, asked, print_json
from bot.cli.terminal import TERMINAL
from bot.service.answers import render
from bot.service.commands import Explain
from bot.service.explain.model import Explanation, NoSuchTime

YEARS = range(1971, 9999)
"""Years that have one before and one after them, in any zone."""


class Form(StrEnum):
    """How an explanation is printed."""

    TEXT = "text"
    JSON = "json"


def _form(text: str) -> Form:
    try:
        return Form(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no format; use text or json") from None


def _instant(text: str | datetime) -> datetime:
    """A moment; without a zone it is the site's own time."""
    if isinstance(text, datetime):
        return text
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        message = f"{text!r} is no time; write it like 2026-06-01T06:40, or with a zone like 2026-06-01T04:40Z"
        raise typer.BadParameter(message)
    return found


def explain(
    site: Annotated[str, typer.Argument(help="Its name, workspace/name, or id.", show_default=False)],
    *,
    rule: Annotated[str | None, typer.Option("--rule", help="One rule; all of them unless given.")] = None,
    at: Annotated[
        datetime | None,
        typer.Option(
            "--at",
            parser=_instant,
            metavar="TIME",
            help="Like 2026-06-01T06:40, the site's local time; or with a zone.",
        ),
    ] = None,
    form: Annotated[
        Form, typer.Option("--format", parser=_form, metavar="[text|json]", help="For people or for machines.")
    ] = Form.TEXT,
) -> None:
    """Why a site's rules told, or why they did not: as it was known at a time, from what was stored.

    Exit 1 if there is no such site or rule, 2 if the time is still to come.
    """
    reply, zone = asked(Explain(site, rule, at))
    if form is Form.JSON:
        print_json(reply)
    else:
        draw(TERMINAL.out, render(reply, zone, PREFIX))
    if isinstance(reply, NoSuchTime):
        raise typer.Exit(Exit.WRONG_USE)
    if not isinstance(reply, Explanation):
        raise typer.Exit(Exit.NO)
