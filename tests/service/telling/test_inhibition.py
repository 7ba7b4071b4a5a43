"""What is less than what people are told is held back, and told when the cause ends."""

from __future__ import annotations

import pytest

from bot.service.announce import record
from bot.service.attend import acknowledge
from tests.service.telling.play import Play
from tests.service.telling.stage import ANA


@pytest.fixture
def play() -> Play:
    return Play()


async def test_a_silent_site_holds_back_its_quota_until_it_speaks_again(play: Play) -> None:
    await play.at("10:00", "gone fires")
    await play.at("11:00", "quota fires 80")
    await play.at("12:00", "gone ends")
    assert play.said == ["10:00 noc: fired gone", "12:00 noc: resolved gone", "12:00 noc: fired quota"]
    assert await play.rows() == []


async def test_within_one_pass_the_cause_comes_first_whatever_was_judged_first(play: Play) -> None:
    await play.at("10:00", "quota fires 80", "gone fires")
    await play.at("11:00", "gone ends")
    assert play.said == ["10:00 noc: fired gone", "11:00 noc: resolved gone", "11:00 noc: fired quota"]


async def test_the_end_of_both_together_tells_of_the_cause_alone(play: Play) -> None:
    await play.at("10:00", "busy fires", "gone fires")
    await play.at("11:00", "busy ends", "gone ends")
    await play.at("12:00")
    assert play.said == ["10:00 noc: fired gone", "11:00 noc: resolved gone"]
    assert await play.rows() == []


async def test_what_ended_meanwhile_was_never_told(play: Play) -> None:
    await play.at("10:00", "gone fires")
    await play.at("10:30", "busy fires")
    await play.at("10:50", "busy ends")
    await play.at("12:00", "gone ends")
    assert play.said == ["10:00 noc: fired gone", "12:00 noc: resolved gone"]


async def test_what_was_told_before_still_tells_its_end_and_shows_what_holds_it_back(play: Play) -> None:
    await play.at("10:00", "busy fires")
    await play.at("11:00", "gone fires")
    await play.at("12:00", "busy ends")
    assert play.said == ["10:00 noc: fired busy", "11:00 noc: fired gone", "12:00 noc: resolved busy"]
    assert play.marks("busy") == ["A2", ""]


async def test_a_message_says_no_more_that_it_is_held_back_when_the_cause_is_over(play: Play) -> None:
    await play.at("10:00", "busy fires")
    await play.at("11:00", "gone fires")
    await play.at("12:00", "gone ends")
    await play.at("12:10")
    assert play.marks("busy") == ["A2", ""]
    assert play.stage.seen[-1].alerts[0].held_by == ""
    assert await play.rows() == []


async def test_a_graver_alert_is_told_although_the_site_is_silent(play: Play) -> None:
    await play.at("10:00", "gone fires")
    await play.at("11:00", "quota fires 80")
    await play.at("12:00", "quota worsens 100 critical")
    assert play.said == ["10:00 noc: fired gone", "12:00 noc: fired quota, worsened quota"]


async def test_it_is_released_when_the_cause_gets_milder(play: Play) -> None:
    await play.at("10:00", "twin fires 100 critical")
    await play.at("11:00", "quota fires 80")
    await play.at("12:00", "twin falls 80 warning")
    assert play.said == ["10:00 noc: fired twin", "12:00 noc: corrected twin", "12:00 noc: fired quota"]


async def test_the_last_of_several_causes_releases_it(play: Play) -> None:
    await play.at("10:00", "gone fires", "busier fires critical")
    await play.at("10:10", "busy fires")
    await play.at("11:00", "gone ends")
    await play.at("12:00", "busier ends")
    assert play.said[-2:] == ["12:00 noc: resolved busier", "12:00 noc: fired busy"]
    assert "11:00 noc: fired busy" not in play.said


async def test_a_forecast_that_came_true_and_pace_are_no_news_once_the_quota_is_used_up(play: Play) -> None:
    await play.at("10:00", "quota fires 100")
    await play.at("11:00", "forecast fires", "pace fires critical")
    assert play.said == ["10:00 noc: fired quota"]


async def test_whoever_does_not_hear_of_the_cause_is_told(play: Play) -> None:
    play.configure("\nroutes: [{match: {kind: no_data}, notify: [noc]}, {notify: [noc, boss]}]")
    await play.at("10:00", "gone fires")
    await play.at("11:00", "busy fires")
    await play.at("12:00", "gone ends")
    assert play.said == [
        "10:00 noc: fired gone",
        "11:00 boss: fired busy",
        "12:00 noc: resolved gone",
        "12:00 noc: fired busy",
    ]


async def test_whoever_the_cause_is_escalated_to_hears_no_more_of_what_is_less(play: Play) -> None:
    escalate = "{match: {kind: no_data}, notify: [noc], escalate: {after: 30m, notify: [boss]}}"
    play.configure(f"\nroutes: [{escalate}, {{notify: [boss], repeat_every: 2h}}]")
    await play.at("09:50", "busy fires")
    await play.at("10:00", "gone fires")
    await play.at("10:20", "quota fires 80")
    await play.at("10:40", "busier fires")
    await play.at("13:30", "gone ends")
    assert sorted(play.said) == [
        "09:50 boss: fired busy",
        "10:00 noc: fired gone",
        "10:20 boss: fired quota",
        "10:30 boss: escalated gone",
        "13:30 boss: fired busier",
        "13:30 boss: repeated busy",
        "13:30 boss: repeated quota",
        "13:30 boss: resolved gone",
        "13:30 noc: resolved gone",
    ]


async def test_a_silenced_cause_still_holds_back(play: Play) -> None:
    await play.at("09:00", "gone fires")
    await play.stage.silence("09:30", "12:00")
    await play.at("10:00", "busy fires")
    await play.at("12:30")
    assert play.said == ["09:00 noc: fired gone"]
    await play.at("13:00", "gone ends")
    assert play.said[1:] == ["13:00 noc: resolved gone", "13:00 noc: fired busy"]


async def test_news_waits_for_the_silence_as_well_as_for_the_cause(play: Play) -> None:
    await play.at("09:00", "gone fires")
    await play.at("10:00", "busy fires")
    await play.stage.silence("10:30", "12:00")
    await play.at("11:00", "gone ends")
    await play.at("13:00")
    assert play.said[1:] == ["11:00 noc: resolved gone", "12:00 noc: fired busy"]


async def test_repeats_wait_and_are_made_up_for_once(play: Play) -> None:
    play.configure("\nroutes: [{match: {kind: no_data}, notify: [noc]}, {repeat_every: 1h}]")
    await play.at("09:00", "busy fires")
    await play.at("09:30", "gone fires")
    await play.at("12:15", "gone ends")
    await play.at("13:30")
    assert play.said == [
        "09:00 noc: fired busy",
        "09:30 noc: fired gone",
        "12:15 noc: resolved gone",
        "12:15 noc: repeated busy",
        "13:15 noc: repeated busy",
    ]


async def test_a_repeat_that_is_not_due_yet_comes_in_its_time(play: Play) -> None:
    play.configure("\nroutes: [{match: {kind: no_data}, notify: [noc]}, {repeat_every: 1h}]")
    await play.at("09:00", "busy fires")
    await play.at("09:30", "gone fires")
    await play.at("09:45", "gone ends")
    await play.at("10:30")
    assert play.said[-1] == "10:00 noc: repeated busy"


async def test_escalation_waits_for_the_cause_and_happens_once(play: Play) -> None:
    play.configure("\nroutes: [{match: {kind: no_data}, notify: [noc]}, {escalate: {after: 30m, notify: [boss]}}]")
    await play.at("09:00", "busy fires")
    await play.at("09:10", "gone fires")
    await play.at("11:00", "gone ends")
    await play.at("12:00", "gone fires")
    await play.at("13:00", "gone ends")
    await play.at("14:00")
    assert [line for line in play.said if "boss" in line] == ["11:00 boss: escalated busy"]


async def test_what_is_held_back_is_so_after_a_restart_and_an_edit_of_the_rules(play: Play) -> None:
    await play.at("09:00", "busy fires")
    await play.at("10:00", "gone fires")
    before = await play.rows()
    await play.anew()
    assert await play.rows() == before
    play.configure("\nroutes: [{match: {kind: no_data}, notify: [boss]}, {notify: [noc]}]")
    await play.anew()
    await play.at("10:10")
    assert await play.rows() == []
    assert play.marks("busy") == ["A2", ""]


async def test_an_alert_that_was_there_before_it_was_known_what_holds_back_is_looked_at_again(play: Play) -> None:
    await play.at("09:00", "busy fires")
    await play.at("10:00", "gone fires")
    async with play.stage.history.writing() as tx:
        await tx.held.drop(await tx.held.all())
    await play.anew()
    assert [(row.alert, row.source) for row in await play.rows()] == [(1, 2)]


async def test_a_cause_that_an_edit_made_milder_lets_go(play: Play) -> None:
    await play.at("09:00", "busier fires critical")
    await play.at("10:00", "busy fires")
    milder = play._move("busier", "worsens", "info").alert
    async with play.stage.history.writing() as tx:
        await record(tx, play.stage.fleet, [milder], [], play.stage.now)
    await play.at("10:00")
    assert play.said == ["09:00 noc: fired busier", "10:00 noc: fired busy"]


async def test_a_step_that_was_held_back_and_withdrawn_is_never_told(play: Play) -> None:
    await play.at("09:00", "quota fires 50")
    await play.at("10:00", "gone fires")
    await play.at("10:30", "quota worsens 80")
    await play.at("10:40", "quota falls 50")
    await play.at("11:00", "gone ends")
    await play.at("12:00")
    assert play.said == ["09:00 noc: fired quota", "10:00 noc: fired gone", "11:00 noc: resolved gone"]


async def test_a_correction_of_what_was_told_is_told_and_it_stays_held_back(play: Play) -> None:
    await play.at("09:00", "quota fires 80")
    await play.at("10:00", "gone fires")
    await play.at("11:00", "quota falls 50")
    assert play.said[-1] == "11:00 noc: corrected quota"
    assert [(row.alert, row.transitions, row.source) for row in await play.rows()] == [(1, (), 2)]


async def test_an_end_that_a_mute_timing_holds_back_waits_for_the_morning_alone(play: Play) -> None:
    play.configure("\nroutes: [{match: {kind: no_data}, notify: [noc]}, {mute: [nights]}]")
    await play.at("20:00", "busy fires")
    await play.at("21:00", "gone fires")
    await play.at("23:00", "busy ends")
    await play.at("1d 07:00")
    assert play.said[-1] == "1d 06:00 noc: resolved busy"


async def test_news_that_waits_to_go_out_is_overtaken_by_its_cause(play: Play) -> None:
    play.configure("\nroutes: [{match: {kind: no_data}, notify: [noc]}, {group_wait: 5m}]")
    await play.at("10:00", "busy fires")
    await play.at("10:03", "gone fires")
    await play.at("11:00", "gone ends")
    await play.at("12:00")
    assert play.said == ["10:03 noc: fired gone", "11:00 noc: resolved gone", "11:00 noc: fired busy"]


async def test_news_that_waits_longer_than_its_cause_lasts_goes_out_in_its_time(play: Play) -> None:
    play.configure("\nroutes: [{match: {kind: no_data}, notify: [noc]}, {group_wait: 10m}]")
    await play.at("10:00", "busy fires")
    await play.at("10:03", "gone fires")
    await play.at("10:09", "gone ends")
    await play.at("12:00")
    assert play.said == ["10:03 noc: fired gone", "10:09 noc: resolved gone", "10:10 noc: fired busy"]


async def test_an_acknowledged_cause_still_holds_back(play: Play) -> None:
    await play.at("09:00", "gone fires")
    async with play.stage.history.writing() as tx:
        await acknowledge(tx, [play.lives["gone"]], ANA, play.stage.now)
    await play.at("10:00", "busy fires")
    assert play.said == ["09:00 noc: fired gone"]


@pytest.mark.parametrize("receivers", ["oncall", "oncall, boss"])
async def test_who_takes_the_place_of_a_receiver_hears_what_was_held_back_from_it(play: Play, receivers: str) -> None:
    await play.at("10:00", "gone fires")
    await play.at("10:30", "quota fires 80")
    play.configure(f"\nroutes: [{{notify: [{receivers}]}}]")
    await play.anew()
    await play.at("11:30")
    assert play.said == ["10:00 noc: fired gone"], "of the silence they will hear when there is news of it"
    await play.at("12:00", "gone ends")
    await play.at("13:00")
    assert play.said[1:] == [f"12:00 {name}: fired quota" for name in receivers.split(", ")]
    assert await play.rows() == []
