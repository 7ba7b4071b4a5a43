"""Measures; asserts only that the work was done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bot.altostrat.answers import rows_of
from bot.altostrat.rows import read_rows
from bot.domain.times import Window
from tests.altostrat.conftest import Benches
from tests.altostrat.scripted import START, row
from tests.altostrat.test_wire import BODY, GOOD, network, response, says, serving

pytestmark = pytest.mark.benchmark
BUCKETS = 31 * 288
Record = Callable[[str, object], None]


@pytest.mark.parametrize("name", ["UTC", "Africa/Johannesburg", "Europe/Berlin"])
def test_how_fast_a_month_of_rows_is_read(name: str, record_property: Record) -> None:
    zone, end = ZoneInfo(name), START + timedelta(minutes=5 * BUCKETS)
    local = ((START + timedelta(minutes=5 * n)).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") for n in range(BUCKETS))
    body = msgspec.json.encode([row(text, 937500000, 176250000, total_combined_bytes=1113750000) for text in local])
    best = float("inf")
    for _ in range(5):
        begun = time.perf_counter()
        rows = rows_of(body)
        assert isinstance(rows, list)
        assert len(read_rows(rows, Window.of(START, end), 300, zone).buckets) == BUCKETS
        best = min(best, time.perf_counter() - begun)
    record_property("rows_per_second", round(BUCKETS / best))
    print(f"\n{name}: {BUCKETS / best:,.0f} rows/s, {best * 1e3:.1f} ms a month")  # noqa: T201


async def test_how_many_requests_a_second_go_over_the_loopback(bench: Benches, record_property: Record) -> None:
    count = 300
    async with serving(partial(says, response(BODY))) as (url, _):
        asked = network(bench, url)
        begun = time.perf_counter()
        outcomes = await asyncio.gather(*(asked.ask() for _ in range(count)))
        took = time.perf_counter() - begun
    assert outcomes == [GOOD] * count
    record_property("requests_per_second", round(count / took))
    print(f"\n{count / took:,.0f} requests/s, both ends in one process")  # noqa: T201
