"""Which workspaces a channel may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.rules.model import Configuration
from bot.service.fleet import Fleet, Scope
from bot.slack.scopes import Channel, ChannelNames, scope_of
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import rate_limited
from tests.slack.world import ACME, ALL, NOW, configuration, sites

NOBODY: Scope = frozenset()


def scope(channel: Channel, config: Configuration) -> Scope:
    return scope_of(channel, Fleet(sites(), config))


BOUND = configuration(channels={"acme": ("#acme-network", "C0ACME")})


@pytest.mark.parametrize("channel", [Channel("C0ANY"), Channel("D0ANY"), Channel("C0ANY", "random")])
def test_without_bound_channels_everybody_sees_everything(channel: Channel) -> None:
    assert scope(channel, configuration()) == ALL


@pytest.mark.parametrize("channel", [Channel("C0ACME"), Channel("C1", "acme-network")])
def test_a_bound_channel_sees_its_workspace_alone(channel: Channel) -> None:
    assert scope(channel, BOUND) == ACME


def test_operators_see_all() -> None:
    assert scope(Channel("C1", "noc"), BOUND) == ALL


def test_default_receivers_are_the_operators_where_none_are_named() -> None:
    config = replace(BOUND, operators=(), default_receivers=("noc",))
    assert scope(Channel("C1", "noc"), config) == ALL


def test_a_binding_counts_for_more_than_being_the_operators_channel() -> None:
    config = configuration(channels={"acme": ("#noc",)})
    assert scope(Channel("C1", "noc"), config) == ACME


@pytest.mark.parametrize("channel", [Channel("C1", "random"), Channel("C1"), Channel("D1"), Channel("")])
def test_once_customers_are_kept_apart_any_other_channel_sees_nothing(channel: Channel) -> None:
    assert scope(channel, BOUND) == NOBODY


def test_a_channel_that_two_workspaces_list_sees_both() -> None:
    config = configuration(channels={"acme": ("C1",), "globex": ("C1",)})
    assert scope(Channel("C1"), config) == ALL


class Names:
    """Names as asked of a fake Slack, with a clock moved by hand."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self.now = NOW
        self.names = ChannelNames(slack.client(), lambda: self.now)

    async def of(self, id_: str, said: str, config: Configuration = BOUND) -> str:
        return (await self.names.channel(id_, said, config)).name


async def test_a_public_channels_name_is_taken_as_slack_says_it(slack: FakeSlack) -> None:
    assert await Names(slack).of("C1", "acme-network") == "acme-network"
    assert slack.calls == []


async def test_a_private_channels_name_is_asked_for_once_in_ten_minutes(slack: FakeSlack) -> None:
    names, channel = Names(slack), slack.add_channel("acme-network", is_private=True)
    for _ in range(2):
        assert await names.of(channel.id, "privategroup") == "acme-network"
    assert len(slack.called("conversations.info")) == 1
    names.now += timedelta(minutes=11)
    await names.of(channel.id, "privategroup")
    assert len(slack.called("conversations.info")) == 2


async def test_a_name_that_cannot_be_found_out_is_no_name_and_is_asked_again(slack: FakeSlack) -> None:
    names, channel = Names(slack), slack.add_channel("acme-network", is_private=True)
    slack.fail("conversations.info", rate_limited(30))
    assert await names.of(channel.id, "privategroup") == ""
    assert await names.of(channel.id, "privategroup") == "acme-network"


async def test_nothing_is_asked_where_names_decide_nothing_or_in_direct_messages(slack: FakeSlack) -> None:
    names = Names(slack)
    ids_only = replace(configuration(channels={"acme": ("C0ACME",)}), operators=())
    assert await names.of("G1", "privategroup", ids_only) == ""
    assert await names.of("G1", "privategroup", configuration()) == ""
    assert await names.of("D1", "directmessage") == ""
    assert slack.calls == []
