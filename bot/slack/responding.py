"""Sends answers to a `response_url`, which takes five in thirty minutes.

There is nobody left to tell of one that cannot be delivered, but the log.
"""

from __future__ import annotations

from typing import Any, Protocol

import structlog
from slack_sdk.webhook import WebhookResponse

from bot.notify.answer_blocks import message
from bot.notify.slack_errors import FAILURES
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


def drawn_of(answered: Answered) -> dict[str, Any]:
    """`text` and `blocks`."""
    drawn = message(answered.answer)
    if answered.code:
        text = {"type": "text", "text": answered.code}
        code = {"type": "rich_text_preformatted", "elements": [text]}
        drawn["blocks"] = [*drawn["blocks"], {"type": "rich_text", "elements": [code]}]
    return drawn


async def respond_with(
    respond: Respond, answered: Answered, *, in_place: bool | None = None, thread: str | None = None
) -> None:
    """`in_place`: the message that was pressed becomes the answer, or (False) stays as it is. `thread` is the one that
    the message is in."""
    drawn = drawn_of(answered)
    response_type = "in_channel" if answered.public else "ephemeral"
    try:
        sent = await respond(
            text=drawn["text"],
            blocks=drawn["blocks"],
            response_type=response_type,
            replace_original=in_place,
            thread_ts=thread,
        )
    except (*FAILURES, ValueError) as failure:
        log.warning("usage_not_delivered", why=type(failure).__name__)
        return
    if sent.status_code != 200:
        log.warning("usage_not_delivered", status=sent.status_code, why=sent.body[:200])
