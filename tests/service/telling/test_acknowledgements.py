"""Acknowledgements that end: the alert is nobody's again at that instant, and what was kept waiting goes on."""

from __future__ import annotations

import pytest

from bot.service.audit import LAPSED
from tests.service.telling.stage import Stage, clock

REPEATED = "routes: [{notify: [noc], repeat_every: 1h}]"
ESCALATED = "routes: [{notify: [noc], escalate: {after: 30m, notify: [boss]}}]"


async def lapses(stage: Stage) -> list[tuple[int, str, str, str]]:
    async with stage.history.reading() as tx:
        entries = await tx.audit.since(clock("00:00"), 100)
    return [(one.at, one.actor, one.subject, str(one.detail["by"])) for one in entries if one.action == LAPSED]


async def test_an_alert_is_free_at_the_instant_at_which_its_acknowledgement_ends(stage: Stage) -> None:
    await stage.fire(1)
    await stage.go("10:10")
    await stage.acknowledge(1, until="12:00")
    await stage.go("11:59")
    assert (await stage.alert(1)).acknowledged_by == "Ana"
    await stage.go("12:30")
    free = await stage.alert(1)
    assert (free.acknowledged_by, free.acknowledged_at) == ("", None)
    assert await lapses(stage) == [(clock("12:00"), "usagebot", "A1", "Ana")]
    assert stage.said == ["10:00 noc: fired 1"]
    assert stage.edited == ["10:10 noc: ", "12:00 noc: "]
    assert [one.alerts[0].acknowledged_by for one in stage.seen] == ["", "Ana", ""]


async def test_it_ends_as_of_its_instant_however_late_the_bot_looks(stage: Stage) -> None:
    await stage.fire(1)
    await stage.acknowledge(1, until="12:00")
    await stage.go("17:00", tick=7 * 3600)
    assert await lapses(stage) == [(clock("12:00"), "usagebot", "A1", "Ana")]


async def test_repeats_go_on_when_it_ends(stage: Stage) -> None:
    stage.configure(REPEATED)
    await stage.fire(1)
    await stage.acknowledge(1, until="12:30")
    await stage.go("14:00")
    assert stage.said == ["10:00 noc: fired 1", "12:30 noc: repeated 1", "13:30 noc: repeated 1"]


async def test_a_repeat_that_is_not_due_yet_keeps_its_time(stage: Stage) -> None:
    stage.configure(REPEATED)
    await stage.fire(1)
    await stage.acknowledge(1, until="10:20")
    await stage.go("11:30")
    assert stage.said == ["10:00 noc: fired 1", "11:00 noc: repeated 1"]


@pytest.mark.parametrize(("until", "escalated"), [("10:20", "10:30"), ("12:15", "12:15")])
async def test_escalation_goes_on_when_it_ends(stage: Stage, until: str, escalated: str) -> None:
    stage.configure(ESCALATED)
    await stage.fire(1)
    await stage.acknowledge(1, until=until)
    await stage.go("14:00")
    assert stage.said == ["10:00 noc: fired 1", f"{escalated} boss: escalated 1"]


async def test_what_was_escalated_before_it_was_taken_is_not_escalated_again(stage: Stage) -> None:
    stage.configure(ESCALATED)
    await stage.fire(1)
    await stage.go("10:40")
    await stage.acknowledge(1, until="12:00")
    await stage.go("14:00")
    assert stage.said == ["10:00 noc: fired 1", "10:30 boss: escalated 1"]


async def test_a_silence_holds_back_what_an_acknowledgement_let_go(stage: Stage) -> None:
    stage.configure(ESCALATED)
    await stage.fire(1)
    await stage.acknowledge(1, until="12:00")
    await stage.go("11:00")
    await stage.silence("11:30", "13:00")
    await stage.go("14:00")
    assert stage.said == ["10:00 noc: fired 1", "13:00 boss: escalated 1"]


async def test_getting_worse_or_ending_comes_before_it_ends(stage: Stage) -> None:
    stage.configure(REPEATED)
    await stage.fire(1, 2)
    await stage.acknowledge(1, until="12:30")
    await stage.acknowledge(2, until="12:30")
    await stage.go("10:30")
    await stage.worsen(1)
    await stage.resolve(2)
    await stage.go("11:45")
    assert stage.said[1:] == ["10:30 noc: worsened 1", "10:35 noc: resolved 2", "11:35 noc: repeated 1"]
    await stage.go("13:00")
    assert await lapses(stage) == []


async def test_it_may_be_taken_again(stage: Stage) -> None:
    stage.configure(REPEATED)
    await stage.fire(1)
    await stage.acknowledge(1, until="10:30")
    await stage.go("10:45")
    await stage.acknowledge(1, by="Ben")
    await stage.go("15:00")
    assert stage.said == ["10:00 noc: fired 1"]
    assert (await stage.alert(1)).acknowledged_by == "Ben"


async def test_an_acknowledgement_that_would_be_over_at_once_is_refused(stage: Stage) -> None:
    await stage.fire(1)
    with pytest.raises(ValueError, match="ends after it begins"):
        await stage.acknowledge(1, until="10:00")
