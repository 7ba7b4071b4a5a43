"""`/usage`: acknowledge, parse, ask or act, render, respond."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.service.orders import ORDERS
from bot.slack.answering import Answering, Asker, actor_of
from bot.slack.responding import Answers, Respond
from bot.slack.turns import Turns


class UsageCommand:
    """Answers `/usage`."""

    def __init__(self, answering: Answering, turns: Turns, answers: Answers) -> None:
        self._answering = answering
        self._turns = turns
        self._answers = answers

    async def __call__(
        self, ack: Callable[[], Awaitable[object]], respond: Respond, command: Mapping[str, Any]
    ) -> None:
        await ack()
        text, asker = str(command.get("text") or ""), asker_of(command)
        with self._turns.under_way():
            answered = await self._turns.answered(
                lambda: self._answering.to_words(text, asker), asker.channel, is_order=is_order(text)
            )
            await self._answers.to_a_command(respond, answered)


def asker_of(command: Mapping[str, Any]) -> Asker:
    """Who gave a command."""
    by = actor_of(str(command.get("user_id") or ""), str(command.get("user_name") or ""))
    return Asker(by, str(command.get("channel_id") or ""), str(command.get("channel_name") or ""))


def is_order(text: str) -> bool:
    """Whether words look like those of an order, before anybody has read them."""
    words = text.split(maxsplit=1)
    return bool(words) and words[0].casefold() in ORDERS
