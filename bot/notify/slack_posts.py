"""Our own messages in Slack: where one is, and finding it again when nobody knows whether it was posted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.notify.blocks import EVENT_TYPE
from bot.notify.slack_codes import OF_THE_TOKEN
from bot.notify.slack_errors import FAILURES, call, code_of, outcome_of
from bot.notify.slack_pictures import Shown
from bot.service.ports import TryAgain

MARGIN = timedelta(days=1)
"""By how much our clock and Slack's may differ: ours may have been wrong when the message was posted. It costs a page
or two of a channel's history, and only after a crash or a time-out."""
PAGES = 50
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Post:
    """A message: its channel's id and its `ts`. `again` says that it already took the place of a lost one.

    `shown` is the picture in it, or one that is to be, and `tries` how often that failed in a row; `said` is a digest
    of what was sent last, "" where that does not matter."""

    channel: str
    ts: str
    again: bool = False
    shown: Shown | None = None
    tries: int = 0
    said: str = ""

    @classmethod
    def parse(cls, ref: str | None) -> Post | None:
        """Of a group's ref; None of one that is not ours."""
        try:
            found = json.loads(ref or "null")
            shown, tries, said = Shown.parse(found.get("shown")), int(found.get("tries", 0)), str(found.get("said", ""))
            return cls(str(found["channel"]), str(found["ts"]), bool(found.get("again")), shown, tries, said)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def __str__(self) -> str:
        more = {
            "again": self.again,
            "shown": self.shown and self.shown.as_json(),
            "tries": self.tries,
            "said": self.said,
        }
        kept = {name: value for name, value in more.items() if value}
        return json.dumps({"channel": self.channel, "ts": self.ts, **kept}, ensure_ascii=False)


class Channels:
    """Channel ids by name. Posting takes names, reading wants ids."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._ids: dict[str, str] = {}

    def learn(self, address: str, channel: str) -> None:
        self._ids[address.lstrip("#")] = channel

    async def id_of(self, address: str) -> str | None:
        """The id of `#noc`; an id is its own. None where Slack lists no such channel."""
        if not address.startswith("#") and address[:1] in {"C", "G", "D"} and address.isalnum() and address.isupper():
            return address
        wanted = address.lstrip("#")
        if wanted not in self._ids:
            try:
                await self._list("public_channel,private_channel", wanted)
            except SlackApiError as failure:
                # Listing private channels takes a scope of its own, which a bot may well do without.
                if code_of(failure) != "missing_scope":
                    raise
                await self._list("public_channel", wanted)
        return self._ids.get(wanted)

    async def _list(self, types: str, wanted: str) -> None:
        async for page in _pages(self._client.conversations_list, types=types, limit=1000):
            self._ids.update({str(one["name"]): str(one["id"]) for one in page.get("channels") or ()})
            if wanted in self._ids:
                return


class Posts:
    """Looks for our messages by their metadata, and takes away extra copies."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._bot: str | None = None

    async def root(self, channel: str, group: int, notification: int, since: datetime) -> Post | None:
        """The group's message that this notification's earlier attempt posted."""
        pages = _pages(
            self._client.conversations_history,
            channel=channel,
            oldest=_oldest(since),
            include_all_metadata=True,
            limit=200,
        )
        # A broadcast reply is in the channel's history too, and is no root.
        found = [
            one async for one in self._ours(pages, group, notification) if one.get("thread_ts", one["ts"]) == one["ts"]
        ]
        return await self._only(channel, found)

    async def reply(self, post: Post, group: int, notification: int, since: datetime) -> Post | None:
        """The reply in the thread of `post` that this notification's earlier attempt posted."""
        pages = _pages(
            self._client.conversations_replies,
            channel=post.channel,
            ts=post.ts,
            oldest=_oldest(since),
            include_all_metadata=True,
            limit=200,
        )
        found = [one async for one in self._ours(pages, group, notification) if one["ts"] != post.ts]
        return await self._only(post.channel, found)

    async def _ours(
        self, pages: AsyncIterator[AsyncSlackResponse], group: int, notification: int
    ) -> AsyncIterator[dict[str, Any]]:
        wanted = {"notification": notification, "group": group}
        async for page in pages:
            for one in page.get("messages") or ():
                metadata = one.get("metadata") or {}
                is_ours = metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload") == wanted
                if is_ours and one.get("bot_id") == await self._me():
                    yield one

    async def _me(self) -> str | None:
        """Our bot id: another app may write the same metadata, but we could not edit its messages."""
        if self._bot is None:
            self._bot = (await call(self._client.auth_test)).get("bot_id")
        return self._bot

    async def _only(self, channel: str, found: list[dict[str, Any]]) -> Post | None:
        """The first of the copies; the others are deleted."""
        stamps = sorted((str(one["ts"]) for one in found), key=float)
        for ts in stamps[1:]:
            try:
                await call(self._client.chat_delete, channel=channel, ts=ts)
            except FAILURES as failure:
                _log.warning("slack.extra_copy_stays", channel=channel, ts=ts, why=outcome_of(failure, channel).why)
        return Post(channel, stamps[0]) if stamps else None


async def _pages(method: Any, **arguments: Any) -> AsyncIterator[AsyncSlackResponse]:
    """Page after page of a cursored method."""
    cursor = ""
    for _ in range(PAGES):
        page = await call(method, **arguments, **({"cursor": cursor} if cursor else {}))
        yield page
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return


def _oldest(since: datetime) -> str:
    return f"{(since - MARGIN).timestamp():.6f}"


def forbids_search(failure: Exception, channel: str) -> bool:
    """Whether looking is not allowed at all, so that only posting is left: an alert told twice beats one not told. Not
    where the token is refused, with which posting fails as well, until it works again for both."""
    outcome = outcome_of(failure, channel)
    is_passing = isinstance(outcome, TryAgain) and not outcome.needs_operator
    is_final = isinstance(failure, SlackApiError) and not is_passing and code_of(failure) not in OF_THE_TOKEN
    if is_final:
        _log.warning("slack.cannot_search", channel=channel, code=code_of(failure))
    return is_final
