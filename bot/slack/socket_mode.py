"""Slack without a public address: Socket Mode, a connection that we open."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from bot.service.ports import Clock
from bot.slack.app import SlackApp


class SocketMode:
    """Feeds the app from `start` to `close`. The SDK connects again by itself, for as long as it takes."""

    def __init__(self, app: SlackApp, app_token: str, clock: Clock) -> None:
        """`app_token` is the app-level token, `xapp-…`."""
        self._app = app
        self._token = app_token
        self._clock = clock
        self._handler: AsyncSocketModeHandler | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._since: datetime | None = None

    async def start(self) -> None:
        """Begin to connect; whether that succeeds shows in `silent_for`."""
        self._since = self._clock()
        # Its client opens a session as soon as it is made, which needs the loop.
        self._handler = AsyncSocketModeHandler(self._app.bolt, self._token)
        self._connecting = asyncio.create_task(self._handler.client.connect())  # type: ignore[no-untyped-call] # the SDK's

    @property
    def silent_for(self) -> timedelta | None:
        """How long ago Slack last answered a ping, or the start where it never did; None where it was not started.

        Socket Mode is known to go silent after it connected again: above a minute or two something is wrong.
        """
        if self._handler is None or self._since is None:
            return None
        last = self._handler.client.last_ping_pong_time
        return self._clock() - (datetime.fromtimestamp(last, UTC) if last else self._since)

    async def close(self) -> None:
        """Take no more from Slack. May be called twice, or without a start."""
        handler, connecting = self._handler, self._connecting
        self._handler = self._connecting = None
        if connecting is not None:
            connecting.cancel()
            with suppress(asyncio.CancelledError):
                await connecting
        if handler is not None:
            await handler.client.close()  # type: ignore[no-untyped-call] # the SDK's
