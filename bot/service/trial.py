"""Trying a receiver: a real message through each of its endpoints, at once, which says that nothing has happened.

It is no row of the outbox: nothing is tried again, and nobody else sends it.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.alerts.model import BOT_RULE, Kind, Reason, State
from bot.domain.times import to_slot
from bot.domain.usage import Direction
from bot.rules.model import Endpoint, Receiver, Severity
from bot.service.audit import TESTED, Actor, note
from bot.service.notices import EVERY_WORKSPACE
from bot.service.ports import Delivered, Notifier, Outcome, Transaction, TryAgain
from bot.service.views import AlertView, Notification

TIMEOUT = timedelta(seconds=30)
RULE = f"{BOT_RULE}:test"
Tried = list[tuple[Endpoint, Outcome]]

log = structlog.get_logger()


async def tried(notifier: Notifier, receiver: Receiver, by: Actor, at: datetime, zone: ZoneInfo) -> Tried:
    """What came of each endpoint, in the order of the receiver; all of them are tried at the same time."""
    messages = [trial_message(receiver, endpoint, by, at, zone) for endpoint in receiver.endpoints]
    outcomes = await asyncio.gather(*(_attempt(notifier, message) for message in messages))
    return list(zip(receiver.endpoints, outcomes, strict=True))


async def _attempt(notifier: Notifier, message: Notification) -> Outcome:
    try:
        async with asyncio.timeout(TIMEOUT.total_seconds()):
            return await notifier.deliver(message)
    except TimeoutError:
        return TryAgain("no answer in time")
    except Exception as error:
        log.exception("delivery_failed", notification=message.id)
        return TryAgain(f"a mistake in the bot: {type(error).__name__}")


def trial_message(receiver: Receiver, endpoint: Endpoint, by: Actor, at: datetime, zone: ZoneInfo) -> Notification:
    """Its number is the time, which no notification of the outbox will ever reach. Its only alert is over, so that no
    program takes it for one that fires."""
    number = to_slot(at)
    alert = AlertView(
        id="A0",
        kind=Kind.SELF,
        rule=RULE,
        workspace=EVERY_WORKSPACE,
        site="",
        zone=zone,
        direction=Direction.TOTAL,
        state=State.RESOLVED,
        severity=Severity.INFO,
        reason=Reason.BOT_WELL,
        since=at,
        value=0,
        limit=0,
        resolved_at=at,
        note=f"This is a test of the receiver {receiver.name}, by {by.name}\nNothing has happened.",
    )
    return Notification(
        id=number,
        group=number,
        receiver=receiver.name,
        endpoint=endpoint,
        rule=RULE,
        workspace=EVERY_WORKSPACE,
        alerts=(alert,),
        news=(),
        loud=True,
        created_at=at,
        is_test=True,
    )


async def note_trial(tx: Transaction, receiver: Receiver, found: Tried, by: Actor, at: datetime) -> None:
    """Write down that it was tried, and what came of it."""
    outcomes = {str(endpoint): said(outcome) for endpoint, outcome in found}
    await note(tx, to_slot(at), by, TESTED, receiver.name, outcomes=outcomes)


def said(outcome: Outcome) -> str:
    """`delivered`, or why not."""
    if isinstance(outcome, Delivered):
        return f"delivered, but {outcome.but}" if outcome.but else "delivered"
    return f"not delivered: {outcome.why}"
