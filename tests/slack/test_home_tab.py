"""The Home tab: what it shows, to whom, and what its buttons do."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.notify.buttons import Press
from bot.slack.membership import REMEMBER
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import rate_limited, refuses
from tests.fakes.slack_view import live_markup, seen
from tests.slack.door import Door, opened_door
from tests.slack.world import MB, World, at, configuration, monthly


@pytest.fixture
async def door(world: World, slack: FakeSlack) -> AsyncIterator[Door]:
    """A1 and A2 are acme's, A3 is globex's."""
    for key, workspace in ((1, "acme"), (2, "acme"), (4, "globex")):
        await world.fill(key, at("2026-11-20T22:00"), in_bytes=60 * MB)
        await world.alert(key, workspace)
    for name in ("acme-network", "globex-network", "noc"):
        slack.add_channel(name, is_private=True)
    async with opened_door(world, slack) as door:
        yield door


@pytest.fixture
def bound(door: Door) -> Door:
    """Customers are kept apart: one channel is bound by name, the other by id."""
    globex = door.slack.channel("globex-network").id
    door.world.configure(configuration(monthly(), channels={"acme": ("#acme-network",), "globex": (globex,)}))
    return door


_EVENTS = count()


async def home(door: Door, person: str = "U0PERSON", tab: str = "home") -> str:
    """Open the tab; what it shows."""
    event = {"type": "app_home_opened", "user": person, "channel": "D1", "tab": tab}
    told = {"type": "event_callback", "team_id": "T0FAKE", "event_id": f"Ev{next(_EVENTS)}", "event": event}
    body = json.dumps({**told, "authorizations": [{"team_id": "T0FAKE"}]})
    assert await door.post(body, {**door.signed(body), "Content-Type": "application/json"}) == (200, "")
    await door.app.close()
    return shown(door, person)


def shown(door: Door, person: str = "U0PERSON") -> str:
    view = door.slack.homes.get(person)
    if view is None:
        return ""
    assert live_markup(view) == []
    return seen(view)


async def press(door: Door, action_id: str, value: str) -> None:
    body = at_home(door, action_id, value)
    assert await door.post(body, door.signed(body)) == (200, "")
    await door.app.close()


def at_home(door: Door, action_id: str, value: str, person: str = "U0PERSON") -> str:
    chosen = {"selected_option": {"value": value}} if ":" in value else {"value": value}
    payload: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": person, "username": "thandi", "team_id": "T0FAKE"},
        "container": {"type": "view", "view_id": "V1"},
        "view": {"id": "V1", "type": "home"},
        "actions": [{"action_id": action_id, "block_id": "b", "type": "button", **chosen}],
    }
    return door.interaction(payload)


async def test_it_shows_the_fleet_what_runs_out_and_what_is_open(door: Door) -> None:
    said = await home(door)
    for words in (
        "3 alerts firing",
        "Open alerts",
        "Who runs out first",
        "cape-town",
        "george",
        "Data until",
        "The bot",
    ):
        assert words in said, words
    assert len(door.slack.homes["U0PERSON"]["blocks"]) <= 100


async def test_the_other_tab_is_left_alone(door: Door) -> None:
    assert await home(door, tab="messages") == ""


async def test_a_fleet_of_many_stays_within_slacks_limits(door: Door) -> None:
    async with door.world.history.writing() as tx:
        (first,) = await tx.outbox.alerts([1])
        await tx.alerts.save([replace(first, id=0, key=replace(first.key, rule=f"lte-{n}")) for n in range(100)])
    said = await home(door)
    assert "And 93 more: /usage alerts." in said


# --- who sees what ----------------------------------------------------------------------------------------


async def test_a_person_sees_the_workspaces_of_his_channels_and_no_other(bound: Door) -> None:
    sees = {
        "U0NONE": ((), set()),
        "U0ACME": (("acme-network",), {"acme"}),
        "U0GLOBEX": (("globex-network",), {"globex"}),
        "U0BOTH": (("acme-network", "globex-network"), {"acme", "globex"}),
        "U0NOC": (("noc",), {"acme", "globex"}),
    }
    for person, (channels, _) in sees.items():
        for channel in channels:
            bound.slack.join(channel, person)
    for person, (_, workspaces) in sees.items():
        said = await home(bound, person)
        assert ("cape-town" in said, "george" in said) == ("acme" in workspaces, "globex" in workspaces), person
        assert said.startswith("There is nothing to see here yet.") == (not workspaces)


async def test_membership_is_remembered_for_five_minutes(bound: Door) -> None:
    bound.slack.join("acme-network", "U0PERSON")
    for _ in range(2):
        await home(bound)
    assert len(bound.slack.called("conversations.members")) == 3
    bound.slack.leave("acme-network", "U0PERSON")
    bound.world.now += REMEMBER
    assert "cape-town" not in await home(bound)


async def test_a_channel_that_is_not_there_is_not_looked_for_at_every_opening(bound: Door) -> None:
    """It takes every page of every channel to know, and Slack allows few of those a minute."""
    bound.world.configure(configuration(monthly(), channels={"acme": ("#gone",), "globex": ("#globex-network",)}))
    bound.slack.join("globex-network", "U0PERSON")
    for _ in range(2):
        said = await home(bound)
        assert ("cape-town" in said, "george" in said) == (False, True)
    asked = len(bound.slack.called("conversations.list"))
    await home(bound)
    assert len(bound.slack.called("conversations.list")) == asked
    bound.slack.add_channel("gone", is_private=True)
    bound.slack.join("gone", "U0PERSON")
    bound.world.now += REMEMBER
    assert "cape-town" in await home(bound)


async def test_members_are_read_to_their_last_page(world: World) -> None:
    async with FakeSlack(page=2) as slack:
        for name in ("acme-network", "noc"):
            slack.add_channel(name)
        slack.join("acme-network", "U1", "U2", "U3", "U4", "U0PERSON")
        world.configure(configuration(monthly(), channels={"acme": ("#acme-network",)}))
        async with opened_door(world, slack) as door:
            assert "acme" in await home(door)


@pytest.mark.parametrize(("method", "calls"), [("conversations.members", 3), ("conversations.list", 2)])
async def test_what_slack_does_not_say_shows_nothing_and_is_asked_again(bound: Door, method: str, calls: int) -> None:
    bound.slack.join("acme-network", "U0PERSON")
    bound.slack.fail(method, *[rate_limited(30)] * calls)
    with capture_logs() as logs:
        assert "cape-town" not in await home(bound)
    assert "slack_members_unknown" in {line["event"] for line in logs}
    assert "cape-town" in await home(bound)


async def test_a_channel_that_took_over_a_name_shows_nothing_of_before(bound: Door) -> None:
    """Whoever renames a channel takes it out of the rules; who is in it sees no more."""
    bound.slack.join("acme-network", "U0PERSON")
    assert "cape-town" in await home(bound)
    bound.slack.channel("acme-network").name = "lunch"
    bound.world.now += 3 * REMEMBER
    assert "cape-town" not in await home(bound)


# --- buttons ----------------------------------------------------------------------------------------------


async def test_a_button_on_it_acts_and_the_tab_shows_what_came_of_it(door: Door) -> None:
    await press(door, Press.ACKNOWLEDGE, "A1")
    said = shown(door)
    assert said.startswith("Acknowledged: A1, cape-town")
    assert "acknowledged by thandi" in said
    assert door.world.acts == 1


async def test_a_button_on_it_reaches_what_its_reader_may_see(bound: Door) -> None:
    bound.slack.join("acme-network", "U0PERSON")
    for press_, value in ((Press.ACKNOWLEDGE, "A3"), (Press.SILENCE, "A3:1h")):
        await press(bound, press_, value)
        assert "There is no alert A3 here." in shown(bound)
        assert "george" not in shown(bound)
    assert bound.world.acts == 0


async def test_what_is_asked_there_is_answered_in_a_window(door: Door) -> None:
    await press(door, Press.MORE, "A1:raise")
    (view,) = door.slack.views.values()
    assert seen(view).startswith("How to raise the limit of lte")
    assert shown(door) == ""


async def test_other_terms_are_asked_for_there_too(bound: Door) -> None:
    bound.slack.join("acme-network", "U0PERSON")
    await press(bound, Press.SILENCE, "A1:other")
    (view,) = bound.slack.views.values()
    assert view["submit"]["text"] == "Silence"
    await press(bound, Press.SILENCE, "A3:other")
    assert seen(list(bound.slack.views.values())[-1]).startswith("What this is about is not known any more.")


async def test_a_tab_that_slack_does_not_take_is_logged(door: Door) -> None:
    door.slack.fail("views.publish", refuses("not_enabled"))
    with capture_logs() as logs:
        assert await home(door) == ""
    assert [line["why"] for line in logs if line["event"] == "slack_view_refused"] == ["not_enabled"]
