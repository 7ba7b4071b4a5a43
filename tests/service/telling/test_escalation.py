"""Escalation: others are told of what nobody has acknowledged."""

from __future__ import annotations

from bot.rules.model import Severity
from tests.service.telling.stage import Stage, clock

ESCALATED = "routes: [{notify: [oncall], escalate: {after: 30m, notify: [boss]}}]"


async def test_what_nobody_acknowledges_is_told_to_others_too(stage: Stage) -> None:
    stage.configure(ESCALATED)
    await stage.fire(1)
    await stage.go("15:00")
    assert stage.said == ["10:00 oncall: fired 1", "10:30 boss: escalated 1"]
    assert await stage.transitions(1) == ["10:00 fired", "10:30 escalated"]
    await stage.worsen(1)
    await stage.go("15:10")
    await stage.resolve(1)
    assert stage.said[2:] == [
        "15:00 oncall: worsened 1",
        "15:00 boss: worsened 1",
        "15:10 oncall: resolved 1",
        "15:10 boss: resolved 1",
    ]


async def test_an_acknowledgement_in_time_keeps_it_from_being_escalated(stage: Stage) -> None:
    stage.configure(ESCALATED)
    await stage.fire(1)
    await stage.go("10:29")
    await stage.acknowledge(1)
    await stage.go("15:00")
    assert stage.said == ["10:00 oncall: fired 1"]


async def test_what_gets_worse_after_an_acknowledgement_can_be_escalated_again(stage: Stage) -> None:
    stage.configure(ESCALATED)
    await stage.fire(1)
    await stage.go("10:10")
    await stage.acknowledge(1)
    await stage.go("12:00")
    await stage.worsen(1)
    await stage.go("15:00")
    assert stage.said == ["10:00 oncall: fired 1", "12:00 oncall: worsened 1", "12:30 boss: escalated 1"]


async def test_getting_worse_does_not_put_it_off(stage: Stage) -> None:
    stage.configure(ESCALATED)
    await stage.fire(1)
    await stage.go("10:20")
    await stage.worsen(1)
    await stage.go("15:00")
    assert stage.said[-1] == "10:30 boss: escalated 1"


async def test_what_is_over_in_time_is_not_escalated(stage: Stage) -> None:
    stage.configure(ESCALATED)
    await stage.fire(1)
    await stage.go("10:20")
    await stage.resolve(1)
    await stage.go("15:00")
    assert stage.said == ["10:00 oncall: fired 1", "10:20 oncall: resolved 1"]


async def test_the_time_counts_from_when_people_were_told(stage: Stage) -> None:
    stage.configure(ESCALATED)
    await stage.silence("10:00", "11:00")
    await stage.fire(1)
    await stage.go("15:00")
    assert stage.said == ["11:00 oncall: fired 1", "11:30 boss: escalated 1"]


async def test_what_falls_due_in_a_silence_is_escalated_when_it_ends(stage: Stage) -> None:
    stage.configure(ESCALATED)
    await stage.fire(1)
    await stage.silence("10:20", "11:00")
    await stage.go("15:00")
    assert stage.said == ["10:00 oncall: fired 1", "11:00 boss: escalated 1"]


async def test_two_routes_escalate_each_in_its_own_time(stage: Stage) -> None:
    stage.configure("""
routes:
  - {match: {rule: lte}, notify: [oncall], escalate: {after: 1h, notify: [boss]}, continue: true}
  - {notify: [noc], escalate: {after: 20m, notify: [oncall]}}
""")
    await stage.fire(1)
    await stage.go("15:00")
    assert stage.said[2:] == ["10:20 oncall: escalated 1", "11:00 boss: escalated 1"]


async def test_an_escalation_that_an_edit_adds_is_not_for_what_was_due_before(stage: Stage) -> None:
    await stage.fire(1)
    await stage.go("11:00")
    await stage.fire(2)
    await stage.go("11:10")
    stage.configure("routes: [{notify: [noc], escalate: {after: 30m, notify: [boss]}}]")
    await stage.go("15:00")
    assert [line for line in stage.said if "boss" in line] == ["11:30 boss: escalated 2"]


async def test_an_edit_of_something_else_loses_no_escalation(stage: Stage) -> None:
    stage.configure(ESCALATED)
    await stage.fire(1)
    stage.configure(ESCALATED.replace("[oncall]", "[oncall, noc]"))
    await stage.go("15:00")
    assert stage.said == ["10:00 oncall: fired 1", "10:30 boss: escalated 1"]


async def test_after_an_outage_it_is_escalated_as_of_when_it_was_due(stage: Stage) -> None:
    stage.configure(ESCALATED)
    await stage.fire(1)
    stage.now = clock("13:00")
    await stage.go("13:01")
    assert await stage.transitions(1) == ["10:00 fired", "10:30 escalated"]


async def test_a_critical_route_hears_of_what_becomes_critical_and_whoever_was_told_hears_the_end(stage: Stage) -> None:
    stage.configure("routes: [{match: {severity: critical}, notify: [oncall]}, {notify: [noc]}]")
    await stage.fire(1)
    await stage.go("11:00")
    await stage.worsen(1, 100, Severity.CRITICAL)
    assert stage.edited == ["11:00 noc: worsened 1"]
    await stage.go("12:00")
    await stage.resolve(1)
    assert stage.said == [
        "10:00 noc: fired 1",
        "11:00 oncall: worsened 1",
        "12:00 oncall: resolved 1",
        "12:00 noc: resolved 1",
    ]
