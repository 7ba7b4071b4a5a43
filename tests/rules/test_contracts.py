"""What a quota rule means for a site: plans, overrides, top-ups, openings, billing factors, pools."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.periods import Per, Starts
from bot.domain.sites import Site
from bot.domain.times import HOUR, Slot, Window, iso, to_slot
from bot.rules.contracts import Contract, Grant, Holder, Part, contract, holders
from bot.rules.kinds import Opening, Override, Planned, Quota, TopUp
from bot.rules.telling import Severity

STEP = 300
GB = 10**9
JOHANNESBURG, UTC_ZONE = ZoneInfo("Africa/Johannesburg"), ZoneInfo("UTC")
TOWN = Site(1, "acme", "11111111-1111-4111-8111-111111111111", "cape-town", JOHANNESBURG, quota=300 * GB)
DURBAN = replace(TOWN, key=2, id="22222222-2222-4222-8222-222222222222", name="durban", billing_factor=Fraction("1.04"))


def quota(limit: int | None = 500 * GB, per: Per = Per.MONTH, **more: Any) -> Quota:
    return Quota(limit, per, more.pop("starts", Starts()), (Fraction(80),), (Severity.WARNING,), **more)


def of(rule: Quota, site: Site = TOWN) -> Contract:
    return contract(rule, Holder.of(site))


def month(one: Contract, *day: int) -> Window:
    return one.calendar.period(local(*day))


def local(*parts: int, zone: ZoneInfo = JOHANNESBURG) -> Slot:
    year, month_, day, hour = (*parts, 0)[:4]
    return to_slot(datetime(year, month_, day, hour, tzinfo=zone))


def base(rule: Quota, *day: int, site: Site = TOWN) -> int | None:
    one = of(rule, site)
    return one.base(month(one, *day))


def test_the_grant_is_the_rules_the_sites_own_or_the_overrides() -> None:
    different = quota(overrides=(Override("durban", 1000 * GB, Starts(day=7)),))
    assert base(quota(), 2026, 6, 10) == 500 * GB
    assert base(quota(None), 2026, 6, 10) == 300 * GB
    assert base(different, 2026, 6, 10) == 500 * GB
    assert base(different, 2026, 6, 10, site=DURBAN) == 1000 * GB
    assert iso(month(of(different, DURBAN), 2026, 6, 10).start) == "2026-06-06T22:00:00Z"
    assert base(quota(None), 2026, 6, 10, site=replace(TOWN, quota=None)) is None


@pytest.mark.parametrize("written", ["durban", "acme/durban", DURBAN.id])
def test_a_site_is_written_as_its_name_with_its_workspace_or_by_its_id(written: str) -> None:
    assert base(quota(overrides=(Override(written, GB),)), 2026, 6, 10, site=DURBAN) == GB


PLAN = (Planned(date(2026, 1, 1), 300 * GB), Planned(date(2026, 7, 1), 500 * GB))


def test_a_plan_holds_for_periods_that_begin_on_its_day_or_later() -> None:
    assert base(quota(None, plan=PLAN), 2026, 6, 30) == 300 * GB
    assert base(quota(None, plan=PLAN), 2026, 7, 1) == 500 * GB
    assert base(quota(None, plan=PLAN), 2025, 12, 31) is None
    fifteenth = quota(None, plan=PLAN, starts=Starts(day=15))
    assert base(fifteenth, 2026, 7, 14) == 300 * GB
    assert base(fifteenth, 2026, 7, 15) == 500 * GB


def test_a_plan_goes_by_the_true_beginning_of_a_period_that_begins_inside_a_bucket() -> None:
    one = of(quota(None, plan=PLAN))
    true = month(one, 2026, 7, 1)
    assert one.base(Window(Slot(true.start - HOUR), Slot(true.end - HOUR))) == 500 * GB


def test_an_override_goes_before_a_plan() -> None:
    assert base(quota(None, plan=PLAN, overrides=(Override("cape-town", GB),)), 2026, 8, 1) == GB


def test_a_top_up_counts_from_its_local_midnight_on_in_its_period_alone() -> None:
    one = of(quota(top_ups=(TopUp(date(2026, 6, 12), 50 * GB, "cape-town"), TopUp(date(2026, 7, 1), GB))))
    june, july = month(one, 2026, 6, 12), month(one, 2026, 7, 12)
    midnight = local(2026, 6, 12)
    grant = one.grant(june)
    assert grant == Grant(500 * GB, ((midnight, 50 * GB),))
    assert (grant.at(midnight - STEP), grant.at(midnight)) == (500 * GB, 550 * GB)
    assert grant.until(midnight, STEP) == 500 * GB
    assert list(grant.pieces(june, STEP)) == [
        (Window(june.start, midnight), 500 * GB),
        (Window(midnight, june.end), 550 * GB),
    ]
    assert one.grant(july) == Grant(500 * GB, ((july.start, GB),))
    assert list(one.grant(july).pieces(july, STEP)) == [(july, 501 * GB)]  # type: ignore[union-attr]


def test_a_top_up_of_another_site_is_not_this_ones() -> None:
    one = of(quota(top_ups=(TopUp(date(2026, 6, 12), 50 * GB, "durban"),)))
    assert one.grant(month(one, 2026, 6, 12)) == Grant(500 * GB)


def test_what_is_left_of_a_period_and_its_top_ups_is_carried_over_up_to_the_most() -> None:
    one = of(quota(rollover=100 * GB, top_ups=(TopUp(date(2026, 5, 2), 50 * GB),)))
    june = month(one, 2026, 6, 1)
    may = one.before(june, STEP)
    assert may == month(one, 2026, 5, 31)
    left = one.grant(may)
    assert [one.carried_over(left, used * GB) for used in (0, 449, 451, 550, 600)] == [
        n * GB for n in (100, 100, 99, 0, 0)
    ]
    assert one.carried_over(None, 0) == 0
    assert one.grant(june, 99 * GB) == Grant(500 * GB, carried=99 * GB)
    assert one.grant(june, 99 * GB).own == 500 * GB  # type: ignore[union-attr]


OPENING = quota(opening=(Opening(datetime(2026, 6, 12, 9, 2), 312 * GB, "cape-town"),))  # noqa: DTZ001 - local


def test_an_opening_is_where_counting_begins_once_a_bucket_after_it_is_there() -> None:
    one = of(OPENING)
    june, nine = month(one, 2026, 6, 12), local(2026, 6, 12, 9)
    assert one.turns(june, STEP) == [nine]
    assert one.parts(june, nine, STEP) == (Part((1,), june.start, 0, Fraction(1)),)
    assert one.parts(june, nine + STEP, STEP) == (Part((1,), nine, 312 * GB, Fraction(1)),)
    assert of(OPENING, DURBAN).turns(june, STEP) == []
    assert one.turns(month(one, 2026, 7, 1), STEP) == []


def test_the_latest_of_several_openings_counts() -> None:
    later = Opening(datetime(2026, 6, 20, 9), 400 * GB)  # noqa: DTZ001 - local
    one = of(replace(OPENING, opening=(later, *OPENING.opening)))
    assert one.parts(month(one, 2026, 6, 1), local(2026, 6, 21), STEP)[0].opening == 400 * GB


@given(
    st.integers(0, 10**15),
    st.integers(0, 10**15),
    st.fractions(Fraction(1, 10), Fraction(10), max_denominator=10**4),
    st.integers(0, 10**16),
)
def test_the_fewest_counted_bytes_that_are_billed_so_high(
    opening: int, counted: int, factor: Fraction, used: int
) -> None:
    part = Part((1,), Slot(0), opening, factor)
    assert part.billed(counted) == opening + int(counted * factor)
    fewest = part.counted_for(used)
    assert part.billed(fewest) >= used
    assert fewest == 0 or part.billed(fewest - 1) < used


# --- pools ---------------------------------------------------------------------------------------------


def pool(rule: Quota, *sites: Site) -> Contract:
    (holder,) = holders(replace(rule, pool=True), sites or (TOWN, DURBAN), UTC_ZONE)
    return contract(replace(rule, pool=True), holder)


def test_a_pool_is_one_holder_in_each_workspace_in_the_zone_of_the_defaults() -> None:
    other = replace(TOWN, key=3, workspace="beta")
    found = holders(quota(pool=True), [TOWN, other, DURBAN], UTC_ZONE)
    assert [(one.workspace, [site.key for site in one.sites], one.key) for one in found] == [
        ("acme", [1, 2], None),
        ("beta", [3], None),
    ]
    one = pool(quota(None), TOWN, DURBAN)
    assert one.calendar.zone is UTC_ZONE
    assert one.base(month(one, 2026, 6, 10)) is None
    assert [one.key for one in holders(quota(), [TOWN, DURBAN], UTC_ZONE)] == [1, 2]


def test_a_pools_sites_are_counted_by_their_billing_factors() -> None:
    one = pool(quota())
    june = month(one, 2026, 6, 10)
    assert one.parts(june, june.end, STEP) == (
        Part((1,), june.start, 0, Fraction(1)),
        Part((2,), june.start, 0, Fraction("1.04")),
    )


def test_an_opening_of_one_site_of_a_pool_is_that_sites_and_one_of_none_the_pools() -> None:
    one = pool(OPENING)
    june = month(one, 2026, 6, 10)
    assert [(part.sites, part.opening) for part in one.parts(june, june.end, STEP)] == [((2,), 0), ((1,), 312 * GB)]
    own = Opening(datetime(2026, 6, 14, 9), GB)  # noqa: DTZ001 - local
    one = pool(replace(OPENING, opening=(own, *OPENING.opening)))
    assert [(part.sites, part.opening) for part in one.parts(june, june.end, STEP)] == [((1,), GB), ((2,), 0)]
    assert {part.since for part in one.parts(june, june.end, STEP)} == {local(2026, 6, 14, 9, zone=UTC_ZONE)}


def test_a_top_up_of_one_site_is_the_pools() -> None:
    one = pool(quota(top_ups=(TopUp(date(2026, 6, 12), GB, "durban"), TopUp(date(2026, 6, 13), GB, "nowhere"))))
    grant = one.grant(month(one, 2026, 6, 10))
    assert grant is not None
    assert grant.own == 501 * GB


def test_a_local_time_that_is_skipped_is_moved_and_of_two_the_first_is_taken() -> None:
    berlin = replace(TOWN, timezone=ZoneInfo("Europe/Berlin"))
    rule = quota(
        opening=(
            Opening(datetime.combine(date(2026, 3, 29), time(2, 30)), 1),
            Opening(datetime.combine(date(2026, 10, 25), time(2, 30)), 2),
        )
    )
    assert [at for at, _, _ in of(rule, berlin).openings] == [
        to_slot(datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        to_slot(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ]
