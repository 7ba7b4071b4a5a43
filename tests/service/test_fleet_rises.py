"""Sites that rise together are one alert; what a site does beyond that is told besides."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from bot.alerts.fleet import Rise, is_fleets
from bot.alerts.model import Change, Reason, Transition
from bot.domain.times import HOUR, Slot
from bot.domain.usage import Bucket
from bot.service.replay.model import Doings, Late, Replayed, Told
from bot.service.spikes import fleet_moves
from tests.service.fleet_life import (
    START,
    STEP,
    WARM,
    Amounts,
    WarmLived,
    at,
    configuration,
    fleet_of,
    lates,
    past_of,
    replayed,
    times,
    usual,
)


def of_fleets(found: Replayed) -> list[Transition]:
    return [move for move in found.transitions if is_fleets(move.alert.key)]


def told(found: Replayed) -> list[Told]:
    return [one for one in found.messages if one.at > START + WARM]


def firsts(messages: Sequence[Told]) -> list[str]:
    return [one.text.partition("\n")[0] for one in messages]


async def judged(amounts: Amounts, sites: int) -> Replayed:
    return await replayed(amounts, fleet_of(configuration(), sites))


async def test_a_fleet_that_rises_for_six_hours_is_one_message_and_its_end_another() -> None:
    amounts = usual(12, 20)
    times(amounts, 1.6, 10, 6)
    found = await judged(amounts, 12)
    fired, resolved = of_fleets(found)
    assert (fired.change, resolved.change) == (Change.FIRED, Change.RESOLVED)
    assert at(10) < fired.known_at <= at(10.5)
    rise = Rise.of(resolved.alert)
    assert (rise.since, rise.known, rise.moved) == (at(10), 12, 12)
    assert 50 <= rise.percent <= 70
    assert len(rise.largest) == 12
    assert rise.beyond == ()
    single = [move for move in found.transitions if move.alert.key.site is not None and move.known_at > at(0)]
    assert {move.alert.key.site for move in single if move.change is Change.FIRED}  # they are recorded all the same
    began, ended = firsts(told(found))
    assert re.fullmatch(r"Fleet: 12 of 12 sites, \+\d\d % outbound since 10:00 UTC", began)
    assert ended == "Resolved: The fleet of unusual (12 sites) is back at its usual level (outbound)"


async def test_a_site_that_does_ten_times_as_much_in_the_midst_of_it_is_told_and_so_is_its_end() -> None:
    amounts = usual(12, 20)
    times(amounts, 1.6, 10, 6)
    times(amounts, 10, 12, 2, [3])
    found = await judged(amounts, 12)
    inside = [one for one in told(found) if at(10.5) < one.at < at(16.25)]
    assert at(12) < inside[0].at <= at(12.5)
    assert {move.alert.key.site for one in inside for move in one.transitions} == {4}
    assert Rise.of(of_fleets(found)[-1].alert).beyond == (4,)


async def test_seven_sites_are_no_fleet_and_each_is_told() -> None:
    amounts = usual(7, 20)
    times(amounts, 1.6, 10, 6)
    found = await judged(amounts, 7)
    assert of_fleets(found) == []
    assert {move.alert.key.site for one in told(found) for move in one.transitions} == set(range(1, 8))


async def test_workspaces_rise_apart() -> None:
    amounts = usual(18, 20)
    times(amounts, 1.6, 10, 6, range(9))
    more = "workspaces: [{name: one, token_env: A}, {name: other, token_env: B}]"
    fleet = fleet_of(configuration(more=more), 18, lambda n: "one" if n <= 9 else "other")
    found = await replayed(amounts, fleet)
    assert {move.alert.key.workspace for move in of_fleets(found)} == {"one"}
    assert Rise.of(of_fleets(found)[0].alert).sites == 9


async def test_sites_whose_data_are_missing_have_not_stood_still() -> None:
    """7 of 12 rise, and of 5 nothing is known: that is not enough; of 8 and 4 it is."""
    for unknown, fires in ((5, False), (4, True)):
        amounts = usual(12, 14)
        times(amounts, 1.6, 10, 3)
        past = past_of(amounts)
        past.block.known[:unknown, int((WARM + 9 * HOUR) // STEP) :] = False
        found = await replayed(amounts, fleet_of(configuration(), 12), past=past)
        assert bool(of_fleets(found)) is fires


async def test_half_of_a_fleet_is_not_the_fleet() -> None:
    amounts = usual(20, 14)
    times(amounts, 1.6, 10, 3, range(10))
    assert of_fleets(await judged(amounts, 20)) == []


@pytest.mark.parametrize("sites", [8, 35])
async def test_ordinary_days_have_no_rise(sites: int) -> None:
    assert of_fleets(await judged(usual(sites, 72, seed=5, noise=0.25), sites)) == []


async def test_who_was_told_before_hears_nothing_of_the_ends_that_follow() -> None:
    """Three sites rise half an hour before the others, and all fall back together."""
    amounts = usual(12, 20)
    times(amounts, 1.6, 10, 1, range(3, 12))
    times(amounts, 1.6, 9.5, 1.5, range(3))
    found = await judged(amounts, 12)
    ends = [move.reason for move in found.transitions if move.alert.key.site in {1, 2, 3} and not move.alert.is_open]
    assert Reason.BACK_TO_NORMAL in ends
    before = [one for one in told(found) if one.at <= at(10)]
    assert {move.alert.key.site for one in before for move in one.transitions} == {1, 2, 3}
    after = [one for one in told(found) if one.at > at(10)]
    assert [{move.alert.key.site for move in one.transitions} for one in after] == [{None}, {None}]


async def test_a_rise_that_a_revision_takes_back_is_withdrawn() -> None:
    amounts = usual(9, 14)
    calm = amounts.copy()
    times(amounts, 1.6, 10, 1.5)
    columns = range(int((WARM + 10 * HOUR) // STEP), int((WARM + 11.5 * HOUR) // STEP))
    revised = [
        Late(row + 1, Bucket(Slot(START + n * STEP), 0, int(calm[row, n])), at(12)) for row in range(9) for n in columns
    ]
    found = await replayed(amounts, fleet_of(configuration(), 9), Doings(late=revised))
    assert [move.change for move in of_fleets(found)] == [Change.FIRED, Change.CORRECTED]
    assert any(one.text.startswith("Withdrawn: The fleet of unusual") for one in told(found))


async def test_operation_says_the_same_as_a_replay_also_of_what_comes_late_and_of_what_it_forgot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fleet_moves, "KEPT", 6 * STEP)
    amounts = usual(9, 14.5)
    times(amounts, 1.6, 10, 1.75)
    times(amounts, 10, 10.75, 0.75, [3])
    past, fleet = past_of(amounts), fleet_of(configuration(), 9)
    late = tuple(lates(past, 1, range(int((WARM + 10.5 * HOUR) // STEP), int((WARM + 11 * HOUR) // STEP)), at(13)))
    found = await replayed(amounts, fleet, Doings(late=late), past)
    lived = await WarmLived(fleet, past, late, warm=at(9.5)).run()
    since = at(9.5)
    assert [move for move in found.transitions if move.known_at > since] == [
        move for move in lived.transitions if move.known_at > since
    ]
    assert {move.alert.key.site for move in lived.transitions} >= {None, 4}
    assert [(one.at, one.receiver) for one in told(found)] == [one[:2] for one in lived.messages if one[0] > since]


async def test_a_fleet_is_told_to_those_who_hear_of_the_rule_and_sites_are_not_kept_from_others() -> None:
    """Whoever hears of single sites alone hears of each: a route that names sites does not lead to the fleet."""
    amounts = usual(9, 14)
    times(amounts, 1.6, 10, 3)
    more = "routes: [{match: {site: [s1, s2]}, notify: [shops]}, {notify: [noc]}]"
    found = await replayed(amounts, fleet_of(configuration(more=more), 9))
    heard = {one.receiver: {move.alert.key.site for move in one.transitions} for one in told(found)}
    assert heard["noc"] == {None}
    assert {move.alert.key.site for one in told(found) if one.receiver == "shops" for move in one.transitions} == {1, 2}
