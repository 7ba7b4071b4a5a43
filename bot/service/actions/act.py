"""The door to what people have done: an order in, what came of it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from bot.service.actions.acknowledging import take
from bot.service.actions.replies import Acknowledged, Done, Silenced, Undone, Unsilenced
from bot.service.actions.silencing import end_silence, extend_silence, set_silence
from bot.service.audit import Actor
from bot.service.finish import to_its_end
from bot.service.fleet import Fleet, Scope
from bot.service.orders import Acknowledge, EndSilence, ExtendSilence, Order, SetSilence
from bot.service.ports import Clock, History, Transaction
from bot.service.queries.inquiry import Inquiry, Known
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

    async def act(self, order: Order, scope: Scope, by: Actor) -> Done | Undone:
        """What came of it, within the workspaces in `scope` alone. What the history raises comes through, and then
        nothing was done. Once begun it is done, even where nobody waits any more."""
        if not scope:
            return NoScope()
        known = Known.named(Inquiry(self._fleet(), scope, self._clock()))
        return await to_its_end(self._done(known, order, by))

    async def _done(self, known: Known, order: Order, by: Actor) -> Done | Undone:
        async with self._history.writing() as tx:
            reply = await _carried_out(tx, known, order, by)
        if has_changed(reply):
            self._acted()
        return reply


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
