"""Time that is moved by hand, and an API that answers from a script without a network."""

from __future__ import annotations

import asyncio
import heapq
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any, TypeVar, cast

import httpx

from bot.altostrat.budget import RequestBudget
from bot.altostrat.client import AltostratClient
from bot.altostrat.config import ApiConfig
from bot.domain.times import Window
from bot.service.ports import PullOutcome

SITE = "d8f8f8f8-f8f8-f8f8-f8f8-f8f8f8f8f8f8"
OTHER = "0a0a0a0a-0000-4000-8000-00000000000b"
TOKEN = "opaque_first_0123456789"
START = datetime(2025, 10, 29, 8, tzinfo=UTC)
WINDOW = Window.of(START, START + timedelta(hours=1))
T = TypeVar("T")


def jitter() -> Random:
    return Random(1)  # noqa: S311 - not a secret


class Jumping:
    """A clock that a sleep moves at once; what was slept is remembered."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def ticks(self) -> float:
        return self.now

    def clock(self) -> datetime:
        return START + timedelta(seconds=self.now)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Virtual:
    """A clock for many tasks: when all of them wait, it moves to where the first one wakes."""

    def __init__(self) -> None:
        self.now = 0.0
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def ticks(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), future))
        await future

    async def run(self, work: Awaitable[T]) -> T:
        task, loop = asyncio.ensure_future(work), cast("Any", asyncio.get_running_loop())
        while not task.done():
            await asyncio.sleep(0)
            if not (loop._ready or task.done()):
                assert self._sleepers, "everybody waits for somebody else"
                self.now, _, future = heapq.heappop(self._sleepers)
                if not future.done():
                    future.set_result(None)
        return await task


class Pieces(httpx.AsyncByteStream):
    """A body that comes in pieces, and may break."""

    def __init__(self, pieces: Iterable[bytes | Exception]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece


Reply = Exception | Callable[[httpx.Request], httpx.Response]


def reply(status: int = 200, body: object = b"[]", **headers: str) -> Reply:
    """A response; `body` is bytes, pieces or anything that becomes JSON, and `retry_after="5"` is a header."""
    names = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    if isinstance(body, Pieces):
        return lambda _: httpx.Response(status, headers=names, stream=body)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _: httpx.Response(status, headers=names, stream=Pieces([content]))


def row(time: object = "2025-10-29 08:00:00", inbound: object = 10, outbound: object = 4, **more: object) -> Any:
    return {"time_slot": time, "total_in_bytes": inbound, "total_out_bytes": outbound, **more}


@dataclass
class Script:
    """The API's side: gives the replies in order, the last one again and again, and keeps the requests."""

    replies: Sequence[Reply]
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        step = self.replies[min(len(self.requests), len(self.replies) - 1)]
        self.requests.append(request)
        if isinstance(step, Exception):
            raise step
        return step(request)

    @property
    def tokens(self) -> list[str]:
        return [request.headers["authorization"].removeprefix("Bearer ") for request in self.requests]


class Bench:
    """A client, its clock and the script that it talks to."""

    def __init__(self, *replies: Reply, **settings: Any) -> None:
        self.time = Jumping()
        self.script = Script(replies)
        self.token: Callable[[], str] = lambda: TOKEN
        per_minute = settings.pop("per_minute", None)
        self.budget = RequestBudget(per_minute, self.time.ticks, self.time.sleep, jitter())
        # Without replies, the network is asked.
        transport = settings.pop("transport", httpx.MockTransport(self.script) if replies else None)
        self.client = AltostratClient(
            ApiConfig(**{"workspace": "acme", "base_url": "https://api.test", **settings}),
            token=self.read_token,
            budget=self.budget,
            clock=self.time.clock,
            sleep=self.time.sleep,
            random=jitter(),
            transport=transport,
        )

    def read_token(self) -> str:
        return self.token()

    async def ask(self, window: Window = WINDOW) -> PullOutcome:
        return await self.client.usage([SITE], window)
