"""Modal windows. Slack takes one within three seconds of the press that asks for it, so it opens empty and is filled as
soon as there is something to show, however busy the history is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.notify.answer_blocks import message
from bot.notify.blocks import escape
from bot.notify.slack_errors import FAILURES, call, code_of
from bot.service.answers import Answer

log = structlog.get_logger(__name__)

TITLE = "usagebot"
WAITING = "One moment…"
BLOCKS = 100
LONGEST = 600
View = dict[str, Any]


def window(title: str, blocks: Sequence[View], **more: Any) -> View:
    """A modal. `title` is ours, and at most 24 characters."""
    return {"type": "modal", "title": plain(title), "close": plain("Close"), "blocks": list(blocks), **more}


def waiting(title: str) -> View:
    return window(title, [{"type": "section", "text": plain(WAITING)}])


def showing(title: str, answer: Answer) -> View:
    """An answer in a window, as it would be in a message."""
    return window(title, message(answer)["blocks"])


class Windows:
    """Opens windows and fills them. What Slack refuses is logged; there is nobody left to tell."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def open(self, trigger: str, title: str) -> str | None:
        """The id of an empty window; None where Slack opens none, as after the trigger's three seconds."""
        try:
            answer = await call(self._client.views_open, trigger_id=trigger, view=waiting(title))
        except FAILURES as failure:
            log.warning("slack_view_refused", method="views.open", why=code_of(failure) or type(failure).__name__)
            return None
        return str((answer.get("view") or {}).get("id") or "") or None

    async def show(self, id_: str, view: View) -> None:
        """Whoever closed it before does not see it."""
        try:
            await call(self._client.views_update, view_id=id_, view=view)
        except FAILURES as failure:
            log.warning("slack_view_refused", method="views.update", why=code_of(failure) or type(failure).__name__)


def plain(text: str) -> View:
    """Emoji are off, and an escaped character is at most five long."""
    shown = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return {"type": "plain_text", "text": escape(shown), "emoji": False}
