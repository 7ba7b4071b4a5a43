"""The console script: its commands, and what becomes of their errors."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Annotated

import typer

from bot import __version__
from bot.cli.auditing import audit
from bot.cli.backtest import HELP as BACKTEST_HELP
from bot.cli.backtest import backtest
from bot.cli.check import check
from bot.cli.database import db
from bot.cli.doctor import doctor
from bot.cli.exits import EXIT_CODES, EXPECTED, Exit, exit_of
from bot.cli.explaining import explain
from bot.cli.forecasting import forecast
from bot.cli.history import history
from bot.cli.notifying import notify
from bot.cli.ordering import ACK_HELP, SILENCE_HELP, SILENCES_HELP, UNSILENCE_HELP, ack, silence, silences, unsilence
from bot.cli.outbox import outbox
from bot.cli.output import ClosedOutputError, discard_output, no_room
from bot.cli.query import HELP, WORDS, query
from bot.cli.schema import schema
from bot.cli.serve import demo, run
from bot.cli.sites import sites
from bot.cli.starter import init
from bot.cli.terminal import TERMINAL
from bot.cli.testing import run_tests

program = typer.Typer(
    name="usagebot",
    help=f"Usage alerts and quotas for Altostrat SD-WAN fleets.\n\n{EXIT_CODES}",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
# In the order in which people come to need them.
program.command(short_help="Write rules and settings to begin with.")(init)
program.command(short_help="Is the rules folder right?")(check)
program.command("test", short_help="Do the rules do what their tests say?")(run_tests)
program.command(help=BACKTEST_HELP, short_help="What rules would have said of a past.")(backtest)
program.command(short_help="What is wrong, and what to do about it. Reads only.")(doctor)
program.command(short_help="Watch usage, tell people and answer them.")(run)
program.command(short_help="What billing periods will total, and how sure that is.")(forecast)
program.command(help=HELP, short_help="Ask what `/usage` answers in Slack.", context_settings=WORDS)(query)
program.command(short_help="Why it told, or why it did not.")(explain)
program.command(help=ACK_HELP, short_help="Take alerts.")(ack)
program.command(help=SILENCE_HELP, short_help="Keep alerts quiet for a while.")(silence)
program.command(help=SILENCES_HELP, short_help="What is kept quiet, by whom, until when.")(silences)
program.command(help=UNSILENCE_HELP, short_help="End a silence now.")(unsilence)
program.add_typer(sites, name="sites")
program.add_typer(notify, name="notify")
program.add_typer(outbox, name="outbox")
program.command(short_help="Who did what, and when.")(audit)
program.add_typer(history, name="history")
program.add_typer(db, name="db")
program.command(short_help="The rule language as JSON Schema, for editors.")(schema)
program.command(short_help="A simulated fleet's month in under two minutes.")(demo)


def _show_version(wanted: bool) -> None:
    if wanted:
        TERMINAL.say(f"usagebot {__version__}")
        raise typer.Exit


@program.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    del version


def main() -> None:
    """Run the command line and exit with a code that means something (see `Exit`).

    What it writes, its user alone can read: histories, mails and exports name sites, settings hold tokens.
    """
    os.umask(0o077)
    try:
        program()
    except EXPECTED as error:
        code, lines = exit_of(error)
        TERMINAL.complain(lines)
        sys.exit(code)
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
    except ClosedOutputError:
        discard_output()
        sys.exit(Exit.CLOSED_OUTPUT)
    except Exception as error:  # noqa: BLE001 - the last resort: people get a line, not a traceback
        sys.exit(_last_resort(error))


def _last_resort(error: Exception) -> Exit:
    """A line for people, where there is room for one."""
    why = no_room(error)
    with suppress(OSError):
        if why is None:
            TERMINAL.unexpected(error)
        else:
            TERMINAL.complain([f"usagebot: cannot write: {why}; make room, or write elsewhere"])
    return Exit.UNEXPECTED if why is None else Exit.UNAVAILABLE
