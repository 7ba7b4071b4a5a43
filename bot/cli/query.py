"""`usagebot query …`: the answers of `/usage`, in a terminal."""

from __future__ import annotations

import asyncio
import json
from enum import StrEnum
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer

from bot.cli.check import rules_or_exit
from bot.cli.drawing import draw
from bot.cli.exits import Exit
from bot.cli.picturing import ChartOption, write_chart
from bot.cli.setup import settings
from bot.cli.terminal import TERMINAL
from bot.rules.model import UTC_ZONE
from bot.service.actions.replies import Done, Undone
from bot.service.answers import Unanswered, render, to_json
from bot.service.commands import Command, Mistake
from bot.service.explain.model import Explained, NoSuchTime
from bot.service.orders import Order
from bot.service.queries.replies import Reply
from bot.service.words import parse_words

PREFIX = "usagebot query"
HELP = """Ask what `/usage` answers in Slack, of the history as it is now.

\b
  help                            the fleet at a glance
  site NAME [24h|7d|30d|period]   usage of one site
  top [N] [24h|7d|30d] [in|out]   the largest sites
  compare NAME, NAME … [7d]       two to ten sites side by side
  quota [NAME]                    every quota, by who runs out first
  whatif NAME +20GB               when its quotas would run out with more, or
  whatif NAME quota 600GB         with another quota, and how likely that is

\b
  alerts                          open alerts
  why A17                         why an alert was told: what was known then
  whynot NAME [RULE] [TIME]       why a site's rules told, or did not: now, or
                                  at 14:00, yesterday 14:00, 2026-11-24 14:00
  history A17                     what happened to an alert, who did what
  silences [all|forgotten]        what is kept quiet, by whom, until when
  noise [2026-10|october|last]    what spike rules told in a month, and promised

\b
  report [week|month]             the digest of the week or month that is over
  rules                           what is configured, and when it last told
  rule NAME                       all of one rule: limits, sites, whom it tells
  status                          the bot's own health

All of an answer is shown: `page 2`, as in Slack, is understood and changes nothing.

Exit 1 if there is no such site, rule or alert, 2 if the words are not understood, or a time is still to come."""


WORDS: dict[str, bool] = {"ignore_unknown_options": True}
"""How the console is to take what begins with a dash: `-20GB` is a word."""


class Format(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"


def format_of(text: str) -> Format:
    """Our own words: pydantic, which would read it otherwise, begins each of its own with "Value error"."""
    try:
        return Format(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no format; use table or json") from None


def query(
    words: Annotated[list[str] | None, typer.Argument(help="What to ask; see above.", show_default=False)] = None,
    *,
    form: Annotated[
        Format,
        typer.Option("--format", parser=format_of, metavar="[table|json]", help="For people or for machines."),
    ] = Format.TABLE,
    chart: ChartOption = None,
) -> None:
    """The command; its help is `HELP`."""
    for word in words or []:
        if word.startswith("--"):
            raise typer.BadParameter(f"there is no option {word!r} here; see `{PREFIX} --help`")
    request = parse_words(words or [])
    if isinstance(request, Mistake):
        refuse(request, form)
    if isinstance(request.command, Order):
        word = (words or [""])[0].casefold()
        raise typer.BadParameter(
            f"`{word}` is no question: to have it done, write `usagebot {word} …`, without `query`"
        )
    reply, zone = asked(request.command)
    answer = render(reply, zone, PREFIX)
    if form is Format.JSON:
        print_json(reply)
    else:
        draw(TERMINAL.out, answer)
    if chart is not None and not isinstance(reply, Unanswered):
        write_chart(answer, chart)
    if isinstance(reply, NoSuchTime):
        raise typer.Exit(Exit.WRONG_USE)
    if isinstance(reply, Unanswered):
        raise typer.Exit(Exit.NO)


def asked(command: Command) -> tuple[Reply | Explained, ZoneInfo]:
    """The reply, and the zone of what concerns no single site."""
    from bot.app.asking import ask_once  # noqa: PLC0415 - the database is slow to import, and --help needs none

    loaded = settings()
    configuration = rules_or_exit(loaded.rules_path)
    return asyncio.run(ask_once(loaded, configuration, command)), configuration.timezone


def refuse(mistake: Mistake, form: Format, prefix: str = PREFIX) -> NoReturn:
    """Words that are not understood, as an answer: to standard error, unless a machine asked."""
    if form is Format.JSON:
        print_json(mistake)
    else:
        draw(TERMINAL.err, render(mistake, UTC_ZONE, prefix))
    raise typer.Exit(Exit.WRONG_USE)


def print_json(reply: Reply | Explained | Mistake | Done | Undone) -> None:
    """In ASCII: nothing in foreign text reaches the terminal as it is."""
    TERMINAL.out.print(json.dumps(to_json(reply), indent=2), soft_wrap=True, markup=False, emoji=False)
