"""The door to what people have done: an order in, what came of it out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import assert_never

from bot.service.actions.acknowledging import take
from bot.service.actions.replies import Acknowledged, Done, Silenced, Undone, Unsilenced
from bot.service.actions.silencing import end_silence, extend_silence, objection, set_silence
from bot.service.audit import Actor
from bot.service.finish import to_its_end
from bot.service.fleet import Fleet, Scope
from bot.service.orders import Acknowledge, EndSilence, ExtendSilence, Order, SetSilence
from bot.service.ports import Clock, History, Transaction
from bot.service.queries.inquiry import Inquiry, Known
from bot.service.queries.reached import ShownBy, groups_of, reached
from bot.service.queries.replies import NoScope


class Actions:
    """Does what people order, each in a transaction of its own. An order that is given twice does no more than once.

    `fleet` gives the current one, `clock` the instant. `acted` is called after a commit that changed anything: timers
    and what waits to be delivered are to be looked at.
    """

    def __init__(
        self, history: History, fleet: Callable[[], Fleet], clock: Clock, acted: Callable[[], None] = lambda: None
    ) -> None:
        self._history = history
        self._fleet = fleet
        self._clock = clock
        self._acted = acted

    async def act(self, order: Order, scope: Scope, by: Actor, on: ShownBy | None = None) -> Done | Undone:
        """What came of it, within the workspaces in `scope` alone, and what the message shows that was pressed `on`.
        What the history raises comes through, and then nothing was done. Once begun it is done, even where nobody
        waits any more."""
        if not scope and on is None:
            return NoScope()
        return await to_its_end(self._done(Inquiry(self._fleet(), scope, self._clock()), order, by, on))

    def objection(self, order: SetSilence, scope: Scope) -> Undone | None:
        """What can be said against an order before anything is looked up; None where it may well be carried out."""
        return objection(order, Inquiry(self._fleet(), scope, self._clock()))

    async def _done(self, inquiry: Inquiry, order: Order, by: Actor, on: ShownBy | None) -> Done | Undone:
        async with self._history.writing() as tx:
            if on is not None:
                inquiry = await reached(tx, inquiry, await groups_of(tx, *_meant(order)), on)
            if not inquiry.scope and not inquiry.shown:
                return NoScope()
            reply = await _carried_out(tx, Known.named(inquiry), order, by)
        if has_changed(reply):
            self._acted()
        return reply


def _meant(order: Order) -> tuple[Sequence[int], int | None]:
    """The alerts, or the group, that an order names by id."""
    match order:
        case Acknowledge():
            return order.alerts, order.group
        case SetSilence():
            id_ = order.matching.alert
            return (id_,) if id_ is not None else (), order.matching.group
        case ExtendSilence() | EndSilence():
            return (), None
        case _:
            assert_never(order)


def has_changed(reply: Done | Undone) -> bool:
    match reply:
        case Acknowledged():
            return bool(reply.taken)
        case Silenced():
            return reply.is_new
        case Unsilenced():
            return not reply.was_over
        case _:
            return False


async def _carried_out(tx: Transaction, known: Known, order: Order, by: Actor) -> Done | Undone:
    match order:
        case Acknowledge():
            return await take(tx, known, order, by)
        case SetSilence():
            return await set_silence(tx, known, order, by)
        case ExtendSilence():
            return await extend_silence(tx, known, order, by)
        case EndSilence():
            return await end_silence(tx, known, order, by)
        case _:
            assert_never(order)
