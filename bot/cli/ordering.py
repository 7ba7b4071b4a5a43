"""`usagebot ack`, `silence`, `silences` and `unsilence`: what `/usage` does in Slack, in a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from bot.cli.acting import AsOption, actor
from bot.cli.check import rules_or_exit
from bot.cli.drawing import draw
from bot.cli.exits import Exit
from bot.cli.query import Format, asked, format_of, print_json, refuse
from bot.cli.setup import settings
from bot.cli.terminal import TERMINAL
from bot.service.actions.replies import Acknowledged, Done, Refusal, Refused, Silenced, Undone, Unsilenced
from bot.service.answers import render
from bot.service.commands import Mistake
from bot.service.orders import Order
from bot.service.words import parse_words

PREFIX = "usagebot"
ACK_HELP = """Take alerts: repeats and escalation stop until one gets worse, and its messages say who has it.

\b
  usagebot ack A17
  usagebot ack A17 A18 for 8h the carrier is on it

Exit 1 if there is no such alert, or it does not fire; one that somebody has already is left to them, and that is no
failure. Exit 2 if the words are not understood."""
SILENCE_HELP = """Keep alerts quiet for a while. Facts are recorded all the same, and told when it ends.

\b
  usagebot silence MATCH FOR [REASON]
  usagebot silence A17 until tomorrow 08:00 software update
  usagebot silence "Cape Town" 2d until-worse new fibre
  usagebot silence rule=lte-* tag.plan=lte-500 until-reset
  usagebot silence S4 2d                   have one end later, or sooner

\b
  MATCH  A17: its rule and kind, at its site; a site's name; or words that
         must all be true: rule= kind= severity= direction= site= workspace=
         tag.KEY=, with globs, several values with commas
  FOR    4h, 2d, 1h30m; until 08:00, until tomorrow 08:00, until mon 08:00,
         until 2026-12-01 08:00 by the site's own clock; until-reset,
         until-worse, until-forecast 95%, alone or with a time

Exit 1 if nothing is called that, 2 if the words are not understood."""
UNSILENCE_HELP = """End a silence now: what was held back is told.

\b
  usagebot unsilence S4

Exit 1 if there is no such silence, 2 if the words are not understood."""
SILENCES_HELP = """What is kept quiet, by whom, until when.

\b
  usagebot silences              in force, or to come
  usagebot silences all          those that ended in the last weeks, too
  usagebot silences forgotten    those that nobody seems to need any more"""

Words = Annotated[list[str] | None, typer.Argument(help="See above.", show_default=False)]
Form = Annotated[
    Format, typer.Option("--format", parser=format_of, metavar="[table|json]", help="For people or for machines.")
]


def ack(words: Words = None, *, by: AsOption = None, form: Form = Format.TABLE) -> None:
    """The command; its help is `ACK_HELP`."""
    _order(["ack", *(words or [])], by, form)


def silence(words: Words = None, *, by: AsOption = None, form: Form = Format.TABLE) -> None:
    """The command; its help is `SILENCE_HELP`."""
    _order(["silence", *(words or [])], by, form)


def unsilence(words: Words = None, *, by: AsOption = None, form: Form = Format.TABLE) -> None:
    """The command; its help is `UNSILENCE_HELP`."""
    _order(["unsilence", *(words or [])], by, form)


def silences(words: Words = None, *, form: Form = Format.TABLE) -> None:
    """The command; its help is `SILENCES_HELP`."""
    request = parse_words(["silences", *(words or [])])
    if isinstance(request, Mistake):
        refuse(request, form)
    if not isinstance(request.command, Order):
        reply, zone = asked(request.command)
        print_json(reply) if form is Format.JSON else draw(TERMINAL.out, render(reply, zone, PREFIX))


def _order(words: Sequence[str], by: str | None, form: Format) -> None:
    """Have it done, and say what came of it."""
    from bot.app.asking import act_once  # noqa: PLC0415 - the database is slow to import, and --help needs none

    request = parse_words(words)
    if isinstance(request, Mistake):
        refuse(request, form, PREFIX)
    assert isinstance(request.command, Order)  # noqa: S101 - what its first word is
    loaded = settings()
    configuration = rules_or_exit(loaded.rules_path)
    reply = asyncio.run(act_once(loaded, configuration, request.command, actor(by)))
    if form is Format.JSON:
        print_json(reply)
    else:
        draw(TERMINAL.out, render(reply, configuration.timezone, PREFIX))
    if exit_code := _exit_of(reply):
        raise typer.Exit(exit_code)


def _exit_of(reply: Done | Undone) -> Exit:
    match reply:
        case Acknowledged():
            return Exit.OK if reply.is_complete else Exit.NO
        case Silenced() | Unsilenced():
            return Exit.OK
        case Refusal(why=Refused.TIME_PASSED | Refused.TOO_LONG):
            return Exit.WRONG_USE
        case _:
            return Exit.NO
