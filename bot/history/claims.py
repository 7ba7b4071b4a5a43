"""Which notifications may be told now: due, free, the first of their group and of their lane."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, literal, literal_column, or_, select

from bot.domain.times import HOUR, Slot
from bot.history.tables import LANES, OUTBOX
from bot.service.ports import Standing

CLOCKS_DIFFER = 300
"""Seconds by which two replicas' clocks may differ. What is further ahead was written by a clock that was wrong."""
LONGEST_PAUSE = HOUR
"""No lane is paused for longer, so that a pause which lasts longer was written by a clock that was ahead."""

# Spelt out as in the partial index: a bound value would keep the planner from using it.
WAITS = OUTBOX.c.standing == literal_column(f"'{Standing.WAITING}'")


def claimable(
    now: Slot, lease: int, apart_from: Collection[str] = (), among: Collection[str] | None = None
) -> Select[Any]:
    """Due and free rows, each the oldest that waits in its group: a later one must not overtake it. Of those the first
    of each lane in which nothing is on its way: news before edits, whose pictures take their time. Those that were
    tried least come first, so that hundreds for a mail server that is down do not keep Slack waiting.

    Times that were written by a clock which has been set back since do not count: nobody waits to catch up with them.

    On PostgreSQL the rows are locked, and those that another replica is claiming are passed over. SQLite leaves
    the clause out: there the writing transaction is alone.
    """
    order = (OUTBOX.c.attempts, OUTBOX.c.due_at, OUTBOX.c.id)
    ahead, lane = Slot(now + CLOCKS_DIFFER), _lane()
    due = or_(OUTBOX.c.due_at <= now, func.coalesce(OUTBOX.c.attempted_at, OUTBOX.c.created_at) > ahead)
    leased = OUTBOX.c.leased_until.between(now + 1, ahead + lease)
    paused = select(LANES.c.lane).where(LANES.c.paused_until.between(now + 1, ahead + LONGEST_PAUSE))
    at_work = select(lane).where(WAITS, leased)
    wanted: list[ColumnElement[bool]] = [lane.not_in(at_work), lane.not_in(paused)]
    wanted += [lane.not_in(sorted(apart_from))] if apart_from else []
    wanted += [lane.in_(sorted(among))] if among is not None else []
    place = func.row_number().over(partition_by=lane, order_by=(OUTBOX.c.loud.desc(), *order)).label("place")
    placed = select(OUTBOX.c.id, place).where(WAITS, due, _is_first(), *wanted).subquery()
    first = select(placed.c.id).where(placed.c.place == 1)
    found = select(OUTBOX).where(OUTBOX.c.id.in_(first)).order_by(*order)
    return found.with_for_update(skip_locked=True, of=OUTBOX)


def _lane() -> ColumnElement[str]:
    """As `OutboxRow.way`."""
    return func.coalesce(func.nullif(OUTBOX.c.lane, ""), literal("group ") + cast(OUTBOX.c.group_id, Text))


def _is_first() -> ColumnElement[bool]:
    """Whether no older row of the group waits."""
    other = OUTBOX.alias("other")
    waits = other.c.standing == literal_column(f"'{Standing.WAITING}'")
    oldest = select(func.min(other.c.id)).where(waits, other.c.group_id == OUTBOX.c.group_id).scalar_subquery()
    return OUTBOX.c.id == oldest
