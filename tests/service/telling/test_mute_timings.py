"""Mute timings: nobody is told at night, and in the morning only what still matters."""

from __future__ import annotations

from tests.service.telling.stage import Stage, clock

MUTED = "routes: [{notify: [noc], mute: [nights]}]"


async def at_night(stage: Stage) -> None:
    stage.configure(MUTED)
    stage.now = clock("23:00")


async def test_what_fires_at_night_is_told_in_the_morning(stage: Stage) -> None:
    await at_night(stage)
    await stage.fire(1, 2)
    await stage.go("1d 07:00")
    assert stage.said == ["1d 06:00 noc: fired 1, fired 2"]


async def test_what_began_and_ended_at_night_is_told_to_nobody(stage: Stage) -> None:
    await at_night(stage)
    await stage.fire(1)
    await stage.go("23:30")
    await stage.resolve(1)
    await stage.go("1d 07:00")
    assert (stage.said, stage.edited) == ([], [])


async def test_the_end_of_what_was_told_in_the_evening_is_told_in_the_morning(stage: Stage) -> None:
    stage.configure(MUTED)
    stage.now = clock("21:00")
    await stage.fire(1)
    await stage.go("23:00")
    await stage.resolve(1)
    assert stage.edited == ["23:00 noc: resolved 1"]
    await stage.go("1d 07:00")
    assert stage.said == ["21:00 noc: fired 1", "1d 06:00 noc: resolved 1"]


async def test_only_the_route_that_names_the_timing_is_quiet(stage: Stage) -> None:
    stage.configure("""
routes:
  - {match: {rule: lte}, notify: [noc], mute: nights, continue: true}
  - {notify: [oncall]}
""")
    stage.now = clock("23:00")
    await stage.fire(1)
    await stage.go("1d 07:00")
    assert stage.said == ["23:00 oncall: fired 1", "1d 06:00 noc: fired 1"]


async def test_a_silence_that_ends_at_night_is_followed_by_the_night(stage: Stage) -> None:
    stage.configure(MUTED)
    await stage.silence("10:00", "23:00")
    await stage.fire(1)
    await stage.go("1d 07:00")
    assert stage.said == ["1d 06:00 noc: fired 1"]


async def test_a_timing_that_is_taken_away_tells_at_once(stage: Stage) -> None:
    await at_night(stage)
    await stage.fire(1)
    stage.configure("routes: [{notify: [noc]}]")
    await stage.go("1d 07:00")
    assert stage.said == ["23:00 noc: fired 1"]
