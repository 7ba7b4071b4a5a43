"""What operators hear of delivery: a receiver that cannot be reached, and what all messages of a medium wait for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.alerts.model import BOT_RULE
from bot.rules.model import Medium
from bot.service.fleet import Fleet
from bot.service.notices import EVERY_WORKSPACE, Notices
from bot.service.ports import Delivered, History, Rejected, Transaction, TryAgain
from bot.service.present import rules_of

if TYPE_CHECKING:
    from bot.service.settle import Ended

SHARED = frozenset({Medium.SLACK, Medium.EMAIL})
"""Media with one account for all receivers: what needs the operator there may keep all waiting, and is said once."""
Topic = tuple[str, str]
"""Workspace, topic."""


class DeliveryNotices:
    """Each is told in the commit of the attempt that shows it, and once. What is about the bot itself is only logged:
    its own notices would have no end."""

    def __init__(self, history: History, fleet: Callable[[], Fleet]) -> None:
        self._fleet = fleet
        self._notices = Notices(history, fleet)
        self._open: set[Topic] = set()

    async def look(self) -> None:
        self._open = await self._notices.all_open()

    async def tell(self, tx: Transaction, ended: Ended, instead: str = "") -> None:
        """`instead` names the receiver that is told in place of one that cannot be reached."""
        match ended.outcome:
            case Delivered(_, but):
                await self._well(tx, ended, but)
            case Rejected(why) if not ended.is_about_the_bot and self._matters(ended):
                heard = f" {instead} is told instead." if instead else ""
                what, group = await self._what(tx, ended), ended.group
                text = f"{what} cannot be delivered to {group.receiver} ({group.endpoint}): {why}{heard}"
                await self._tell(tx, _topic(ended), text, ended)
            case TryAgain(why, needs_operator=True):
                await self._tell(tx, _waiting(ended), f"{_what(ended)} wait until a person helps: {why}", ended)

    def _matters(self, ended: Ended) -> bool:
        """That an old message of a receiver which is gone cannot be edited is no trouble."""
        return ended.row.loud or ended.group.receiver in self._fleet().configuration.receivers

    async def _well(self, tx: Transaction, ended: Ended, but: str) -> None:
        if _waiting(ended) in self._open and not await tx.outbox.failing(_lanes(ended)):
            await self._clear(tx, _waiting(ended), ended)
        if ended.is_about_the_bot:
            return
        await self._clear(tx, _topic(ended), ended)
        if not but:
            await self._clear(tx, _partly(ended), ended)
            return
        what, group = await self._what(tx, ended), ended.group
        text = f"{what} reach only a part of {group.receiver} ({group.endpoint}): {but}"
        await self._tell(tx, _partly(ended), text, ended)

    async def _what(self, tx: Transaction, ended: Ended) -> str:
        """`"Alerts of lte"`, `"Digests of weekly"`."""
        label = ended.group.name.partition("/")[2]
        if ended.group.digest is not None:
            return f"Digests of {label}"
        alerts = await tx.outbox.alerts(sorted(ended.group.alerts))
        return f"Alerts of {rules_of(alerts) or label.removeprefix(f'{BOT_RULE}:')}"

    async def _tell(self, tx: Transaction, topic: Topic, text: str, ended: Ended) -> None:
        await self._notices.tell_within(tx, *topic, text, ended.at)
        self._open.add(topic)

    async def _clear(self, tx: Transaction, topic: Topic, ended: Ended) -> None:
        if topic in self._open:
            await self._notices.clear_within(tx, *topic, ended.at)
            self._open.discard(topic)


def _topic(ended: Ended) -> Topic:
    workspace = ended.group.name.partition("/")[0]
    return workspace, f"delivery:{ended.group.receiver}:{ended.group.endpoint.medium}"


def _partly(ended: Ended) -> Topic:
    """Apart from what reaches nobody at all, which is said even where this is known."""
    workspace, topic = _topic(ended)
    return workspace, f"{topic}:partly"


def _waiting(ended: Ended) -> Topic:
    medium = ended.group.endpoint.medium
    return (EVERY_WORKSPACE, f"delivery:{medium}") if medium in SHARED else _topic(ended)


def _what(ended: Ended) -> str:
    group = ended.group
    others = f", and perhaps to others by {group.endpoint.medium}," if group.endpoint.medium in SHARED else ""
    return f"Messages to {group.receiver} ({group.endpoint}){others}"


def _lanes(ended: Ended) -> str:
    """With what the lanes begin that may wait for the same: only when nothing of them fails any more is it over."""
    endpoint = ended.group.endpoint
    return f"{endpoint.medium}:" if endpoint.medium in SHARED else str(endpoint)
