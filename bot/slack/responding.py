"""Sends answers to a `response_url`, which takes five in thirty minutes.

There is nobody left to tell of one that cannot be delivered, but the log.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import structlog
from slack_sdk.webhook import WebhookResponse

from bot.notify.blocks import escape
from bot.notify.slack_errors import FAILURES
from bot.slack.drawing import Drawing
from bot.slack.turns import Answered

log = structlog.get_logger(__name__)

Block = dict[str, Any]


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes. `in_place`: the message that was pressed becomes the answer, or (False) stays as it is.
    `thread` is the one that the message is in."""

    in_place: bool | None = None
    thread: str | None = None


async def respond_with(drawing: Drawing, respond: Respond, answered: Answered, place: Place = Place()) -> None:
    """The words at once, and the chart when Slack has it."""
    try:
        sent = await _sent(drawing, respond, answered, place)
        if drawing.is_simpler_now(answered, sent.body if sent.status_code != 200 else ""):
            sent = await _sent(drawing, respond, answered, place)
        if sent.status_code != 200:
            log.warning("usage_not_delivered", status=sent.status_code, why=sent.body[:200])
            return
        image = await drawing.image(answered)
        if image is not None:
            await _show(drawing, respond, answered, place, image)
    except (*FAILURES, ValueError) as failure:
        log.warning("usage_not_delivered", why=type(failure).__name__)


async def _show(drawing: Drawing, respond: Respond, answered: Answered, place: Place, image: Block) -> None:
    """The answer once more, with its chart. What is replaced is the message that was pressed, if any was: where that
    stays, the chart comes beneath the answer."""
    if place.in_place is False:
        content = {"text": escape(str(image["alt_text"])), "blocks": [image]}
        sent = await _respond(respond, content, answered, place)
    else:
        content = drawing.of(answered, public=answered.public, image=image)
        sent = await _respond(respond, content, answered, replace(place, in_place=True))
    if sent.status_code != 200:
        log.warning("usage_picture_failed", why=sent.body[:200])


async def _sent(drawing: Drawing, respond: Respond, answered: Answered, place: Place) -> WebhookResponse:
    return await _respond(respond, drawing.of(answered, public=answered.public), answered, place)


async def _respond(respond: Respond, content: Block, answered: Answered, place: Place) -> WebhookResponse:
    return await respond(
        text=content["text"],
        blocks=content["blocks"],
        response_type="in_channel" if answered.public else "ephemeral",
        replace_original=place.in_place,
        thread_ts=place.thread,
    )
