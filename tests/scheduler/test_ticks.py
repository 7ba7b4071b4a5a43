"""When the next tick is, as a pure function of the time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.scheduler import Daily, Every, EveryBucket


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-06-01T{text}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "tick"),
    [
        ("10:00:00", "10:02:00"),
        ("10:01:59", "10:02:00"),
        ("10:02:00", "10:07:00"),
        ("10:04:59", "10:07:00"),
        ("10:06:59.999999", "10:07:00"),
    ],
)
def test_a_tick_follows_each_bucket_end_by_the_settling_time(now: str, tick: str) -> None:
    assert EveryBucket(300, timedelta(minutes=2)).next_after(at(now), 0.0) == at(tick)


def test_settling_longer_than_a_bucket_still_gives_one_tick_a_bucket() -> None:
    trigger = EveryBucket(300, timedelta(minutes=12))
    assert trigger.next_after(at("10:00:00"), 0.0) == at("10:02:00")
    assert trigger.next_after(at("10:02:00"), 0.0) == at("10:07:00")


def test_jitter_moves_a_tick_and_never_skips_or_repeats_a_bucket() -> None:
    trigger = EveryBucket(300, timedelta(minutes=2), jitter=timedelta(seconds=60))
    now, ticks = at("10:00:00"), []
    for fraction in (1.0, 0.0, 0.5, 1.0, 0.0):
        now = trigger.next_after(now, fraction)
        ticks.append(now)
    assert ticks == [at("10:03:00"), at("10:07:00"), at("10:12:30"), at("10:18:00"), at("10:22:00")]


def test_jitter_as_long_as_a_bucket_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        EveryBucket(300, timedelta(), jitter=timedelta(seconds=300))


def test_a_job_every_few_seconds_follows_its_own_last_tick() -> None:
    assert Every(2.5).next_after(at("10:00:00"), 0.7) == at("10:00:02.5")
    with pytest.raises(ValueError, match="0 seconds"):
        Every(0)


def test_a_daily_job_runs_today_if_its_time_is_still_to_come() -> None:
    trigger = Daily(time(3, 30))
    assert trigger.next_after(at("03:29:59"), 0.0) == at("03:30:00")
    assert trigger.next_after(at("03:30:00"), 0.0) == at("03:30:00") + timedelta(days=1)
