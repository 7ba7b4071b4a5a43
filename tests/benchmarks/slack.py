"""A fake Slack that counts and keeps its channels' rate, and no more: what it costs is not the bot's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass

from aiohttp import web

from tests.benchmarks.api import beside


@dataclass
class Taken:
    """What Slack saw: messages taken and refused for coming sooner than `gap` after the last in their channel, the
    most calls at once, and seconds from the first message to the last."""

    gap: float
    messages: int = 0
    refused: int = 0
    at_once: int = 0
    seconds: float = 0.0


class CountingSlack:
    """Answers `chat.postMessage` after 30 ms, as a server far away does."""

    def __init__(self, gap: float) -> None:
        self.taken = Taken(gap)
        self._last: dict[str, float] = {}
        self._first: float | None = None
        self._now = 0

    async def post(self, request: web.Request) -> web.Response:
        self._now += 1
        self.taken.at_once = max(self.taken.at_once, self._now)
        try:
            return await self._post(await request.json())
        finally:
            self._now -= 1

    async def _post(self, message: dict[str, str]) -> web.Response:
        channel, at = message["channel"], asyncio.get_running_loop().time()
        if at - self._last.get(channel, -self.taken.gap) < self.taken.gap:
            self.taken.refused += 1
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"})
        self._last[channel] = at
        self._first = self._first if self._first is not None else at
        self.taken.messages += 1
        self.taken.seconds = at - self._first
        await asyncio.sleep(0.03)
        return web.json_response({"ok": True, "channel": channel, "ts": f"1.{self.taken.messages:06}"})

    async def tell(self, _: web.Request) -> web.Response:
        return web.json_response(asdict(self.taken))


@contextmanager
def slack_process(gap: float) -> Iterator[str]:
    """Where its API is, ending in `/api/`; `stats` there are `Taken`."""
    with beside(served, gap) as url:
        yield url


@asynccontextmanager
async def served(gap: float) -> AsyncIterator[str]:
    slack, app = CountingSlack(gap), web.Application()
    app.router.add_post("/api/chat.postMessage", slack.post)
    app.router.add_get("/api/stats", slack.tell)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    finally:
        await runner.cleanup()
