"""What the HTTP door answers."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web

from bot.app.http import Door, Listener, build_web
from bot.app.metrics import Metrics
from bot.app.start import CannotListenError


class Bot:
    """What the door asks."""

    def __init__(self) -> None:
        self.reasons: Mapping[str, str] = {}
        self.fault: Exception | None = None
        self.hangs = False
        self.refreshed = 0

    async def ready(self) -> Mapping[str, str]:
        if self.hangs:
            await asyncio.Event().wait()
        if self.fault is not None:
            raise self.fault
        return self.reasons

    async def refresh(self) -> None:
        self.refreshed += 1
        if self.fault is not None:
            raise self.fault


async def echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def client(bot: Bot, metrics: Metrics) -> AsyncIterator[aiohttp.ClientSession]:
    door = Door(metrics, bot.ready, bot.refresh, patience=timedelta(milliseconds=50))
    listener = Listener(build_web(door, [web.post("/slack/events", echo)]), "127.0.0.1", 0)
    port = await listener.start()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        yield session
    await listener.stop()


async def test_health_is_that_the_loop_answers(client: aiohttp.ClientSession) -> None:
    async with client.get("/healthz") as response:
        assert (response.status, await response.json()) == (200, {"alive": True})
        assert response.headers["Server"] == "usagebot"


async def test_a_ready_bot_says_so(client: aiohttp.ClientSession) -> None:
    async with client.get("/readyz") as response:
        assert (response.status, await response.json()) == (200, {"ready": True, "reasons": {}})


async def test_a_bot_that_is_not_ready_says_why(client: aiohttp.ClientSession, bot: Bot) -> None:
    bot.reasons = {"history": "the database does not answer"}
    async with client.get("/readyz") as response:
        assert (response.status, await response.json()) == (503, {"ready": False, "reasons": dict(bot.reasons)})


async def test_a_check_that_fails_is_not_ready_and_tells_strangers_nothing(
    client: aiohttp.ClientSession, bot: Bot
) -> None:
    bot.fault = RuntimeError("password=hunter22")
    async with client.get("/readyz") as response:
        assert response.status == 503
        assert "hunter22" not in await response.text()


async def test_a_check_that_hangs_is_not_ready(client: aiohttp.ClientSession, bot: Bot) -> None:
    bot.hangs = True
    async with client.get("/readyz") as response:
        assert (await response.json())["reasons"] == {"check": "the check took too long"}


async def test_metrics_are_refreshed_and_in_the_text_format(
    client: aiohttp.ClientSession, bot: Bot, metrics: Metrics
) -> None:
    metrics.pulls.labels("acme", "answered").inc()
    async with client.get("/metrics") as response:
        assert response.headers["Content-Type"].startswith("text/plain")
        assert 'usagebot_pulls_total{outcome="answered",workspace="acme"} 1.0' in await response.text()
    assert bot.refreshed == 1


async def test_a_failing_refresh_does_not_cost_the_scrape(client: aiohttp.ClientSession, bot: Bot) -> None:
    bot.fault = RuntimeError("no")
    async with client.get("/metrics") as response:
        assert response.status == 200


async def test_everything_else_is_not_found(client: aiohttp.ClientSession) -> None:
    async with client.get("/") as response:
        assert response.status == 404


async def test_a_route_can_be_added_and_its_body_is_bounded(client: aiohttp.ClientSession) -> None:
    async with client.post("/slack/events", data=b"x" * 1000) as response:
        assert (response.status, len(await response.read())) == (200, 1000)
    async with client.post("/slack/events", data=io.BytesIO(b"x" * (1024 * 1024 + 1))) as response:
        assert response.status == 413


async def test_a_port_that_is_taken_is_told_with_the_remedy() -> None:
    async def ready() -> Mapping[str, str]:
        return {}

    first = Listener(build_web(Door(Metrics(), ready)), "127.0.0.1", 0)
    port = await first.start()
    second = Listener(build_web(Door(Metrics(), ready)), "127.0.0.1", port)
    with pytest.raises(CannotListenError, match=rf"127\.0\.0\.1:{port}: address already in use\. Choose another"):
        await second.start()
    await first.stop()
    await first.stop()
