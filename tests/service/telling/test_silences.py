"""Silences: what is held back, what is told when they end, and what is told all the same."""

from __future__ import annotations

from bot.alerts.model import Reason
from bot.rules.telling import Match
from tests.service.telling.stage import Stage, clock


async def test_what_fires_under_a_silence_is_told_at_the_moment_it_ends(stage: Stage) -> None:
    await stage.silence("10:00", "11:00")
    await stage.go("10:20")
    await stage.fire(1)
    await stage.go("10:59")
    assert (stage.said, stage.edited) == ([], [])
    await stage.go("12:00")
    assert stage.said == ["11:00 noc: fired 1"]


async def test_it_is_told_as_of_the_end_of_the_silence_however_late_the_bot_looks(stage: Stage) -> None:
    await stage.silence("10:00", "11:00")
    await stage.fire(1)
    await stage.go("17:00", tick=7 * 3600)
    assert [words.created_at.hour for words in stage.seen] == [11]
    assert (await stage.alert(1)).told_at == clock("11:00")


async def test_what_began_and_ended_under_a_silence_is_told_to_nobody(stage: Stage) -> None:
    await stage.silence("10:00", "11:00")
    await stage.fire(1)
    await stage.go("10:30")
    await stage.resolve(1)
    await stage.go("12:00")
    assert (stage.said, stage.edited) == ([], [])
    assert await stage.transitions(1) == ["10:00 fired", "10:30 resolved"]


async def test_the_end_of_what_was_told_before_is_told_at_once(stage: Stage) -> None:
    await stage.fire(1)
    await stage.silence("10:10", "11:00")
    await stage.go("10:30")
    await stage.resolve(1)
    await stage.go("12:00")
    assert stage.said == ["10:00 noc: fired 1", "10:30 noc: resolved 1"]


async def test_a_withdrawal_of_what_was_told_before_is_told_at_once(stage: Stage) -> None:
    await stage.fire(1)
    await stage.silence("10:10", "11:00")
    await stage.go("10:30")
    await stage.correct(1)
    await stage.go("12:00")
    assert stage.said == ["10:00 noc: fired 1", "10:30 noc: corrected 1"]


async def test_getting_worse_under_a_silence_edits_the_message_and_is_told_when_it_ends(stage: Stage) -> None:
    await stage.fire(1)
    await stage.silence("10:10", "11:00")
    await stage.go("10:30")
    await stage.worsen(1, 80)
    assert stage.edited == ["10:10 noc: ", "10:30 noc: worsened 1"]
    await stage.go("12:00")
    assert stage.said == ["10:00 noc: fired 1", "11:00 noc: worsened 1"]


async def test_a_step_that_was_held_back_and_withdrawn_is_no_news(stage: Stage) -> None:
    await stage.fire(1)
    await stage.silence("10:10", "11:00")
    await stage.go("10:30")
    await stage.worsen(1, 80)
    await stage.go("10:40")
    await stage.correct(1, step=50, withdrawn=80)
    await stage.go("12:00")
    assert stage.said == ["10:00 noc: fired 1"]


async def test_what_was_told_before_and_is_unchanged_is_not_told_again(stage: Stage) -> None:
    await stage.fire(1)
    await stage.silence("10:10", "11:00")
    await stage.go("12:00")
    assert stage.said == ["10:00 noc: fired 1"]


async def test_only_matching_alerts_are_kept_quiet(stage: Stage) -> None:
    await stage.silence("10:00", "11:00", Match(rules=("mpls",)))
    await stage.fire(1)
    await stage.fire(2, rule="mpls")
    await stage.go("11:30")
    assert stage.said == ["10:00 noc: fired 1", "11:00 noc: fired 2"]


async def test_a_silence_that_begins_before_the_other_ends_goes_on_with_it(stage: Stage) -> None:
    await stage.silence("10:00", "11:00")
    await stage.fire(1)
    await stage.go("10:30")
    await stage.silence("10:45", "11:30")
    await stage.go("13:00")
    assert stage.said == ["11:30 noc: fired 1"]


async def test_the_first_instant_after_a_silence_is_not_quiet(stage: Stage) -> None:
    await stage.silence("10:00", "11:00")
    await stage.fire(1)
    stage.now = clock("11:00")
    await stage.fire(2)
    assert stage.said == ["11:00 noc: fired 1, fired 2"]


async def test_news_after_a_silence_takes_along_what_it_held_back(stage: Stage) -> None:
    """The bot was busy at the end of the silence: the alert gets worse before anybody looked for it."""
    await stage.silence("10:00", "11:00")
    await stage.fire(1)
    stage.now = clock("11:20")
    await stage.worsen(1)
    await stage.go("12:00")
    assert stage.said == ["11:20 noc: fired 1, worsened 1"]


async def test_the_end_of_a_billing_period_frees_what_was_held_back(stage: Stage) -> None:
    await stage.silence("10:00", "11:00")
    await stage.fire(1)
    await stage.resolve(1, reason=Reason.PERIOD_ENDED)
    await stage.go("12:00")
    assert stage.said == []
    async with stage.history.reading() as tx:
        assert await tx.held.all() == []


async def test_a_rule_that_is_gone_tells_nothing_when_the_silence_ends(stage: Stage) -> None:
    await stage.silence("10:00", "11:00")
    await stage.fire(1)
    stage.configure("", "version: 1\nreceivers: {noc: {terminal: true}}\noperators: [noc]\n")
    await stage.go("12:00")
    assert stage.said == []
    async with stage.history.reading() as tx:
        assert await tx.held.all() == []


async def test_a_receiver_that_is_added_meanwhile_is_not_told_old_news(stage: Stage) -> None:
    await stage.silence("10:00", "11:00")
    await stage.fire(1)
    stage.configure("routes: [{notify: [noc, boss]}]")
    await stage.go("12:00")
    assert stage.said == ["11:00 noc: fired 1"]


async def test_what_was_held_back_from_a_receiver_that_an_edit_took_away_is_told_to_who_hears_of_it_now(
    stage: Stage,
) -> None:
    await stage.silence("09:00", "11:00")
    await stage.fire(1)
    stage.configure("routes: [{notify: [oncall, boss]}]")
    await stage.go("12:00")
    assert stage.said == ["11:00 oncall: fired 1", "11:00 boss: fired 1"]


async def test_what_somebody_was_told_is_not_told_anew_because_of_an_edit(stage: Stage) -> None:
    await stage.fire(1)
    await stage.silence("10:00", "11:00")
    await stage.worsen(1)
    stage.configure("routes: [{notify: [oncall]}]")
    await stage.go("12:00")
    assert stage.said == ["10:00 noc: fired 1"]
