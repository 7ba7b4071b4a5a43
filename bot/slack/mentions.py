"""`@usagebot …` in channels and threads, and direct messages: answered where they were written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.notify.slack_errors import FAILURES, call, code_of
from bot.service.ports import Clock
from bot.slack.answering import Answering, Asker, actor_of
from bot.slack.drawing import Drawing
from bot.slack.turns import Answered, Turns
from bot.slack.usage import is_order

log = structlog.get_logger(__name__)

REMEMBER = timedelta(hours=1)
"""How long Slack may tell of one event again; it does so when it did not hear at once that we have it."""
MOST = 10_000

_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>")
_LINK = re.compile(r"<(?:[^<>|]*\|)?([^<>|]*)>")
_PREFIX = re.compile(r"\A/?usage(?:\s+|\Z)", re.IGNORECASE)


def words_in(text: str) -> str:
    """What somebody asks, as he typed it: what follows the mention (or goes before it), links as the text they show."""
    before, _, after = _MENTION.sub("\0", text, count=1).rpartition("\0")
    words = after.strip(" \t\n:,") or before.strip()
    return unescape(_LINK.sub(r"\1", _PREFIX.sub("", words)))


class Mentions:
    """Answers mentions for all to see, and mistakes for whoever made them."""

    def __init__(
        self, answering: Answering, turns: Turns, drawing: Drawing, client: AsyncWebClient, clock: Clock
    ) -> None:
        self._answering = answering
        self._turns = turns
        self._drawing = drawing
        self._client = client
        self._clock = clock
        self._seen: dict[str, datetime] = {}

    async def __call__(self, body: Mapping[str, Any]) -> None:
        """An event of `app_mention`, or `message` in a direct message. It was acknowledged already."""
        event = body.get("event") or {}
        if not is_from_a_person(event) or not self._is_new(str(body.get("event_id") or "")):
            return
        with self._turns.under_way():
            await self._answer(event)

    async def _answer(self, event: Mapping[str, Any]) -> None:
        text, person = words_in(str(event.get("text") or "")), str(event["user"])
        name = await self._name_of(person) if is_order(text) else ""
        asker = Asker(actor_of(person, name), str(event.get("channel") or ""))
        answered = await self._turns.answered(
            lambda: self._answering.to_words(text, asker), asker.channel, is_order=is_order(text)
        )
        is_direct = event.get("channel_type") == "im"
        thread = event.get("thread_ts") or ("" if is_direct else event.get("ts"))
        await self._send(replace(answered, public=answered.is_meant or is_direct), asker, str(thread or ""))

    async def _send(self, answered: Answered, asker: Asker, thread: str) -> None:
        """What nobody can be told is logged."""
        try:
            try:
                posted = await self._post(answered, asker, thread)
            except SlackApiError as failure:
                if not self._drawing.is_simpler_now(answered, code_of(failure)):
                    raise
                posted = await self._post(answered, asker, thread)
        except FAILURES as failure:
            log.warning("usage_not_delivered", why=code_of(failure) or type(failure).__name__)
            return
        if posted:
            await self._show(answered, asker, posted)

    async def _show(self, answered: Answered, asker: Asker, posted: str) -> None:
        """The same message with its chart; where that fails the words stay."""
        image = await self._drawing.image(answered)
        if image is None:
            return
        drawn = self._drawing.of(answered, public=True, image=image)
        try:
            await call(self._client.chat_update, channel=asker.channel, ts=posted, parse="none", **drawn)
        except FAILURES as failure:
            log.warning("usage_picture_failed", why=code_of(failure) or type(failure).__name__)

    async def _post(self, answered: Answered, asker: Asker, thread: str) -> str:
        """The `ts` of what all can see; "" of what one person sees, which nobody can change any more."""
        drawn = self._drawing.of(answered, public=answered.public)
        where = {"channel": asker.channel, **({"thread_ts": thread} if thread else {})}
        if not answered.public:
            await call(self._client.chat_postEphemeral, user=asker.by.id, **where, **drawn)
            return ""
        plain = {"mrkdwn": False, "parse": "none", "unfurl_links": False, "unfurl_media": False}
        return str((await call(self._client.chat_postMessage, **where, **drawn, **plain)).get("ts") or "")

    async def _name_of(self, person: str) -> str:
        """As Slack shows it; "" where that is not found out, and then the id says who it is."""
        try:
            answer = await call(self._client.users_info, user=person)
        except FAILURES as failure:
            log.info("slack_person_unknown", user=person, why=code_of(failure) or type(failure).__name__)
            return ""
        user = answer.get("user") or {}
        return str((user.get("profile") or {}).get("display_name") or user.get("name") or "")

    def _is_new(self, id_: str) -> bool:
        """Whether the event was not seen before; from now on it was. Of one without an id nobody knows."""
        now = self._clock()
        if not id_ or (id_ in self._seen and now - self._seen[id_] < REMEMBER):
            return not id_
        while len(self._seen) >= MOST:
            del self._seen[next(iter(self._seen))]
        self._seen[id_] = now
        return True


def is_from_a_person(event: Mapping[str, Any]) -> bool:
    """Not from a bot, nor about a message that was changed or deleted, nor of a kind of its own such as a file. What is
    written in a channel, and does not mention the bot, is nothing to it."""
    if event.get("type") == "message" and event.get("channel_type") != "im":
        return False
    return bool(event.get("user")) and not any(event.get(key) for key in ("bot_id", "subtype", "edited", "hidden"))
