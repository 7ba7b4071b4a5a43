"""The Home tab: the dashboard of what its reader may see, with its buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.notify.answer_blocks import message
from bot.notify.slack_errors import FAILURES, call, code_of
from bot.service.answers import Answer
from bot.slack.answering import Answering, Asker, actor_of
from bot.slack.turns import Answered, Turns
from bot.slack.windows import BLOCKS

log = structlog.get_logger(__name__)


class HomeTab:
    """Published whenever somebody opens it, and after what is done there."""

    def __init__(self, answering: Answering, turns: Turns, client: AsyncWebClient) -> None:
        self._answering = answering
        self._turns = turns
        self._client = client

    async def opened(self, event: Mapping[str, Any]) -> None:
        """`app_home_opened`: of the tab with messages there is nothing to do."""
        person = str(event.get("user") or "")
        if person and event.get("tab") == "home":
            await self.publish(Asker(actor_of(person)))

    async def publish(self, asker: Asker, said: Answer | None = None) -> None:
        """The dashboard as it is now; above it what was `said` to whoever pressed something."""
        with self._turns.under_way():
            found = await self._turns.answered(lambda: self._answering.dashboard(asker), "", is_order=False)
            parts = (found.answer,) if isinstance(found, Answered) else found
            try:
                await call(self._client.views_publish, user_id=asker.by.id, view=_view(parts, said))
            except FAILURES as failure:
                why = code_of(failure) or type(failure).__name__
                log.warning("slack_view_refused", method="views.publish", why=why)


def _view(parts: Sequence[Answer], said: Answer | None) -> dict[str, Any]:
    above = [] if said is None else [*message(said)["blocks"][:_SAID], {"type": "divider"}]
    shown = [block for part in parts for block in message(part)["blocks"]]
    return {"type": "home", "blocks": [*above, *shown][:BLOCKS]}


_SAID = 10
"""Blocks of what was said: the dashboard is what people come for."""
