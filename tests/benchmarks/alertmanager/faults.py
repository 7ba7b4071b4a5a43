"""What goes wrong with Slack, and a fake Slack with which it goes wrong for as long as it is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import Fault, hangs, rate_limited, server_error
from tests.fakes.slack_workspace import JsonObject

POST = "chat.postMessage"
UNSAID = Fault(429, '{"ok": false, "error": "ratelimited"}')
WISH = 10
"""Seconds of Retry-After."""
INTERVAL, LONG_INTERVAL = 10, 60


@dataclass(frozen=True)
class Trouble:
    """`fault` befalls every post while it lasts. `kills`: the process is ended by kill -9 instead, several times, while
    Slack takes its time to answer. `interval` is the group_interval of both, in seconds."""

    what: str
    fault: Fault | None = None
    kills: bool = False
    interval: int = INTERVAL

    @property
    def name(self) -> str:
        return self.what if self.interval == INTERVAL else f"{self.what}; group_interval {self.interval} s"


TROUBLES = (
    Trouble("none"),
    Trouble("429 without Retry-After", UNSAID),
    Trouble(f"429 with Retry-After: {WISH}", rate_limited(WISH)),
    Trouble("500", server_error()),
    Trouble("no answer, no effect", hangs()),
    Trouble("takes the message, and never answers", hangs(takes_effect=True)),
    Trouble("kill -9 of the sender", kills=True),
    Trouble("429 without Retry-After", UNSAID, interval=LONG_INTERVAL),
    Trouble("500", server_error(), interval=LONG_INTERVAL),
)


class TroubledSlack(FakeSlack):
    """`trouble` is what befalls posts now. Each answer takes `pause` seconds. `posted_at` is when each message was
    taken, by its `ts`, on the monotonic clock; `early` counts posts that came before a Retry-After was over."""

    def __init__(self) -> None:
        super().__init__()
        self.trouble: Fault | None = None
        self.pause = 0.0
        self.posted_at: dict[str, float] = {}
        self.early = 0
        self._until = 0.0
        self.methods[POST] = self._stamped(self.methods[POST])

    def _stamped(self, post: Callable[[JsonObject], JsonObject]) -> Callable[[JsonObject], JsonObject]:
        def stamped(arguments: JsonObject) -> JsonObject:
            answer = post(arguments)
            self.posted_at[answer["ts"]] = time.monotonic()
            return answer

        return stamped

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["method"] != POST:
            return await super()._serve(request)
        self.early += time.monotonic() < self._until
        if self.trouble is not None:
            self._until = time.monotonic() + float(self.trouble.headers.get("Retry-After", 0))
            self.fail(POST, self.trouble)
        answer = await super()._serve(request)
        await asyncio.sleep(self.pause)
        return answer
