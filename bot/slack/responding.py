"""Sends answers to a `response_url`, which takes five in thirty minutes.

There is nobody left to tell of one that cannot be delivered, but the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from slack_sdk.webhook import WebhookResponse

from bot.notify.slack_errors import FAILURES
from bot.slack.drawing import Drawing
from bot.slack.turns import Answered

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Manner:
    """How to answer: in the place of what is there (None: as Slack does by itself), in a thread, with a picture."""

    in_place: bool | None = None
    thread: str | None = None
    image: dict[str, Any] | None = None


class Respond(Protocol):
    """Answers at the `response_url` of a command or a press; ValueError where there is none."""

    async def __call__(
        self,
        *,
        text: str,
        blocks: list[dict[str, Any]],
        response_type: str,
        replace_original: bool | None = None,
        thread_ts: str | None = None,
    ) -> WebhookResponse: ...  # pragma: no cover


class Answers:
    """Sends answers: the words at once, and then once more with their picture in their place, where that can be done;
    where it cannot, and all of the channel are to see it, with the picture from the first."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing

    async def to_a_command(self, respond: Respond, answered: Answered) -> None:
        if await self._sent(respond, answered, Manner()):
            await self._followed(respond, answered)

    async def to_a_press(self, respond: Respond, answered: Answered, *, in_place: bool, thread: str | None) -> None:
        """`in_place`: the answer that was pressed, which one person sees, becomes this one. Any other message stays as
        it is, whatever comes: it may be an alert's. `thread` is the one that it stands in."""
        image = await self._drawing.image(answered) if answered.public else None
        is_sent = await self._sent(respond, answered, Manner(in_place, thread, image))
        if is_sent and in_place:
            await self._followed(respond, answered)

    async def _followed(self, respond: Respond, answered: Answered) -> None:
        image = await self._drawing.image(answered)
        if image is not None:
            await self._sent(respond, answered, Manner(True, None, image))

    async def _sent(self, respond: Respond, answered: Answered, manner: Manner) -> bool:
        try:
            sent = await self._respond(respond, answered, manner)
            if self._drawing.is_simpler_now(answered, sent.body if sent.status_code != 200 else ""):
                sent = await self._respond(respond, answered, manner)
        except (*FAILURES, ValueError) as failure:
            log.warning("usage_not_delivered", why=type(failure).__name__)
            return False
        if sent.status_code != 200:
            log.warning("usage_not_delivered", status=sent.status_code, why=sent.body[:200])
        return sent.status_code == 200

    async def _respond(self, respond: Respond, answered: Answered, manner: Manner) -> WebhookResponse:
        drawn = self._drawing.of(answered, public=answered.public, image=manner.image)
        return await respond(
            text=drawn["text"],
            blocks=drawn["blocks"],
            response_type="in_channel" if answered.public else "ephemeral",
            replace_original=manner.in_place,
            thread_ts=manner.thread,
        )
