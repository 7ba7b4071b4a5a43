"""Which of our messages somebody points at: by its metadata, and what the history says of the group's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.notify.blocks import EVENT_TYPE
from bot.notify.buttons import Target
from bot.notify.slack_errors import FAILURES, call, code_of

log = structlog.get_logger(__name__)


class OurMessages:
    """Finds the group of a message. Others can write metadata like ours: what a group may show is for the service to
    decide, by where its message really is."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def target_of(self, channel: str, message: Mapping[str, Any]) -> Target | None:
        """The group whose message, or reply, it is; None of any other. Never raises for what Slack does."""
        ts, root = str(message.get("ts") or ""), str(message.get("thread_ts") or "")
        found = _group(message)
        if found is None and ts:
            found = await self._looked_up(channel, ts, root)
        return Target(found, is_group=True) if found is not None else None

    async def _looked_up(self, channel: str, ts: str, root: str) -> int | None:
        """Slack leaves metadata out of what it tells of a message; it has to be asked for."""
        where = {"channel": channel, "oldest": ts, "latest": ts, "inclusive": True, "include_all_metadata": True}
        try:
            if root and root != ts:
                answer = await call(self._client.conversations_replies, ts=root, limit=10, **where)
            else:
                answer = await call(self._client.conversations_history, limit=1, **where)
        except FAILURES as failure:
            log.warning("slack_message_unknown", channel=channel, why=code_of(failure) or type(failure).__name__)
            return None
        return next((_group(one) for one in answer.get("messages") or () if one.get("ts") == ts), None)


def root_of(message: Mapping[str, Any]) -> str:
    """The `ts` of the group's message: a reply stands in its thread."""
    return str(message.get("thread_ts") or message.get("ts") or "")


def _group(message: Mapping[str, Any]) -> int | None:
    metadata = message.get("metadata") or {}
    group = (metadata.get("event_payload") or {}).get("group") if metadata.get("event_type") == EVENT_TYPE else None
    return group if isinstance(group, int) and not isinstance(group, bool) and group > 0 else None
