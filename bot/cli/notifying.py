"""`usagebot notify …`: does a receiver hear?"""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.cli.acting import AsOption, actor
from bot.cli.check import RulesOption, rules_or_exit
from bot.cli.exits import Exit
from bot.cli.setup import settings
from bot.cli.terminal import TERMINAL
from bot.rules.model import Configuration, Receiver
from bot.rules.problems import did_you_mean, shown
from bot.service.ports import Delivered, Outcome, TryAgain

notify = typer.Typer(help="The receivers of the rules.", no_args_is_help=True)


@notify.callback()
def _group() -> None:
    """Keep `test` a word of its own, although it is the only one."""


@notify.command(name="test")
def try_(
    receiver: Annotated[str, typer.Argument(metavar="RECEIVER", help="Its name in the rules.")],
    *,
    rules: RulesOption = None,
    who: AsOption = None,
) -> None:
    """Send a real message through each endpoint of a receiver, at once. It says that it is a test.

    Says what came of each. Exit 1 if one will not work before something is put right, or there is no such receiver;
    4 if the other side is unavailable.
    """
    by, loaded = actor(who), settings()
    configuration = rules_or_exit(rules if rules is not None else loaded.rules_path)
    wanted = _receiver(configuration, receiver)
    from bot.app.trying import try_receiver  # noqa: PLC0415 - slow to import, and --help need not wait for it
    from bot.service.trial import said  # noqa: PLC0415 - as above

    found, is_kept = asyncio.run(try_receiver(loaded, configuration, wanted, by, TERMINAL.out))
    for endpoint, outcome in found:
        TERMINAL.say(f"{endpoint}: {said(outcome)}")
    if not is_kept:
        note = "note: this is not in the audit, for there is no history yet; `usagebot run` makes one"
        TERMINAL.complain([note], style="yellow")
    _exit([outcome for _, outcome in found])


def _receiver(configuration: Configuration, name: str) -> Receiver:
    found = configuration.receivers.get(name)
    if found is None:
        guess = did_you_mean(name, configuration.receivers)
        meant = f" — did you mean {guess!r}?" if guess else ""
        TERMINAL.complain([f"the rules name no receiver {shown(name)}{meant}"])
        raise typer.Exit(Exit.NO)
    return found


def _exit(outcomes: list[Outcome]) -> None:
    failed = [one for one in outcomes if not isinstance(one, Delivered) or one.but]
    if failed:
        passing = all(isinstance(one, TryAgain) and not one.needs_operator for one in failed)
        raise typer.Exit(Exit.UNAVAILABLE if passing else Exit.NO)
