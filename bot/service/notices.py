"""What the bot has to say about itself: alerts like any other, told to the operators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.alerts.model import BOT_RULE, Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.domain.times import Slot
from bot.rules.model import Severity
from bot.service.announce import record
from bot.service.fleet import Fleet
from bot.service.ports import History, Transaction

TOKEN = "token"  # noqa: S105 - a topic
"""The topic of a token that is refused."""
RULES = "rules"
"""The topic of a rules folder that is broken."""
EVERY_WORKSPACE = ""
"""What is about all of them has the name of none."""


def notice_key(workspace: str, topic: str) -> AlertKey:
    return AlertKey(workspace, f"{BOT_RULE}:{topic}", Kind.SELF, None)


class Notices:
    """Tells the operators once that something is wrong, and once that it is over."""

    def __init__(self, history: History, fleet: Callable[[], Fleet]) -> None:
        self._history = history
        self._fleet = fleet

    async def open(self, topic: str) -> set[str]:
        """Workspaces for which the operators know of this trouble."""
        return {workspace for workspace, known in await self.all_open() if known == topic}

    async def all_open(self) -> set[tuple[str, str]]:
        """(workspace, topic) of every trouble that the operators know of."""
        async with self._history.reading() as tx:
            keys = [alert.key for alert in await tx.alerts.open() if alert.key.kind is Kind.SELF]
        return {(key.workspace, key.rule.removeprefix(f"{BOT_RULE}:")) for key in keys}

    async def refused(self, workspace: str, why: str, at: Slot) -> None:
        """The API refuses the workspace's token."""
        text = (
            f"Altostrat refuses the token of workspace {workspace} ({why}). "
            "Nothing is read until it is renewed; the bot picks up a new one by itself."
        )
        await self.tell(workspace, TOKEN, text, at)

    async def tell(self, workspace: str, topic: str, text: str, at: Slot) -> None:
        """Fire the notice, unless it fires already. `text` must hold no secret."""
        async with self._history.writing() as tx:
            await self.tell_within(tx, workspace, topic, text, at)

    async def tell_within(self, tx: Transaction, workspace: str, topic: str, text: str, at: Slot) -> None:
        """The same in the transaction of the fact that it is about."""
        if await self._find(tx, workspace, topic) is None:
            key = notice_key(workspace, topic)
            alert = Alert(key, State.FIRING, at, Severity.CRITICAL, fired_at=at, reason=Reason.BOT_TROUBLE, note=text)
            move = Transition(alert, Change.FIRED, Reason.BOT_TROUBLE, at, at)
            await record(tx, self._fleet(), [alert], [move], at)

    async def clear(self, workspace: str, topic: str, at: Slot) -> None:
        """Resolve the notice, if it fires."""
        async with self._history.writing() as tx:
            await self.clear_within(tx, workspace, topic, at)

    async def clear_within(self, tx: Transaction, workspace: str, topic: str, at: Slot) -> None:
        alert = await self._find(tx, workspace, topic)
        if alert is not None:
            alert = replace(alert, state=State.RESOLVED, resolved_at=at, reason=Reason.BOT_WELL)
            move = Transition(alert, Change.RESOLVED, Reason.BOT_WELL, at, at)
            await record(tx, self._fleet(), [alert], [move], at)

    async def _find(self, tx: Transaction, workspace: str, topic: str) -> Alert | None:
        key = notice_key(workspace, topic)
        return next((alert for alert in await tx.alerts.open() if alert.key == key), None)
