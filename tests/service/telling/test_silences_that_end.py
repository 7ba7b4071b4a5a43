"""Silences with a condition, set and ended by people: what is told when, and what messages say meanwhile."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bot.alerts.endings import ForecastPasses, GetsWorse, PeriodResets
from bot.domain.times import HOUR, Slot, Window
from bot.rules.model import Severity
from bot.rules.telling import Match
from bot.service.attend import extend, find
from tests.service.telling.stage import ANA, Stage, clock

TODAY = Window(clock("00:00"), clock("1d 00:00"))
TOMORROW = Window(clock("1d 00:00"), clock("2d 00:00"))


async def test_until_it_gets_worse_what_is_worse_is_told_at_once_with_what_was_held_back(stage: Stage) -> None:
    await stage.fire(1, severity=Severity.INFO)
    await stage.silence("10:00", "20:00", ending=GetsWorse())
    await stage.go("10:30")
    await stage.resolve(1)
    await stage.go("10:40")
    await stage.fire(1, severity=Severity.INFO)
    await stage.go("10:50")
    assert stage.said == ["10:00 noc: fired 1", "10:30 noc: resolved 1"]
    await stage.worsen(1, 80)
    await stage.go("21:00")
    assert stage.said[2:] == ["10:50 noc: fired 1, worsened 1"]


async def test_until_it_gets_worse_what_did_not_fire_then_is_told(stage: Stage) -> None:
    await stage.fire(1)
    await stage.silence("10:00", "12:00", ending=GetsWorse())
    await stage.fire(2)
    await stage.go("13:00")
    assert stage.said == ["10:00 noc: fired 1", "10:05 noc: fired 2"]


async def test_what_got_worse_at_night_waits_for_the_morning_only(stage: Stage) -> None:
    """The silence does not count any more, and must not make the release seem to be long past."""
    stage.configure("routes: [{notify: [noc], mute: nights}]")
    stage.now = clock("20:00")
    await stage.fire(1)
    await stage.silence("20:00", "3d 00:00", ending=GetsWorse())
    await stage.resolve(1)
    await stage.go("21:00")
    await stage.fire(1)
    stage.now = clock("23:00")
    await stage.worsen(1, 80)
    await stage.go("1d 07:00")
    assert stage.said == ["20:00 noc: fired 1", "20:05 noc: resolved 1", "1d 06:00 noc: fired 1, worsened 1"]


async def test_until_it_gets_worse_needs_something_that_fires(stage: Stage) -> None:
    with pytest.raises(ValueError, match="nothing that matches fires"):
        await stage.silence("10:00", "12:00", ending=GetsWorse())


async def test_until_a_forecast_needs_a_quota(stage: Stage) -> None:
    await stage.silence("10:00", "12:00", Match(rules=("lte",)), ForecastPasses(Fraction(95)))
    with pytest.raises(ValueError, match="no quota rule matches"):
        await stage.silence("10:00", "12:00", Match(rules=("none",)), ForecastPasses(Fraction(95)))


async def test_until_the_period_resets_nothing_of_it_is_told_and_all_of_the_next(stage: Stage) -> None:
    await stage.silence("10:00", "9d 00:00", ending=PeriodResets())
    await stage.fire(1, period=TODAY)
    await stage.go("1d 00:05")
    assert (stage.said, stage.edited) == ([], [])
    await stage.fire(1, period=TOMORROW)
    await stage.go("10d 00:00")
    assert stage.said[0] == "1d 00:05 noc: fired 1"


async def test_what_is_covered_says_so_from_the_beginning_to_the_end(stage: Stage) -> None:
    await stage.fire(1)
    await stage.go("10:20")
    silence = await stage.silence("10:30", "12:00")
    await stage.go("10:40")
    await stage.unsilence(silence)
    await stage.go("13:00")
    assert stage.edited == ["10:30 noc: ", "10:40 noc: "]
    assert [(one.alerts[0].silenced_by, one.alerts[0].silenced_for) for one in stage.seen] == [
        ("", ""),
        ("Ana", "maintenance"),
        ("", ""),
    ]


async def test_it_is_shown_when_a_silence_is_over_by_itself(stage: Stage) -> None:
    await stage.fire(1, 2)
    await stage.go("10:10")
    await stage.silence("10:10", "11:00")
    await stage.go("1d 12:00")
    assert stage.edited == ["10:10 noc: ", "11:00 noc: "]
    assert [one.alerts[0].silenced_until is not None for one in stage.seen] == [False, True, False]


async def test_an_extended_silence_ends_later_and_says_so(stage: Stage) -> None:
    await stage.fire(1)
    silence = await stage.silence("10:00", "11:00")
    await stage.go("10:30")
    await stage.worsen(1)
    async with stage.history.writing() as tx:
        await extend(tx, stage.fleet, silence, clock("12:00"), ANA, stage.now)
    await stage.go("13:00")
    assert stage.said == ["10:00 noc: fired 1", "12:00 noc: worsened 1"]
    until = [one.alerts[0].silenced_until for one in stage.seen]
    assert until[3] is not None
    assert until[3].hour == 12
    async with stage.history.reading() as tx:
        entries = await tx.audit.since(clock("00:00"), 9)
    assert [one.action for one in entries] == ["extended", "silenced"]


async def test_what_is_over_is_neither_extended_nor_ended_again(stage: Stage) -> None:
    silence = await stage.silence("10:00", "11:00")
    stage.now = Slot(clock("11:00") + HOUR)
    await stage.unsilence(silence)
    async with stage.history.writing() as tx:
        assert await find(tx, f"s{silence.id} ") == silence
        assert [await find(tx, text) for text in ("S99", "", "A1", "S²", "S" + "9" * 30)] == [None] * 5
        with pytest.raises(ValueError, match="S1 is over"):
            await extend(tx, stage.fleet, silence, clock("15:00"), ANA, stage.now)


async def test_a_silence_is_not_extended_into_the_past(stage: Stage) -> None:
    silence = await stage.silence("10:00", "11:00")
    async with stage.history.writing() as tx:
        with pytest.raises(ValueError, match="not in the past"):
            await extend(tx, stage.fleet, silence, clock("10:00"), ANA, stage.now)
