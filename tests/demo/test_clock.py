"""The clock of the demo and of tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.demo.clock import HandClock

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)


async def test_waiting_moves_the_clock_by_what_was_waited() -> None:
    clock = HandClock(NOON)
    await clock.sleep(1.5)
    assert clock.now == NOON + timedelta(seconds=1.5)
    await clock.sleep(0)
    assert clock.now == NOON + timedelta(seconds=1.5)


async def test_waiting_for_less_than_the_clock_can_show_moves_it_even_so() -> None:
    clock = HandClock(NOON)
    before = clock.ticks()
    await clock.sleep(1e-7)
    assert clock.ticks() > before
