"""Slack without a public address: Socket Mode, a connection that we open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from bot.service.ports import Clock
from bot.slack.app import SlackApp

PING_EVERY = 10.0
"""Seconds."""


class _Client(SocketModeClient):
    """The SDK's, which says when it heard of Slack. By itself it does not know: it takes the time of its own first ping
    for an answer, and forgets it whenever it connects again, so that a silence begins anew with each connection."""

    def __init__(self, app: AsyncApp, app_token: str, on_heard: Callable[[], None]) -> None:
        self._on_heard = on_heard
        self._ping_pong: float | None = None
        super().__init__(app_token, logger=app.logger, web_client=app.client, ping_interval=PING_EVERY)
        self.on_message_listeners.append(self._hear)

    async def _hear(self, _: object) -> None:
        self._on_heard()

    @property
    def last_ping_pong_time(self) -> float | None:
        return self._ping_pong

    @last_ping_pong_time.setter
    def last_ping_pong_time(self, at: float | None) -> None:
        """Where there was none before, it is the SDK's own ping."""
        if at is not None and self._ping_pong is not None:
            self._on_heard()
        self._ping_pong = at


class _Feed(AsyncSocketModeHandler):
    """Bolt's handler with our client."""

    def __init__(self, app: AsyncApp, app_token: str, on_heard: Callable[[], None]) -> None:
        self.app, self.app_token = app, app_token
        self.client = _Client(app, app_token, on_heard)
        self.client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type] # as Bolt does


class SocketMode:
    """Feeds the app from `start` to `close`. The SDK connects again by itself, for as long as it takes."""

    def __init__(self, app: SlackApp, app_token: str, clock: Clock) -> None:
        """`app_token` is the app-level token, `xapp-…`."""
        self._app = app
        self._token = app_token
        self._clock = clock
        self._feed: _Feed | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._since: datetime | None = None
        self.was_heard = False
        """Whether Slack has said anything since the start."""

    async def start(self) -> None:
        """Begin to connect; whether that succeeds shows in `silent_for`."""
        self._since, self.was_heard = self._clock(), False
        # Its client opens a session as soon as it is made, which needs the loop.
        self._feed = _Feed(self._app.bolt, self._token, self._hear)
        self._connecting = asyncio.create_task(self._feed.client.connect())  # type: ignore[no-untyped-call] # the SDK's

    def _hear(self) -> None:
        self._since, self.was_heard = self._clock(), True

    @property
    def silent_for(self) -> timedelta | None:
        """How long ago Slack last said anything or answered a ping, or the start where it never did; None where it was
        not started.

        Socket Mode is known to go silent after it connected again: above a minute or two something is wrong.
        """
        return None if self._feed is None or self._since is None else self._clock() - self._since

    async def close(self) -> None:
        """Take no more from Slack. May be called twice, or without a start."""
        feed, connecting = self._feed, self._connecting
        self._feed = self._connecting = None
        if connecting is not None:
            connecting.cancel()
            with suppress(asyncio.CancelledError):
                await connecting
        if feed is not None:
            await feed.client.close()  # type: ignore[no-untyped-call] # the SDK's
