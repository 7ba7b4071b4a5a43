"""`usagebot audit`: who did what, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.setup import settings
from bot.cli.spans import SinceOption
from bot.cli.terminal import TERMINAL
from bot.domain.times import Slot, to_slot
from bot.rules.problems import did_you_mean, shown
from bot.service.ports import AuditEntry

MOST = 200
"""Rows of a table; JSON lines have all of them."""
HINT = "start `usagebot run`, or check DATABASE_URL"
WEEK = timedelta(days=7)


class Format(StrEnum):
    """How the audit is printed: as a table, or one JSON object a line."""

    TABLE = "table"
    JSONL = "jsonl"


def audit(
    *,
    since: SinceOption = WEEK,
    action: Annotated[
        list[str] | None, typer.Option("--action", metavar="ACTION", help="Only these, such as silenced; repeatable.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="For people or for machines.")] = Format.TABLE,
) -> None:
    """Show who did what: acknowledged, silenced, requeued, tested, and which rules came into force. Oldest first, UTC.

    What the bot did by itself is there too, as usagebot via bot. It is kept for ever. Reads only.
    """
    wanted = [one.strip().lower() for one in action or ()]
    limit = MOST + 1 if form is Format.TABLE else None
    found, known = asyncio.run(_read(since, wanted, limit))
    from bot.cli.audit_formats import draw_audit, to_json_lines  # noqa: PLC0415 - as in `_read`

    if form is Format.JSONL:
        for line in to_json_lines(found):
            typer.echo(line)
    else:
        draw_audit(TERMINAL.out, found[-MOST:], is_cut=len(found) > MOST)
    TERMINAL.complain((_unknown(one, known) for one in wanted if one not in known), style="yellow")


def _unknown(action: str, known: Sequence[str]) -> str:
    """No mistake: what nobody did yet is not known either."""
    guess = did_you_mean(action, known)
    meant = f" — did you mean {guess!r}?" if guess else f"; there are {', '.join(known)}" if known else ""
    return f"note: nothing was ever {shown(action)}{meant}"


async def _read(
    since: timedelta, wanted: Sequence[str], limit: int | None
) -> tuple[Sequence[AuditEntry], Sequence[str]]:
    """The latest entries, the oldest first, and every action that there is."""
    from bot.app.build import system_clock  # noqa: PLC0415 - slow to import, and --help need not wait for it
    from bot.app.existing import existing_history  # noqa: PLC0415 - as above

    start = Slot(to_slot(system_clock()) - int(since.total_seconds()))
    async with existing_history(settings(), HINT) as history, history.reading() as tx:
        found = await tx.audit.since(start, limit, wanted)
        return list(reversed(found)), await tx.audit.actions()
