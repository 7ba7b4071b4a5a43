"""Open alerts, and the bot's own health."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.alerts.model import State
from bot.domain.times import DAY, HOUR, Slot, to_instant
from bot.rules.model import Endpoint, Medium, Severity
from bot.service.answers import render
from bot.service.commands import Alerts, Status
from bot.service.fleet import Scope
from bot.service.ports import Group, OutboxRow
from bot.service.queries.replies import NoScope, OpenAlerts
from bot.service.queries.status_replies import StatusReport
from tests.slack.world import ACME, ALL, END, JOHANNESBURG, World


async def alerts(world: World, scope: Scope) -> list[str]:
    reply = await world.questions.ask(Alerts(), scope)
    assert isinstance(reply, OpenAlerts)
    return [alert.label or "the bot" for alert in reply.alerts]


async def status(world: World, scope: Scope = ALL) -> StatusReport:
    reply = await world.questions.ask(Status(), scope)
    assert isinstance(reply, StatusReport)
    return reply


async def test_firing_comes_before_pending_and_the_worst_first(world: World) -> None:
    await world.alert(1, state=State.PENDING, severity=Severity.CRITICAL)
    await world.alert(2, severity=Severity.WARNING)
    await world.alert(3, severity=Severity.CRITICAL)
    await world.alert(2, since=Slot(END - DAY), severity=Severity.INFO, state=State.RESOLVED, resolved_at=END)
    assert await alerts(world, ACME) == ["durban", "cape-point", "cape-town"]


async def test_a_customer_sees_the_alerts_of_his_sites_and_nothing_about_the_bot(world: World) -> None:
    await world.alert(1)
    await world.alert(4, "globex")
    await world.alert(None, "acme", note="the token is refused")
    assert await alerts(world, ACME) == ["cape-town"]
    assert sorted(await alerts(world, ALL)) == ["cape-town", "george", "the bot"]


async def test_an_alert_of_a_site_that_is_listed_no_longer_is_still_shown(world: World) -> None:
    await world.alert(2)
    world.fleet = type(world.fleet)(world.fleet.sites[:1], world.fleet.configuration)
    assert await alerts(world, ACME) == ["site 2 (no longer listed)"]


async def test_status_tells_how_far_data_reach_and_how_pulling_goes(world: World) -> None:
    await world.fill(1, Slot(END - 40 * DAY))
    await world.fill(2, Slot(END - DAY), Slot(END - HOUR))
    await world.pulled(1, "answered", timedelta(minutes=1))
    await world.pulled(1, "answered", timedelta(hours=2))
    await world.pulled(1, "unavailable", timedelta(minutes=5), why="503 Service Unavailable")
    acme = (await status(world)).workspaces[0]
    assert (acme.name, acme.sites, acme.known, acme.backfilled) == ("acme", 3, 2, 1)
    assert (acme.oldest, acme.newest, acme.oldest_site) == (to_instant(END - HOUR), to_instant(END), "cape-point")
    assert acme.pulls == {"answered": 1, "unavailable": 1}
    assert acme.answered is not None
    assert acme.trouble is not None
    assert (acme.trouble.outcome, acme.trouble.why) == ("unavailable", "503 Service Unavailable")


async def test_status_tells_the_versions_and_the_messages_that_wait(world: World) -> None:
    created = Slot(END - HOUR)
    async with world.history.writing() as tx:
        group = await tx.outbox.save_group(Group("noc", Endpoint(Medium.SLACK), "lte", created, frozenset(), created))
        await tx.outbox.save(OutboxRow(group.id, (), loud=True, created_at=created, due_at=created))
    report = await status(world)
    assert (report.rule_version, report.bot_version) == ("0123456789ab", "1.2.3")
    assert report.backlog is not None
    assert (report.backlog.waiting, report.backlog.oldest) == (1, to_instant(created))


async def test_a_customers_status_is_of_his_workspace_alone(world: World) -> None:
    report = await status(world, ACME)
    assert [one.name for one in report.workspaces] == ["acme"]
    assert report.backlog is None


async def test_who_may_see_nothing_is_answered_nothing(world: World) -> None:
    for command in (Alerts(), Status()):
        assert await world.questions.ask(command, frozenset()) == NoScope()


async def test_status_tells_the_operators_what_is_wrong_with_the_bot_the_worst_first(world: World) -> None:
    full: dict[str, Any] = {"severity": Severity.WARNING, "note": "The disk is nearly full\nMake room", "fired_at": END}
    await world.alert(None, "", **full)
    await world.alert(None, "acme", severity=Severity.CRITICAL, note="No usage\nWait", acknowledged_by="Ana *\x1b[1m")
    await world.alert(None, "", note="a job fails", state=State.PENDING)
    report = await status(world)
    assert [(one.id, one.workspace, one.taken_by) for one in report.troubles] == [
        ("A2", "acme", "Ana *\x1b[1m"),
        ("A1", "", ""),
    ]
    assert (await status(world, ACME)).troubles == ()
    answer = render(report, JOHANNESBURG, "/usage")
    assert answer.tables[0].rows == (
        ("A2", "Thu 26 Nov 14:00 SAST", "No usage", "Ana * [1m"),
        ("A1", "Thu 26 Nov 14:00 SAST", "The disk is nearly full", "nobody"),
    )
    await world.fill(1, Slot(END - HOUR))
    await world.pulled(1, "answered", timedelta(minutes=1))
    await world.pulled(2, "answered", timedelta(minutes=1))
    assert render(await status(world), JOHANNESBURG, "/usage").title == "usagebot has 2 troubles of its own"
