"""A bot whose API is whatever listens at a URL, and which remembers what it was answered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from bot.altostrat.budget import RequestBudget
from bot.altostrat.client import AltostratClient
from bot.altostrat.config import ApiConfig, RequestForm
from bot.demo.clock import HandClock
from bot.history.store import SqlHistory
from bot.rules.check import parse
from bot.service.options import PullOptions
from bot.service.pull import Pull
from bot.service.survey import Survey

TOKEN = "alto_sk_strict_0123456789abcdef"
JOHANNESBURG = ZoneInfo("Africa/Johannesburg")
SITES = [f"{number:08}-0000-4000-8000-000000000000" for number in range(1, 4)]
NOW = datetime(2025, 10, 29, 12, 3, tzinfo=UTC)
"""Two hours after the bucket in the description's example of a row."""

RULES = """
version: 1
defaults: {timezone: Africa/Johannesburg, receivers: [noc]}
operators: [noc]
receivers: {noc: {terminal: true}}
rules:
  - {name: quota, sites: all, quota: 500 GB, per: month, at: [80%, 100%]}
"""
LISTED = RULES + "sites:\n" + "".join(f"  - {{id: {site}, name: site-{site[7]}}}\n" for site in SITES)


@dataclass
class Recorder(httpx.AsyncBaseTransport):
    """The network, with a memory; `headers` are added to every request."""

    headers: Mapping[str, str] = field(default_factory=dict)
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    _inner: httpx.AsyncHTTPTransport = field(default_factory=httpx.AsyncHTTPTransport)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers.update(self.headers)
        # Compressed, the body would have to be remembered in two forms.
        request.headers["Accept-Encoding"] = "identity"
        response = await self._inner.handle_async_request(request)
        body = await response.aread()
        self.answers.append((response.status_code, body))
        return httpx.Response(response.status_code, headers=response.headers, stream=httpx.ByteStream(body))

    async def aclose(self) -> None:
        await self._inner.aclose()


@dataclass
class Bench:
    """A client, what it was answered, and the bot around it."""

    client: AltostratClient
    recorder: Recorder
    history: SqlHistory
    survey: Survey
    pull: Pull


@asynccontextmanager
async def bench(
    url: str,
    form: RequestForm,
    *,
    rules: str = LISTED,
    clock: Callable[[], datetime] | None = None,
    token: str = TOKEN,
    headers: Mapping[str, str] | None = None,
    zone: ZoneInfo = JOHANNESBURG,
) -> AsyncIterator[Bench]:
    """As in production, but that waiting takes no time."""
    hand = HandClock(NOW)
    now, random, recorder = clock or hand, Random(1), Recorder(headers or {})  # noqa: S311 - jitter
    budget = RequestBudget(None, hand.ticks, hand.sleep, random)
    config = ApiConfig("default", url, zone=zone, form=form)
    parts: dict[str, Any] = {"budget": budget, "clock": now, "sleep": hand.sleep, "random": random}
    client = AltostratClient(config, token=lambda: token, transport=recorder, **parts)
    parsed = parse([("fleet.yaml", rules.encode())])
    assert parsed.configuration is not None, parsed.problems
    history = SqlHistory("sqlite:///:memory:")
    await history.open()
    survey = Survey(history, {"default": client}, parsed.configuration, now, 300)
    try:
        await survey.run()
        pull = Pull(history, {"default": client}, survey.fleet, now, PullOptions())
        yield Bench(client, recorder, history, survey, pull)
    finally:
        await client.close()
        await history.close()
