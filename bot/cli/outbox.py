"""`usagebot outbox …`: what is to be told, what could not be, and what becomes of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.acting import AsOption, actor
from bot.cli.exits import Exit
from bot.cli.setup import settings
from bot.cli.spans import SinceOption
from bot.cli.terminal import TERMINAL
from bot.domain.times import Slot, to_slot
from bot.service.audit import Actor
from bot.service.outgoing import Done, Outgoing, discard, outgoing, requeue
from bot.service.ports import OutboxRow, Standing

MOST = 200
"""Rows of a table; JSON has all of them."""
HINT = "start `usagebot run`, or check DATABASE_URL"
_ID = re.compile(r"[Nn]?([0-9]{1,18})")

outbox = typer.Typer(
    help="Notifications: those that wait, and those that could not be delivered.", no_args_is_help=True
)


class Format(StrEnum):
    """How notifications are printed."""

    TABLE = "table"
    JSON = "json"


def _number(text: str) -> int:
    """Of `N120`."""
    found = _ID.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"{text[:40]!r} is no notification; `usagebot outbox list` names them, like N120")
    return int(found.group(1))


IdsArgument = Annotated[
    list[int] | None, typer.Argument(metavar="ID", parser=_number, help="Like N120, as in the list.")
]
ReceiverOption = Annotated[str | None, typer.Option("--receiver", metavar="NAME", help="Only this receiver's.")]
WEEK = timedelta(days=7)


@outbox.command(name="list")
def list_outbox(
    *,
    waiting: Annotated[bool, typer.Option("--waiting", help="Those that wait: the default.")] = False,
    rejected: Annotated[bool, typer.Option("--rejected", help="Those that were refused for good.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="These, and those delivered or discarded.")] = False,
    receiver: ReceiverOption = None,
    since: SinceOption = WEEK,
    form: Annotated[Format, typer.Option("--format", help="For people or for machines.")] = Format.TABLE,
) -> None:
    """Show notifications, the oldest first: whom they are for, what they tell, and what keeps them.

    Those that wait are shown whatever their age, the others back to `--since`. Reads only, beside a running bot.
    """
    if waiting + rejected + everything > 1:
        raise typer.BadParameter("--waiting, --rejected and --all are three lists; ask for one")
    wanted = {Standing.REJECTED} if rejected else set(Standing) if everything else {Standing.WAITING}
    limit = MOST if form is Format.TABLE else None
    found, refused, now = asyncio.run(_look(wanted, receiver, since, limit))
    from bot.cli.outbox_formats import draw_outbox, to_json  # noqa: PLC0415 - as in `_look`

    if form is Format.JSON:
        typer.echo(to_json(found))
        return
    others = refused if not rejected and not everything else 0
    draw_outbox(TERMINAL.out, found, now, is_cut=len(found) == MOST, refused=others)


async def _look(
    wanted: set[Standing], receiver: str | None, since: timedelta, limit: int | None
) -> tuple[Sequence[Outgoing], int, Slot]:
    """The list, how many were rejected since then, and now."""
    from bot.app.build import system_clock  # noqa: PLC0415 - slow to import, and --help need not wait for it
    from bot.app.existing import existing_history  # noqa: PLC0415 - as above

    now = to_slot(system_clock())
    start = Slot(now - int(since.total_seconds()))
    async with existing_history(settings(), HINT) as history, history.reading() as tx:
        refused = await outgoing(tx, {Standing.REJECTED}, start, None, receiver)
        return await outgoing(tx, wanted, start, limit, receiver), len(refused), now


@outbox.command(name="requeue")
def requeue_(
    ids: IdsArgument = None,
    *,
    rejected: Annotated[bool, typer.Option("--rejected", help="All that were rejected since `--since`.")] = False,
    receiver: ReceiverOption = None,
    since: SinceOption = WEEK,
    who: AsOption = None,
) -> None:
    """Have notifications sent again, once what kept them is mended; one that waits is tried at once.

    They say how their alerts stand when they are sent. A running bot sends them within seconds. Exit 1 if any was
    left alone: it is being sent at this moment, was delivered, or does not exist.
    """
    if bool(ids) == rejected:
        raise typer.BadParameter("name notifications, or give --rejected" if not ids else "give IDs or --rejected")
    if ids and receiver is not None:
        raise typer.BadParameter("--receiver goes with --rejected")
    done = asyncio.run(_requeue(ids, receiver, since, actor(who)))
    if rejected and not done.changed and not done.left:
        TERMINAL.say("Nothing was rejected since then.")
    _finish(done, "will be sent again")


async def _requeue(ids: Sequence[int] | None, receiver: str | None, since: timedelta, by: Actor) -> Done:
    from bot.app.build import system_clock  # noqa: PLC0415 - as above
    from bot.app.existing import existing_history  # noqa: PLC0415 - as above

    now = to_slot(system_clock())
    start = Slot(now - int(since.total_seconds()))
    async with existing_history(settings(), HINT) as history, history.writing() as tx:
        if ids is None or not ids:
            ids = [one.row.id for one in await outgoing(tx, {Standing.REJECTED}, start, None, receiver)]
        return await requeue(tx, ids, by, now)


@outbox.command(name="discard")
def discard_(
    ids: Annotated[list[int], typer.Argument(metavar="ID", parser=_number, help="Like N120, as in the list.")],
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept in the audit.")],
    who: AsOption = None,
) -> None:
    """Give notifications up: they are not sent, and nothing behind them waits for them. `requeue` takes it back.

    Exit 1 if any was left alone: it is being sent at this moment, was delivered, or does not exist.
    """
    if not reason.strip():
        raise typer.BadParameter("--reason: say why, for whoever asks later")
    _finish(asyncio.run(_discard(ids, reason, actor(who))), "was discarded")


async def _discard(ids: Sequence[int], reason: str, by: Actor) -> Done:
    from bot.app.build import system_clock  # noqa: PLC0415 - as above
    from bot.app.existing import existing_history  # noqa: PLC0415 - as above

    async with existing_history(settings(), HINT) as history, history.writing() as tx:
        return await discard(tx, ids, reason, by, to_slot(system_clock()))


def _finish(done: Done, what: str) -> None:
    for row in done.changed:
        TERMINAL.say(f"{row.short_id} {what}.")
    TERMINAL.complain(f"{OutboxRow.name_of(left.id)}: {left.why}" for left in done.left)
    if done.left:
        raise typer.Exit(Exit.NO)
