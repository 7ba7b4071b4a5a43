"""Who may acknowledge and silence."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.times import Slot
from bot.notify.buttons import Press
from bot.service.audit import Actor
from bot.slack.permissions import REMEMBER, Permission
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import rate_limited, refuses
from tests.slack.door import Door, opened_door
from tests.slack.world import NOW, World

THANDI = Actor("thandi", "slack", "U0PERSON")
BEN = Actor("ben", "slack", "U0BEN")


@pytest.fixture
async def door(world: World, slack: FakeSlack) -> AsyncIterator[Door]:
    await world.alert(1)
    slack.add_group("network-team", "U0BEN")
    async with opened_door(world, slack, ("@network-team",)) as door:
        yield door


async def test_who_is_in_no_group_is_told_who_may_and_nothing_is_done(door: Door) -> None:
    for order in ("ack A1", "silence A1 4h", "unsilence S1"):
        with capture_logs() as logs:
            said = await door.said(f"{order} public")
        assert said.startswith("Nothing was done: you may look, and not act.\n")
        assert "by members of @network-team alone." in said
        assert door.slack.responses[-1]["response_type"] == "ephemeral"
        assert [line["user"] for line in logs if line["event"] == "slack_act_refused"] == ["U0PERSON"]
    async with door.world.history.reading() as tx:
        assert await tx.audit.since(Slot(0), 10) == []


async def test_buttons_obey_the_same_rule(door: Door) -> None:
    assert "you may look, and not act" in await door.press(Press.ACKNOWLEDGE, "A1", "C0NOC")
    assert "you may look, and not act" in await door.press(Press.SILENCE, "A1:1h", "C0NOC")
    assert "How to raise" in await door.press(Press.MORE, "A1:raise", "C0NOC")
    door.slack.add_group("noc", "U0PERSON")
    door.world.now += REMEMBER
    assert "you may look" in await door.press(Press.ACKNOWLEDGE, "A1", "C0NOC")
    assert door.world.acts == 0


async def test_whoever_is_in_the_group_acts(door: Door) -> None:
    door.slack.add_group("other")
    body = door.command("ack A1").replace("U0PERSON", "U0BEN")
    assert await door.post(body, door.signed(body)) == (200, "")
    await door.app.close()
    assert door.world.acts == 1


async def test_everybody_may_unless_something_else_is_said(slack: FakeSlack) -> None:
    assert await Permission(slack.client(), lambda: NOW).refusal(THANDI) is None
    assert slack.calls == []


async def test_membership_is_asked_once_in_five_minutes_by_id_or_by_handle(slack: FakeSlack) -> None:
    now = NOW
    first, _ = slack.add_group("network-team", "U0BEN"), slack.add_group("noc", "U0PERSON")
    permission = Permission(slack.client(), lambda: now, (first.id, "@noc"))
    for person in (THANDI, BEN, THANDI):
        assert await permission.refusal(person) is None
    assert len(slack.called("usergroups.users.list")) == 2
    first.members.clear()
    assert await permission.refusal(BEN) is None
    now += REMEMBER
    assert await permission.refusal(BEN) is not None
    now += timedelta(seconds=1)
    assert await permission.refusal(BEN) is not None
    assert len(slack.called("usergroups.users.list")) == 4


@pytest.mark.parametrize("fault", [rate_limited(30), refuses("missing_scope")])
@pytest.mark.parametrize("method", ["usergroups.list", "usergroups.users.list"])
async def test_what_slack_does_not_say_is_a_refusal_that_is_not_remembered(
    slack: FakeSlack, method: str, fault: object
) -> None:
    slack.add_group("noc", "U0BEN")
    permission = Permission(slack.client(), lambda: NOW, ("@noc",))
    slack.fail(method, fault)  # type: ignore[arg-type]
    refusal = await permission.refusal(BEN)
    assert refusal is not None
    assert "Slack does not say who may do that." in refusal.title
    assert await permission.refusal(BEN) is None


async def test_a_group_that_is_not_there_has_no_members(slack: FakeSlack) -> None:
    permission = Permission(slack.client(), lambda: NOW, ("@gone",))
    with capture_logs() as logs:
        assert await permission.refusal(BEN) is not None
    assert "slack_group_missing" in {line["event"] for line in logs}
    nowhere = Permission(slack.client(), lambda: NOW, ("S0NOWHERE",))
    assert await nowhere.refusal(BEN) is not None
