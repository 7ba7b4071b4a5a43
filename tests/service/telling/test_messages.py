"""Which alerts share a message, and how long it waits."""

from __future__ import annotations

import pytest

from bot.alerts.model import Reason
from bot.notify.plain import plain_text
from tests.service.telling.stage import Stage


async def test_sites_of_one_rule_share_a_message_for_an_hour(stage: Stage) -> None:
    await stage.fire(1)
    await stage.go("10:59")
    await stage.fire(2)
    await stage.go("12:00")
    await stage.fire(3)
    assert [one.group for one in stage.seen] == [1, 1, 2]


@pytest.mark.parametrize(
    ("group_by", "groups"),
    [
        ("[rule]", [1, 1, 2]),
        ("[]", [1, 1, 1]),
        ("[site]", [1, 2, 1]),
        ("[rule, site]", [1, 2, 3]),
        ("[kind]", [1, 1, 1]),
    ],
)
async def test_a_route_says_what_alerts_of_a_message_have_in_common(
    stage: Stage, group_by: str, groups: list[int]
) -> None:
    stage.configure(f"routes: [{{notify: [noc], group_by: {group_by}, group_interval: 0s}}]")
    for site, rule in ((1, "lte"), (2, "lte"), (1, "mpls")):
        await stage.fire(site, rule=rule)
    assert [one.group for one in stage.seen] == groups


async def test_a_message_about_several_rules_names_them_all(stage: Stage) -> None:
    stage.configure("routes: [{notify: [noc], group_by: [], group_wait: 1m}]")
    await stage.fire(1)
    await stage.fire(2, rule="mpls")
    await stage.go("10:05")
    text = plain_text(stage.seen[-1])
    assert all(word in text for word in ("lte", "mpls", "site-1", "site-2"))


async def test_a_new_message_waits_for_more(stage: Stage) -> None:
    stage.configure("routes: [{notify: [noc], group_wait: 3m}]")
    await stage.fire(1)
    await stage.go("10:02")
    await stage.fire(2)
    await stage.go("11:00")
    assert stage.said == ["10:03 noc: fired 1, fired 2"]
    assert (await stage.alert(1)).told_at == (await stage.alert(2)).told_at


async def test_further_news_of_a_message_keep_their_distance(stage: Stage) -> None:
    stage.configure("routes: [{notify: [noc], group_interval: 15m}]")
    await stage.fire(1)
    await stage.go("10:05")
    await stage.fire(2)
    await stage.go("10:10")
    await stage.fire(3)
    await stage.go("11:00")
    assert stage.said == ["10:00 noc: fired 1", "10:15 noc: fired 2, fired 3"]


async def test_an_end_that_nobody_wants_to_hear_edits_the_message(stage: Stage) -> None:
    stage.configure("routes: [{notify: [noc], send_resolved: false}]")
    await stage.fire(1)
    await stage.go("10:30")
    await stage.resolve(1)
    await stage.go("11:00")
    assert (stage.said, stage.edited) == (["10:00 noc: fired 1"], ["10:30 noc: resolved 1"])


async def test_a_correction_is_told_although_ends_are_not(stage: Stage) -> None:
    stage.configure("routes: [{notify: [noc], send_resolved: false}]")
    await stage.fire(1)
    await stage.go("10:30")
    await stage.correct(1)
    assert stage.said == ["10:00 noc: fired 1", "10:30 noc: corrected 1"]


async def test_a_rule_that_notifies_nobody_is_recorded_all_the_same(stage: Stage) -> None:
    stage.configure("routes: [{notify: []}]")
    await stage.fire(1)
    await stage.go("10:30")
    assert (stage.said, await stage.transitions(1)) == ([], ["10:00 fired"])


async def test_an_edit_of_the_routes_neither_tells_again_nor_says_that_it_is_over(stage: Stage) -> None:
    await stage.fire(1)
    await stage.go("10:30")
    stage.configure("routes: [{match: {rule: lte}, notify: [oncall], group_by: []}, {notify: [noc]}]")
    await stage.go("12:00")
    assert stage.said == ["10:00 noc: fired 1"]
    await stage.resolve(1)
    assert (stage.said, stage.edited) == (["10:00 noc: fired 1"], ["12:00 noc: resolved 1"])


async def test_an_edit_goes_out_at_once_and_does_not_hold_up_news(stage: Stage) -> None:
    await stage.fire(1)
    await stage.go("10:20")
    await stage.acknowledge(1)
    await stage.go("10:21")
    await stage.worsen(1)
    assert stage.said == ["10:00 noc: fired 1", "10:21 noc: worsened 1"]
    assert stage.edited == ["10:20 noc: "]


async def test_news_do_not_wait_for_an_edit_that_waits(stage: Stage) -> None:
    await stage.fire(1, 2, 3)
    await stage.go("10:20")
    await stage.resolve(2, reason=Reason.PERIOD_ENDED)
    await stage.go("10:21")
    await stage.resolve(3, reason=Reason.PERIOD_ENDED)
    await stage.go("10:22")
    await stage.worsen(1)
    assert stage.edited == ["10:20 noc: resolved 2"]
    assert stage.said == ["10:00 noc: fired 1, fired 2, fired 3", "10:22 noc: resolved 3, worsened 1"]


async def test_what_people_do_is_shown_at_once(stage: Stage) -> None:
    await stage.fire(1, 2)
    await stage.go("10:01")
    await stage.acknowledge(1)
    await stage.go("10:02")
    await stage.resolve(1, reason=Reason.PERIOD_ENDED)
    await stage.acknowledge(2)
    await stage.go("10:10")
    assert stage.edited == ["10:01 noc: ", "10:02 noc: resolved 1"]


async def test_news_keep_the_interval_of_their_route_though_an_edit_goes_sooner(stage: Stage) -> None:
    stage.configure("routes: [{notify: [noc], group_interval: 1h}]")
    await stage.fire(1, 2)
    await stage.go("10:01")
    await stage.resolve(2, reason=Reason.PERIOD_ENDED)
    await stage.go("10:02")
    await stage.worsen(1)
    await stage.go("12:00")
    assert stage.said == ["10:00 noc: fired 1, fired 2", "11:00 noc: resolved 2, worsened 1"]
