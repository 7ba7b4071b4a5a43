"""What is measured of a process, and on what machine."""

from __future__ import annotations

import asyncio
import os
import platform
import sqlite3
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

import psutil

SAMPLE_SECONDS = 0.02
STALL_SECONDS = 0.005


@dataclass(slots=True)
class Span:
    """Seconds of the wall clock, and of this process's processors (all its threads)."""

    wall: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: Span) -> Span:
        return Span(self.wall + other.wall, self.cpu + other.cpu)


@contextmanager
def timed() -> Iterator[Span]:
    span = Span()
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        yield span
    finally:
        span.wall, span.cpu = time.perf_counter() - wall, time.process_time() - cpu


def median(spans: Sequence[Span]) -> Span:
    return Span(statistics.median(span.wall for span in spans), statistics.median(span.cpu for span in spans))


def resident() -> int:
    """Bytes of this process in memory."""
    return int(psutil.Process().memory_info().rss)


class Peak:
    """The most resident memory seen while in the block; looked at fifty times a second."""

    def __init__(self) -> None:
        self.bytes = resident()
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            self.bytes = max(self.bytes, resident())


class Stall:
    """The longest time in the block for which the event loop, and with it Slack, had to wait: `seconds`."""

    def __init__(self) -> None:
        self.seconds = 0.0

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(STALL_SECONDS)
            self.seconds = max(self.seconds, time.perf_counter() - before - STALL_SECONDS)


def description() -> str:
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )
