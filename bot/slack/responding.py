"""Sends answers to a `response_url`, which takes five in thirty minutes.

There is nobody left to tell of one that cannot be delivered, but the log.
"""

from __future__ import annotations

from typing import Any, Protocol

import structlog
from slack_sdk.webhook import WebhookResponse

from bot.notify.slack_errors import FAILURES
from bot.slack.drawing import Drawing
from bot.slack.turns import Answered

log = structlog.get_logger(__name__)


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


async def respond_with(
    drawing: Drawing,
    respond: Respond,
    answered: Answered,
    *,
    in_place: bool | None = None,
    thread: str | None = None,
) -> None:
    """`in_place`: the message that was pressed becomes the answer, or (False) stays as it is. `thread` is the one that
    the message is in."""
    try:
        sent = await _sent(drawing, respond, answered, in_place, thread)
        if drawing.is_simpler_now(answered, sent.body if sent.status_code != 200 else ""):
            sent = await _sent(drawing, respond, answered, in_place, thread)
    except (*FAILURES, ValueError) as failure:
        log.warning("usage_not_delivered", why=type(failure).__name__)
        return
    if sent.status_code != 200:
        log.warning("usage_not_delivered", status=sent.status_code, why=sent.body[:200])


async def _sent(
    drawing: Drawing, respond: Respond, answered: Answered, in_place: bool | None, thread: str | None
) -> WebhookResponse:
    drawn = drawing.of(answered, public=answered.public)
    return await respond(
        text=drawn["text"],
        blocks=drawn["blocks"],
        response_type="in_channel" if answered.public else "ephemeral",
        replace_original=in_place,
        thread_ts=thread,
    )
