"""Tells a Slack channel: one message a group, edited as it changes, and a reply in its thread for what is news."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from copy import copy
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.alerts.model import Change, State
from bot.notify.blocks import Image, bare, metadata, reply, root
from bot.notify.slack_errors import (
    BLOCKS_REFUSED,
    FAILURES,
    MESSAGE_LOST,
    THREAD_REFUSED,
    call,
    code_of,
    may_do_without_picture,
    outcome_of,
)
from bot.notify.slack_files import Sleep
from bot.notify.slack_pictures import Gallery, Shown
from bot.notify.slack_posts import Channels, Post, Posts, forbids_search
from bot.notify.wording import Message, compose
from bot.service.ports import Clock, Delivered, Outcome, Pictures, Rejected
from bot.service.views import Notification

WORSE = {Change.FIRED, Change.WORSENED, Change.ESCALATED}
"""What a thread's reply also shows in the channel."""
Content = dict[str, Any]
TRIES = 3
"""So often a picture is tried that may work later, before the message goes without."""
_log = structlog.get_logger(__name__)


class SlackNotifier:
    """A Notifier for Slack. The client needs the scopes chat:write, channels:history and channels:read (groups:… for
    private channels); without the latter two a message may be posted twice after a crash, but never not at all.

    With `pictures`, which need files:write and files:read, the words come first: `Delivered.unpictured` asks for a
    quiet edit, which draws, uploads and shows. Until then a message keeps the picture it had.

    The client is copied, with its session and token as they are: a new token wants a new notifier.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        pictures: Pictures | None = None,
        clock: Clock | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._client = copy(client)
        # The SDK's own handler repeats a post whose answer was cut off, without looking whether it took effect.
        self._client.retry_handlers = []
        self._posts = Posts(self._client)
        self._channels = Channels(self._client)
        self._gallery = Gallery(self._client, pictures, clock, sleep) if pictures and clock else None

    async def deliver(self, notification: Notification) -> Outcome:
        if not notification.endpoint.addresses:
            return Rejected("the Slack receiver names no channel")
        message, post = compose(notification), Post.parse(notification.ref)
        try:
            told = await (self._edit(notification, message, post) if post else self._open(notification, message))
            if told is None:
                return Delivered(notification.ref)
            if post and not notification.loud and self._gallery is not None:
                told, is_wanting = await self._hang(self._gallery, notification, message, told)
            else:
                is_wanting = self._gallery is not None and self._gallery.wants(notification)
        except FAILURES as failure:
            return outcome_of(failure, notification.endpoint.addresses[0])
        return Delivered(str(told), unpictured=is_wanting)

    async def _hang(
        self, gallery: Gallery, notification: Notification, message: Message, post: Post
    ) -> tuple[Post, bool]:
        """Show the picture of how things stand; and whether that is to be tried again. The words are out: nothing that
        goes wrong here has them said once more, and a file that was uploaded is kept for the next try."""
        hung = await gallery.hang(notification, post.shown)
        again, told = hung.again, replace(post, shown=hung.shown)
        if _image(told.shown) != _image(post.shown):
            try:
                told = await self._show(notification, message, told)
            except FAILURES as failure:
                again = code_of(failure) not in MESSAGE_LOST
                _log.warning("slack.picture_not_shown", group=notification.group, why=type(failure).__name__)
        tries = post.tries + 1 if again else 0
        return replace(told, tries=tries), again and tries < TRIES

    async def _open(self, notification: Notification, message: Message, remark: str = "") -> Post:
        """Post the group's message, or adopt the one that an earlier attempt posted."""
        address = notification.endpoint.addresses[0]
        adopted = await self._earlier(notification, partial(self._find_root, notification))
        if adopted is not None:
            await self._update(notification, adopted, root(message, remark))
            return adopted
        content = root(message, remark)
        answer = await self._post(notification, address, content)
        post = Post(str(answer["channel"]), str(answer["ts"]), said=self._said(content))
        self._channels.learn(address, post.channel)
        return post

    async def _edit(self, notification: Notification, message: Message, post: Post) -> Post | None:
        """Bring the message up to date, and say in its thread what people must notice. None where it is gone, and
        nobody misses it."""
        try:
            post = await self._show(notification, message, post)
        except SlackApiError as failure:
            remark = MESSAGE_LOST.get(code_of(failure))
            if remark is None:
                raise
            return await self._replace(notification, message, post, remark)
        if notification.loud and notification.news:
            await self._reply(notification, message, post)
        return post

    async def _show(self, notification: Notification, message: Message, post: Post) -> Post:
        """Edit the message, with its picture where it has one; without, where Slack will not have that."""
        content = root(message, picture=_image(post.shown))
        said = self._said(content)
        if said and said == post.said and notification.attempted_before is None and not notification.loud:
            return post
        if post.shown is not None and post.shown.ready:
            try:
                await call(self._client.chat_update, **_arguments_of_edit(notification, post), **content)
                return replace(post, said=said)
            except SlackApiError as failure:
                if not may_do_without_picture(failure, post.channel):
                    raise
                _log.warning("slack.picture_refused", group=notification.group, code=code_of(failure))
                post, content = replace(post, shown=None), root(message)
        await self._update(notification, post, content)
        return replace(post, said=self._said(content))

    def _said(self, content: Content) -> str:
        """A digest of what is sent, by which an edit for a picture alone knows that the words are there."""
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16] if self._gallery is not None else ""

    async def _replace(self, notification: Notification, message: Message, post: Post, remark: str) -> Post | None:
        """Post a lost message anew. For mere edits once at most, and only while something fires: whoever deletes it
        again does not want to see it, but news must be seen."""
        is_firing = any(alert.state is State.FIRING for alert in notification.alerts)
        if not notification.loud and (post.again or not is_firing):
            _log.info("slack.lost_message_not_replaced", group=notification.group)
            return None
        return replace(await self._open(notification, message, remark), again=True)

    async def _reply(self, notification: Notification, message: Message, post: Post) -> None:
        if await self._earlier(notification, partial(self._find_reply, notification, post)) is not None:
            return
        is_worse = any(news.change in WORSE for news in notification.news)
        said = reply(message)
        try:
            await self._post(notification, post.channel, {**said, "thread_ts": post.ts, "reply_broadcast": is_worse})
        except SlackApiError as failure:
            if code_of(failure) not in THREAD_REFUSED:
                raise
            _log.warning("slack.thread_refused", group=notification.group, code=code_of(failure))
            await self._post(notification, post.channel, said)

    async def _earlier(
        self, notification: Notification, find: Callable[[datetime], Awaitable[Post | None]]
    ) -> Post | None:
        """What an earlier attempt at this notification posted, where there was one and Slack lets us look."""
        if notification.attempted_before is None:
            return None
        # Not from the latest attempt on: one before it may have posted, too. None was before the notification was made.
        since = min(notification.attempted_before, notification.created_at)
        try:
            return await find(since)
        except FAILURES as failure:
            if not forbids_search(failure, notification.endpoint.addresses[0]):
                raise
            return None

    async def _find_root(self, notification: Notification, since: datetime) -> Post | None:
        channel = await self._channels.id_of(notification.endpoint.addresses[0])
        return await self._posts.root(channel, notification.group, notification.id, since) if channel else None

    async def _find_reply(self, notification: Notification, post: Post, since: datetime) -> Post | None:
        return await self._posts.reply(post, notification.group, notification.id, since)

    async def _post(self, notification: Notification, channel: str, content: Content) -> AsyncSlackResponse:
        return await self._send(
            self._client.chat_postMessage,
            content,
            channel=channel,
            mrkdwn=False,
            parse="none",
            unfurl_links=False,
            unfurl_media=False,
            metadata=metadata(notification.id, notification.group),
        )

    async def _update(self, notification: Notification, post: Post, content: Content) -> None:
        await self._send(self._client.chat_update, content, **_arguments_of_edit(notification, post))

    async def _send(
        self, method: Callable[..., Awaitable[AsyncSlackResponse]], content: Content, **arguments: Any
    ) -> AsyncSlackResponse:
        """A layout that Slack refuses must not hold back what it says."""
        try:
            return await call(method, **arguments, **content)
        except SlackApiError as failure:
            if code_of(failure) not in BLOCKS_REFUSED:
                raise
            _log.error("slack.blocks_refused", code=code_of(failure))
            return await call(method, **arguments, **bare(content))


def _arguments_of_edit(notification: Notification, post: Post) -> dict[str, Any]:
    """`parse` of an update is "client" unless it is said, unlike that of a new message."""
    said = metadata(notification.id, notification.group)
    return {"channel": post.channel, "ts": post.ts, "parse": "none", "link_names": False, "metadata": said}


def _image(shown: Shown | None) -> Image | None:
    """None of a file that cannot be shown yet."""
    return Image(shown.file, shown.alt) if shown is not None and shown.ready else None
