"""Notices that nobody would ever clear: what they are about is not in the rules any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.alerts.model import BOT_RULE, Alert, AlertKey, Change, Reason, State, Transition
from bot.domain.times import Slot
from bot.rules.model import Configuration, Medium
from bot.service.notices import TOKEN
from bot.service.ports import Transaction

DELIVERY = "delivery"


async def orphans_of(
    tx: Transaction, configuration: Configuration, notices: Iterable[Alert], at: Slot
) -> list[tuple[Alert, Transition]]:
    """Those of the open notices that are about a receiver, an endpoint or a workspace that is gone, as they are
    resolved. Where messages to it still fail, their end is waited for: else each failure would be told anew."""
    topics = set(_topics(configuration))
    found = []
    for alert in notices:
        medium = next((one for one in Medium if one.value in alert.key.rule.split(":")[2:]), None)
        is_orphan = _is_about(alert.key, DELIVERY) and _topic(alert.key) not in topics
        if is_orphan and medium is not None and await tx.outbox.failing(f"{medium}:"):
            continue
        if is_orphan or _is_elsewhere(alert.key, configuration):
            over = replace(alert, state=State.RESOLVED, resolved_at=at, reason=Reason.BOT_WELL)
            found.append((over, Transition(over, Change.RESOLVED, Reason.BOT_WELL, at, at)))
    return found


def _topics(configuration: Configuration) -> Iterator[str]:
    """What may be said of the delivery to each receiver that there is, and of each medium."""
    for receiver in configuration.receivers.values():
        for endpoint in receiver.endpoints:
            yield f"{DELIVERY}:{endpoint.medium}"
            yield f"{DELIVERY}:{receiver.name}:{endpoint.medium}"
            yield f"{DELIVERY}:{receiver.name}:{endpoint.medium}:partly"


def _is_elsewhere(key: AlertKey, configuration: Configuration) -> bool:
    """Whether a token's notice is of a workspace that is not read any more."""
    return _is_about(key, TOKEN) and key.workspace not in {one.name for one in configuration.workspaces}


def _is_about(key: AlertKey, what: str) -> bool:
    return _topic(key).partition(":")[0] == what


def _topic(key: AlertKey) -> str:
    return key.rule.removeprefix(f"{BOT_RULE}:")
