"""A picture comes from a thread of its own, or not at all: never late, never as an error."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.notify.charts import painter
from bot.notify.charts.painter import Painter
from bot.service.charts.model import Chart
from bot.service.ports.telling import Picture
from tests.notify.charts.samples import burn_down, quotas

PICTURE = Picture(b"png", "alt", 1, 1, "digest")
SOON, LATE = timedelta(milliseconds=20), timedelta(seconds=30)
HANGING = """
import asyncio, threading
from datetime import timedelta
from bot.notify.charts import painter
painter.paint = lambda chart: threading.Event().wait()
async def main():
    subject = painter.Painter(timedelta(milliseconds=10))
    print(await subject.drawn(None))
    await subject.close()
asyncio.run(main())
"""
Paint = Callable[[Chart], Picture]


@pytest.fixture
async def held(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[threading.Event]:
    """Every picture is ready only once this is set."""
    ready = threading.Event()

    def paint(chart: Chart) -> Picture:
        ready.wait(30)
        return PICTURE

    monkeypatch.setattr(painter, "paint", paint)
    yield ready
    ready.set()


async def test_a_chart_becomes_a_png_with_its_words() -> None:
    subject = Painter(LATE)
    picture = await subject.drawn(burn_down())
    await subject.close()
    assert picture is not None
    assert picture.png.startswith(b"\x89PNG\r\n")
    assert (picture.width, picture.height) == (1080, 720)
    assert picture.alt.startswith("Cape Town: 412 GB of 500 GB")


async def test_charts_are_drawn_on_one_thread_that_is_not_the_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []

    def paint(chart: Chart) -> Picture:
        threads.append(threading.get_ident())
        return PICTURE

    monkeypatch.setattr(painter, "paint", paint)
    subject = Painter(LATE)
    await asyncio.gather(*(subject.drawn(quotas()) for _ in range(5)))
    await subject.close()
    assert len(threads) == 5
    assert len(set(threads)) == 1
    assert threading.get_ident() not in threads


async def test_a_picture_that_fails_is_none_and_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    trouble = ValueError("no such colour")

    def paint(chart: Chart) -> Picture:
        raise trouble

    monkeypatch.setattr(painter, "paint", paint)
    subject = Painter(LATE)
    with capture_logs() as lines:
        assert await subject.drawn(quotas()) is None
    await subject.close()
    told = {"event": "chart_not_drawn", "log_level": "warning", "chart": "Ranking", "why": "ValueError"}
    assert lines == [{**told, "exc_info": trouble}]


async def test_a_picture_that_is_not_there_in_time_is_none_and_the_next_one_comes(held: threading.Event) -> None:
    subject = Painter(SOON)
    with capture_logs() as lines:
        assert await subject.drawn(quotas()) is None
    assert lines[0]["why"] == "it took more than 0.02 s"
    held.set()
    subject._within = 30
    assert await subject.drawn(quotas()) is PICTURE
    await subject.close()


async def test_a_storm_of_charts_does_not_pile_up(held: threading.Event) -> None:
    subject = Painter(LATE, most_waiting=3)
    waiting = [asyncio.create_task(subject.drawn(quotas())) for _ in range(3)]
    await asyncio.sleep(0)
    with capture_logs() as lines:
        assert await subject.drawn(quotas()) is None
    assert lines[0]["why"] == "3 others wait already"
    held.set()
    assert await asyncio.gather(*waiting) == [PICTURE] * 3
    assert await subject.drawn(quotas()) is PICTURE
    await subject.close()


async def test_closing_waits_for_the_picture_in_the_making_and_gives_up_the_others(held: threading.Event) -> None:
    subject = Painter(LATE)
    waiting = [asyncio.create_task(subject.drawn(quotas())) for _ in range(3)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(subject.close())
    await asyncio.sleep(0)
    held.set()
    await closing
    assert (await asyncio.gather(*waiting))[1:] == [None, None]
    assert await subject.drawn(quotas()) is None
    await subject.close()
    thread = subject._easel.thread
    assert thread is not None
    thread.join(10)
    assert not thread.is_alive()


def test_a_picture_that_never_ends_does_not_keep_the_process() -> None:
    ran = subprocess.run([sys.executable, "-c", HANGING], capture_output=True, text=True, timeout=30, check=False)
    assert (ran.returncode, ran.stdout.splitlines()[-1], ran.stderr) == (0, "None", "")


async def test_who_is_cancelled_while_it_waits_is_cancelled(held: threading.Event) -> None:
    subject = Painter(LATE)
    waiting = asyncio.create_task(subject.drawn(quotas()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    held.set()
    await subject.close()
