"""The dead man's switch: called while the bot is well, and only then; nobody waits for it, or learns its URL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import httpx
import pytest
from structlog.testing import capture_logs

from bot.app.deadman import Deadman, lifeless
from bot.app.metrics import Metrics
from bot.app.senses import BUSY, Senses
from bot.scheduler import Health
from bot.service.vitals.look import Vitals

SECRET = "s3cr3t-path"
URL = f"https://monitor.example.com/ping/{SECRET}?key=k3y"
Answer = Callable[[httpx.Request], httpx.Response]


class Rig:
    """A monitor that answers with `answer`; `reasons` keep the bot from calling it."""

    def __init__(self, answer: Answer = lambda _: httpx.Response(200)) -> None:
        self.answer, self.seen, self.reasons, self.metrics = answer, list[httpx.Request](), dict[str, str](), Metrics()
        transport = httpx.MockTransport(self._answer)
        self.deadman = Deadman(lambda: URL, lambda: self.reasons, self.metrics.deadman_pings, transport)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        return self.answer(request)

    async def ran(self, times: int = 1) -> list[str]:
        """The events that were logged."""
        with capture_logs() as lines:
            for _ in range(times):
                await self.deadman.run()
        assert SECRET not in str(lines)
        assert "k3y" not in str(lines)
        return [line["event"] for line in lines]

    def counted(self, outcome: str) -> float:
        return self.metrics.registry.get_sample_value("usagebot_deadman_pings_total", {"outcome": outcome}) or 0


def refused(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError(f"no connection to {request.url}")


async def test_it_calls_the_monitor_and_says_nothing_of_it() -> None:
    rig = Rig()
    assert await rig.ran(2) == []
    [request, _] = rig.seen
    assert (request.method, str(request.url), request.content) == ("GET", URL, b"")
    assert rig.counted("answered") == 2


@pytest.mark.parametrize(
    "answer",
    [lambda _: httpx.Response(500, text=URL), lambda _: httpx.Response(302, headers={"Location": URL}), refused],
    ids=["500", "redirect", "no connection"],
)
async def test_a_monitor_that_does_not_take_it_is_told_once_and_when_it_does_again(answer: Answer) -> None:
    rig = Rig(answer)
    assert await rig.ran(5) == ["deadman_failed"]
    assert (rig.counted("failed"), len(rig.seen)) == (5, 5), "nothing is tried again at once, or followed"
    rig.answer = lambda _: httpx.Response(204)
    assert await rig.ran(2) == ["deadman_recovered"]


async def test_a_bot_that_is_not_well_does_not_call_and_says_why_once() -> None:
    rig = Rig()
    rig.reasons = {"assess": "the disk is full"}
    assert await rig.ran(3) == ["deadman_withheld"]
    rig.reasons = {"assess": "the disk is full", "outbox": "messages wait for too long"}
    assert await rig.ran(2) == ["deadman_withheld"]
    assert (rig.seen, rig.counted("withheld")) == ([], 5)
    rig.reasons = {}
    assert await rig.ran() == ["deadman_recovered"]


async def test_a_url_that_cannot_be_read_any_more_is_a_failure_like_any_other() -> None:
    rig = Rig()
    rig.deadman._url_of = lambda: "no url at all"
    assert await rig.ran() == ["deadman_failed"]


def seen(*, stuck: bool = False, looked_at: float | None = 900.0, **jobs: Health) -> dict[str, str]:
    senses = Senses(lambda: jobs, frozenset({"assess"}), looked_at=looked_at)
    return lifeless(senses, cast("Vitals", SimpleNamespace(is_stuck=stuck)), lambda: 1000.0)


WELL, NEW, HUNG = Health("", 0.0), Health(None, 1.0), Health("", BUSY + 1)


@pytest.mark.parametrize(
    ("reasons", "parts"),
    [
        (seen(assess=WELL, pull=NEW), []),
        (seen(assess=WELL, pull=Health("the disk is full", 0.0)), ["pull"]),
        (seen(assess=HUNG, pull=HUNG), ["assess"]),
        (seen(looked_at=None), ["history"]),
        (seen(looked_at=819.0), ["history"]),
        (seen(looked_at=820.0), []),
        (seen(stuck=True), ["outbox"]),
    ],
)
def test_what_keeps_it_from_calling(reasons: dict[str, str], parts: list[str]) -> None:
    assert sorted(reasons) == parts


async def test_a_monitor_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.app.deadman.TIMEOUT", timedelta(milliseconds=50))
    gone = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass
        writer.close()
        await writer.wait_closed()
        gone.set()

    async with await asyncio.start_server(hang, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        deadman = Deadman(lambda: f"http://127.0.0.1:{port}/{SECRET}", dict, Metrics().deadman_pings)
        with capture_logs() as lines:
            await deadman.run()
        await asyncio.wait_for(gone.wait(), 5)
    assert [(line["event"], line["why"]) for line in lines] == [
        ("deadman_failed", "the address in DEADMAN_URL cannot be reached (ReadTimeout)")
    ]
