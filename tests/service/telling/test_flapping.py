"""What begins and ends too often is told once, and then quiet until it is calm."""

from __future__ import annotations

import pytest

from bot.notify.plain import plain_text
from tests.service.telling.play import HEAD, Play


@pytest.fixture
def play() -> Play:
    return Play()


async def flap(play: Play, *hours: int, name: str = "busy") -> None:
    """It begins at these hours, and ends half an hour later."""
    for hour in hours:
        await play.at(f"{hour}:00", f"{name} fires")
        await play.at(f"{hour}:30", f"{name} ends")


async def test_the_change_that_is_one_too_many_says_so_and_is_the_last(play: Play) -> None:
    await flap(play, 10, 11, 12, 13, 14)
    assert play.said == [
        "10:00 noc: fired busy",
        "10:30 noc: resolved busy",
        "11:00 noc: fired busy",
        "11:30 noc: resolved busy",
        "12:00 noc: fired busy",
        "12:30 noc: resolved busy",
        "13:00 noc: fired busy",
    ]
    last = next(one for one in reversed(play.stage.seen) if one.loud)
    assert "site-1 began and ended 7 times within 1 day: quiet until it is calm." in plain_text(last)


async def test_when_it_is_calm_the_end_of_what_was_told_is_told(play: Play) -> None:
    await flap(play, 10, 11, 12, 13)
    assert play.said[-1] == "13:00 noc: fired busy"
    await play.at("2d 00:00")
    assert play.said[-1] == "1d 12:00 noc: resolved busy"  # 12:30, 13:00 and 13:30 are left within 24 hours
    assert play.stage.seen[-1].alerts[-1].flapping == 0
    assert await play.rows() == []


async def test_when_it_is_calm_what_still_fires_and_was_not_told_is_told(play: Play) -> None:
    await flap(play, 10, 11, 12, 13)
    await play.at("14:00", "busy fires")
    await play.at("2d 00:00")
    assert sorted(play.said[-2:]) == ["1d 12:30 noc: fired busy", "1d 12:30 noc: resolved busy"]


async def test_what_was_told_and_fires_on_is_not_told_again(play: Play) -> None:
    await flap(play, 10, 11, 12)
    await play.at("13:00", "busy fires")
    count = len(play.said)
    await play.at("2d 00:00")
    assert len(play.said) == count
    assert play.stage.seen[-1].alerts[-1].flapping == 0
    await play.at("2d 01:00", "busy ends")
    assert play.said[-1] == "2d 01:00 noc: resolved busy"


async def test_every_change_puts_the_calm_off(play: Play) -> None:
    await flap(play, 10, 11, 12, 13, 20, 21)
    await play.at("3d 00:00")
    assert play.said[-1] == "1d 20:00 noc: resolved busy"


async def test_after_the_calm_it_is_told_as_ever(play: Play) -> None:
    await flap(play, 10, 11, 12, 13)
    await play.at("2d 00:00")
    await play.at("2d 10:00", "busy fires")
    assert play.said[-1] == "2d 10:00 noc: fired busy"


async def test_repeats_and_escalation_wait_for_the_calm(play: Play) -> None:
    play.configure("\nroutes: [{repeat_every: 4h, escalate: {after: 30m, notify: [boss]}}]")
    await flap(play, 10, 11, 12)
    await play.at("13:00", "busy fires")
    before = len(play.said)
    await play.at("1d 11:29")
    assert len(play.said) == before
    await play.at("1d 12:00")
    assert sorted(play.said[before:]) == ["1d 11:30 boss: escalated busy", "1d 11:30 noc: repeated busy"]


async def test_a_silenced_word_that_it_flaps_is_told_when_the_silence_ends(play: Play) -> None:
    await flap(play, 10, 11, 12)
    await play.stage.silence("12:45", "15:00")
    await play.at("13:00", "busy fires")
    await play.at("16:00")
    assert play.said[-1] == "15:00 noc: fired busy"
    await play.at("17:00", "busy ends")
    await play.at("2d 00:00")
    assert play.said[-1] == "1d 12:00 noc: resolved busy"


async def test_other_directions_and_rules_are_told_meanwhile(play: Play) -> None:
    await flap(play, 10, 11, 12, 13)
    await play.at("14:00", "busier fires")
    assert play.said[-1] == "14:00 noc: fired busier"


async def test_silence_of_a_site_may_flap_and_lets_go_of_what_it_held_back(play: Play) -> None:
    await flap(play, 10, 11, 12, 13, name="gone")
    await play.at("14:00", "gone fires")
    await play.at("14:10", "busy fires")
    assert play.said[-1] == "13:00 noc: fired gone"
    await play.at("14:30", "gone ends")
    assert play.said[-1] == "14:30 noc: fired busy"


async def test_a_forecast_that_comes_and_goes_is_told_as_it_stands_when_it_is_calm(play: Play) -> None:
    await flap(play, 10, 11, 12, 13, name="forecast")
    await play.at("14:00", "forecast fires")
    count = len(play.said)
    await play.at("2d 00:00")
    assert play.said[count - 1 :] == ["13:00 noc: fired forecast"]


async def test_it_is_a_matter_of_the_rules_how_often_is_too_often(play: Play) -> None:
    play.stage.configure("", HEAD.replace("receivers: [noc]", "receivers: [noc], flapping: {changes: 2, within: 2h}"))
    await flap(play, 10, 11)
    assert [line for line in play.said if "busy" in line][-1] == "11:00 noc: fired busy"
    await play.at("14:00")
    assert play.said[-1] == "13:00 noc: resolved busy"


async def test_never_is_never_and_an_edit_to_it_makes_calm_at_once(play: Play) -> None:
    await flap(play, 10, 11, 12, 13)
    play.stage.configure("", HEAD.replace("receivers: [noc]", "receivers: [noc], flapping: never"))
    await play.at("14:00")
    assert play.said[-1] == "13:30 noc: resolved busy"
    await flap(play, 15, 16, 17)
    assert play.said[-1] == "17:30 noc: resolved busy"
