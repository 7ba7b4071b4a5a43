from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.fleet import Fleet
from bot.demo.large import fleet
from bot.demo.retail import retail_chain
from bot.demo.traffic import Traffic
from bot.domain.block import Block
from bot.domain.times import DAY, HOUR, Slot, Window, to_slot

START = to_slot(datetime(2026, 5, 1, tzinfo=UTC))
SPAN = Window(START, Slot(START + 45 * DAY))


def window(start: int, buckets: int) -> Window:
    return Window(Slot(START + start * 300), Slot(START + (start + buckets) * 300))


def same(one: Block, other: Block) -> bool:
    return all(
        np.array_equal(a, b)
        for a, b in ((one.in_bytes, other.in_bytes), (one.out_bytes, other.out_bytes), (one.known, other.known))
    )


def hourly(chain: Fleet, name: str, day: int) -> list[float]:
    """Mean inbound bytes of a site's buckets for each hour of its own day (for zones without clock changes)."""
    local = datetime(2026, 5, 1, tzinfo=chain.site(name).timezone)
    start = to_slot(local) + day * DAY
    block = Traffic(chain).block([chain.index(name)], Window(Slot(start), Slot(start + DAY)))
    return [float(mean) for mean in block.in_bytes[0].reshape(24, 12).mean(axis=1)]


def test_the_same_seed_and_origin_give_the_same_bytes() -> None:
    one, other = (Traffic(retail_chain(date(2026, 5, 1), seed=5)) for _ in range(2))
    assert same(one.block(range(12), SPAN), other.block(range(12), SPAN))


def test_another_seed_gives_other_bytes() -> None:
    one, other = (Traffic(retail_chain(date(2026, 5, 1), seed=seed)) for seed in (5, 6))
    assert not same(one.block([2], SPAN), other.block([2], SPAN))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 12_000), st.integers(1, 900)), min_size=1, max_size=6))
def test_a_bucket_is_the_same_whatever_was_asked_before_and_around_it(asked: list[tuple[int, int, int]]) -> None:
    chain = retail_chain(date(2026, 5, 1))
    whole = Traffic(chain).block(range(12), SPAN)
    traffic = Traffic(chain, cached_days=3)
    for site, start, length in asked:
        part = traffic.block([site], window(start, length))
        assert np.array_equal(part.in_bytes[0], whole.in_bytes[site, start : start + length][: part.length])
        assert np.array_equal(part.out_bytes[0], whole.out_bytes[site, start : start + length])
        assert np.array_equal(part.known[0], whole.known[site, start : start + length])


def test_a_small_cache_changes_nothing_but_the_work(chain: Fleet) -> None:
    small, large = Traffic(chain, cached_days=1), Traffic(chain)
    assert same(small.block(range(12), SPAN), large.block(range(12), SPAN))
    assert same(small.block([3, 1], window(500, 700)), large.block([3, 1], window(500, 700)))


def test_the_sum_is_the_sum_of_the_sites_and_known_where_one_is(chain: Fleet) -> None:
    traffic, sites = Traffic(chain), [chain.index("Polokwane"), chain.index("Sandton")]
    apart, summed = traffic.block(sites, SPAN), traffic.summed(sites, SPAN)
    assert np.array_equal(summed.in_bytes[0], apart.in_bytes.sum(axis=0))
    assert np.array_equal(summed.out_bytes[0], apart.out_bytes.sum(axis=0))
    assert summed.known.all()
    assert not apart.known.all()


def test_a_window_off_the_five_minutes_is_refused(chain: Fleet) -> None:
    with pytest.raises(ValueError, match="not aligned to five minutes"):
        Traffic(chain).block([0], Window(START, Slot(START + 301)))


def test_an_unknown_bucket_holds_no_bytes(chain: Fleet) -> None:
    block = Traffic(chain).block([chain.index("Pretoria East")], SPAN)
    assert (~block.known).sum() == 60
    assert not block.in_bytes[~block.known].any()
    assert (block.in_bytes[block.known] > 0).all()


def test_a_store_is_busy_by_day_and_idle_by_night(chain: Fleet) -> None:
    hours = hourly(chain, "Sandton", 6)  # a Thursday
    assert min(hours[10:17]) > 8 * max(hours[0:6])


def test_a_store_receives_far_more_than_it_sends(chain: Fleet) -> None:
    block = Traffic(chain).block([chain.index("Sandton")], SPAN)
    assert block.in_bytes.sum() > 4 * block.out_bytes.sum()


def test_a_backup_leaves_at_the_same_local_time_every_night(chain: Fleet) -> None:
    start = to_slot(datetime(2026, 5, 4, 1, 30, tzinfo=chain.site("Sandton").timezone))
    for night in range(7):
        run = Window(Slot(start + night * DAY), Slot(start + night * DAY + 1800))
        before = Window(Slot(run.start - 1800), run.start)
        backup, quiet = (Traffic(chain).block([chain.index("Sandton")], each) for each in (run, before))
        assert backup.out_bytes.sum() > 20 * quiet.out_bytes.sum()
        assert backup.out_bytes.sum() > 3 * backup.in_bytes.sum()


def test_offices_rest_at_the_weekend_and_stores_on_sunday_afternoon(chain: Fleet) -> None:
    thursday, saturday, sunday = 6, 8, 9
    assert sum(hourly(chain, "Head Office", saturday)) < 0.4 * sum(hourly(chain, "Head Office", thursday))
    assert sum(hourly(chain, "Durban North", saturday)) > 0.8 * sum(hourly(chain, "Durban North", thursday))
    assert max(hourly(chain, "Durban North", sunday)[16:20]) < 0.2 * max(hourly(chain, "Durban North", saturday)[14:18])


def test_payday_lifts_the_stores(chain: Fleet) -> None:
    block = Traffic(chain).block(range(8), SPAN)
    days = block.in_bytes[[1, 2, 4]].reshape(3, 45, 288).sum(axis=(0, 2))
    assert days[24] > 1.15 * np.mean([days[day] for day in (3, 10, 17, 31)])  # Monday the 25th against other Mondays


def test_a_bucket_resembles_the_one_before(chain: Fleet) -> None:
    block = Traffic(chain).block([chain.index("Sandton")], Window(START, Slot(START + 28 * DAY)))
    weeks = np.log(block.in_bytes[0].astype(np.float64)).reshape(4, -1)
    rest = (weeks - weeks.mean(axis=0)).ravel()
    assert 0.7 < np.corrcoef(rest[:-1], rest[1:])[0, 1] < 0.97


def test_noise_does_not_jump_at_midnight(chain: Fleet) -> None:
    logs = np.log(Traffic(chain).block([chain.index("Upington")], SPAN).in_bytes[0].astype(np.float64))
    steps = np.abs(np.diff(logs))
    at_midnight_utc = steps[287::288]
    assert np.median(at_midnight_utc) < 2.5 * np.median(steps.reshape(-1)[2 * 12 : 4 * 12])


def test_offices_follow_their_own_clocks(chain: Fleet) -> None:
    """London opens 7:40 local, in May an hour before UTC says so; Mumbai's half hours are kept."""
    traffic = Traffic(chain)
    monday = to_slot(datetime(2026, 5, 11, tzinfo=UTC))
    for name, before, after in (
        ("London Office", 6 * HOUR, 7 * HOUR + 1800),
        ("Mumbai Sourcing", 3 * HOUR, 4 * HOUR + 1800),
    ):
        index = [chain.index(name)]
        closed = traffic.block(index, Window(Slot(monday + before - 1800), Slot(monday + before)))
        opened = traffic.block(index, Window(Slot(monday + after), Slot(monday + after + 1800)))
        assert opened.in_bytes.sum() > 6 * closed.in_bytes.sum()


def test_a_backup_keeps_its_local_time_through_a_clock_change(chain: Fleet) -> None:
    """22:00 in London is 22:00Z until 29 March 2026 and 21:00Z from then on."""
    traffic, index = Traffic(chain), [chain.index("London Office")]
    for day, hour in ((28, 22), (29, 21)):
        start = to_slot(datetime(2026, 3, day, hour, tzinfo=UTC))
        first, before = (
            traffic.block(index, Window(Slot(each), Slot(each + 1800))).out_bytes.sum()
            for each in (start, start - 1800)
        )
        assert first > 10 * before


def test_a_large_fleet_is_the_same_whatever_its_size() -> None:
    small, large = fleet(20, 3), fleet(300, 3)
    assert large.sites[:20] == small.sites
    assert len({site.id for site in large.sites}) == len({site.name for site in large.sites}) == 300
    assert same(Traffic(small).block([19], window(0, 600)), Traffic(large).block([19], window(0, 600)))


def test_a_large_fleet_has_more_than_one_kind_of_site() -> None:
    sites = fleet(300, 3).sites
    assert {site.profile.kind for site in sites} == {"store", "warehouse", "office"}
    assert len({site.timezone.key for site in sites}) == 3
    assert 50 < sum(site.quota is not None for site in sites) < 250
