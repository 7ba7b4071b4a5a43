"""Forecasts of billing periods: what they are made of, and what must hold of every one."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.periods import Calendar, Per, Starts
from bot.domain.times import DAY, HOUR, to_slot
from bot.engine.forecast import Ahead, Outlook, outlook, run_rate
from bot.engine.forecast_model import ERRORS, LEVELS
from bot.engine.forecast_traits import DAYS, HOURS, Floats, Traits, traits_of

AT = to_slot(datetime(2026, 6, 20, tzinfo=UTC))
LENGTH = 30 * DAY
GB = 10.0**9


def even(sites: int = 1, a_day: float = 24 * GB) -> tuple[Floats, Floats]:
    shape = (sites, DAYS * HOURS)
    return np.full(shape, a_day / HOURS), np.ones(shape)


def ahead(used: Floats, elapsed: int = 10, length: int = LENGTH, known: float = 1.0) -> Ahead:
    starts = np.full(len(used), AT - elapsed * DAY)
    return Ahead(AT, starts, starts + length, used, np.full(len(used), known))


def said(counted: Floats, known: Floats, used: float = 240 * GB, elapsed: int = 10) -> Outlook:
    return outlook(traits_of(counted, known), ahead(np.full(len(counted), used), elapsed))


def noisy(seed: int, sites: int = 3) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    counted = random.lognormal(20, 1, (sites, DAYS * HOURS))
    known = (random.random((sites, DAYS * HOURS)) > random.random((sites, 1)) / 3).astype(float)
    return counted * known, known


def test_the_run_rate_is_what_a_calculator_says() -> None:
    """Billing day 15: on 5 March 2026, 18 GB in 18 of 28 days are 28.0 GB by run rate."""
    now = to_slot(datetime(2026, 3, 5, tzinfo=UTC))
    period = Calendar(Per.MONTH, ZoneInfo("UTC"), Starts(day=15)).period(now)
    elapsed, length = (now - period.start) / DAY, (period.end - period.start) / DAY
    assert (elapsed, length) == (18, 28)
    assert run_rate(np.array([18 * GB]), np.array([elapsed]), np.array([length])) == pytest.approx([28 * GB])


def test_a_rate_of_no_time_is_not_known() -> None:
    assert np.isnan(run_rate(np.zeros(1), np.zeros(1), np.ones(1))[0])


def test_even_usage_goes_on_evenly() -> None:
    found = said(*even())
    assert found.total(0.5) == pytest.approx([720 * GB])
    assert found.exhausted(np.array([480 * GB])) == pytest.approx([AT + 10 * DAY])


def test_a_quota_is_exhausted_at_its_hour_of_the_day() -> None:
    """All is used in the last hour before the hour of the forecast."""
    counted, known = even()
    counted[:] = 0
    counted[:, HOURS - 1 :: HOURS] = 24 * GB
    found = said(counted, known)
    at = found.exhausted(np.array([240 * GB + 36 * GB]))
    assert at == pytest.approx([AT + 1 * DAY + 23.5 * HOUR])


def test_weekdays_that_remain_count_for_what_they_are() -> None:
    """Two busy weekdays: of four days ahead, a period with both of them is larger than one with neither."""
    counted, known = even(2)
    days = counted.reshape(2, DAYS, HOURS)
    days[0, 0::7] *= 5
    days[0, 1::7] *= 5
    days[1, 5::7] *= 5
    days[1, 6::7] *= 5
    both, neither = said(counted, known, used=0.0, elapsed=26).total(0.5)
    assert both > 1.5 * neither


def test_an_unknown_day_is_like_the_others_and_not_zero() -> None:
    counted, known = even()
    for day in (2, 9, 26, 27):
        counted[:, day * HOURS : (day + 1) * HOURS] = 0
        known[:, day * HOURS : (day + 1) * HOURS] = 0
    assert said(counted, known).total(0.5) == pytest.approx([720 * GB])


def test_gaps_of_the_period_are_expected_to_hold_what_is_usual() -> None:
    """A tenth of ten days is unknown: 216 GB are counted, and 240 were used."""
    found = outlook(traits_of(*even()), ahead(np.array([216 * GB]), known=0.9))
    assert found.total(0.5) == pytest.approx([720 * GB])
    assert found.used == pytest.approx([216 * GB])


def test_a_site_that_uses_nothing_is_expected_to_use_nothing() -> None:
    counted, known = even(a_day=0.0)
    found = said(counted, known, used=0.0)
    assert found.total(0.975) == pytest.approx([0.0], abs=1.0)
    assert np.isnan(found.exhausted(np.array([GB]))[0])


def test_volatile_sites_have_wider_intervals() -> None:
    steady, _ = even()
    wild = steady * np.random.default_rng(1).lognormal(0, 1.5, DAYS).repeat(HOURS)
    found = said(np.concatenate([steady, wild]), np.ones((2, DAYS * HOURS)))
    width = (found.total(0.9) - found.total(0.1)) / found.total(0.5)
    assert width[1] > 3 * width[0]


def test_a_level_that_was_counted_is_certain_and_nothing_else_is() -> None:
    found = said(*even())
    limits = np.array([240 * GB, 240.1 * GB, 10**9 * GB])
    likely = [float(found.probability(np.array([limit]))[0]) for limit in limits]
    assert likely[0] == 1.0
    assert likely[1] == pytest.approx(1 - LEVELS[0])
    assert likely[2] == pytest.approx(1 - LEVELS[-1])


def test_the_tables_of_errors_ascend() -> None:
    assert np.all(np.diff(LEVELS) > 0)
    assert np.all(np.diff(ERRORS) > 0)


SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, st.integers(1, 29), st.floats(0, 1e13))
def test_quantiles_ascend_and_are_never_less_than_what_was_counted(seed: int, elapsed: int, used: float) -> None:
    found = said(*noisy(seed), used=used, elapsed=elapsed)
    totals = np.stack([found.total(level) for level in np.linspace(0.01, 0.99, 25)])
    assert np.all(np.diff(totals, axis=0) >= 0)
    assert np.all(totals >= used)


@given(SEEDS, st.sampled_from([0.1, 0.2, 0.5, 0.8, 0.9]))
def test_probability_is_the_other_side_of_the_quantiles(seed: int, level: float) -> None:
    """What is not exceeded with 80 % is reached with 20 %."""
    found = said(*noisy(seed))
    total = found.total(level)
    open_ends = total > found.used * (1 + 1e-9)
    assert found.probability(total)[open_ends] == pytest.approx(1 - level, abs=1e-6)


@given(SEEDS, st.floats(1e-3, 1e3))
def test_a_fleet_of_another_scale_is_forecast_alike(seed: int, factor: float) -> None:
    counted, known = noisy(seed)
    one, other = said(counted, known), said(counted * factor, known, used=240 * GB * factor)
    assert other.total(0.9) == pytest.approx(one.total(0.9) * factor, rel=1e-6)


@given(SEEDS, st.permutations(range(5)))
def test_the_order_of_sites_does_not_matter(seed: int, order: list[int]) -> None:
    counted, known = noisy(seed, 5)
    one, other = said(counted, known), said(counted[order], known[order])
    assert other.total(0.8) == pytest.approx(one.total(0.8)[order])
    limits = np.full(5, 400 * GB)
    assert other.exhausted(limits) == pytest.approx(one.exhausted(limits)[order], nan_ok=True)


@given(SEEDS)
def test_a_quota_is_exhausted_within_the_period_where_the_forecast_reaches_it(seed: int) -> None:
    found = said(*noisy(seed))
    total = found.total(0.5)
    inside = found.exhausted((found.so_far + total) / 2)
    assert np.all((inside >= AT) & (inside <= AT + 20 * DAY))
    assert np.all(np.isnan(found.exhausted(total * 1.01 + 1)))


@given(SEEDS)
def test_traits_are_numbers_whatever_is_unknown(seed: int) -> None:
    counted, known = noisy(seed)
    known[0], counted[0] = 0, 0
    traits: Traits = traits_of(counted, known)
    for field in fields(traits):
        assert np.all(np.isfinite(getattr(traits, field.name))), field.name


@pytest.mark.parametrize("elapsed", [5, 10, 15, 20])
def test_intervals_hold_on_a_made_up_fleet(elapsed: int) -> None:
    """400 sites with weeks, noise that lasts, and levels that wander: 80 % and 95 % within some points."""
    random = np.random.default_rng(elapsed)
    days, sites = DAYS + 30, 400
    wander = np.cumsum(random.normal(0, 0.06, (sites, days)), axis=1)
    week = random.lognormal(0, 0.3, (sites, 7))[:, np.arange(days) % 7]
    amounts = np.exp(wander + random.normal(0, random.uniform(0.1, 0.6, (sites, 1)), (sites, days))) * week * GB
    first = days - 30 + elapsed
    counted = (amounts[:, first - DAYS : first] / HOURS).repeat(HOURS, axis=1)
    used, total = amounts[:, days - 30 : first].sum(1), amounts[:, days - 30 :].sum(1)
    found = outlook(traits_of(counted, np.ones_like(counted)), ahead(used, elapsed))
    in80 = ((found.total(0.1) <= total) & (total <= found.total(0.9))).mean()
    in95 = ((found.total(0.025) <= total) & (total <= found.total(0.975))).mean()
    assert 0.70 <= in80 <= 0.95
    assert 0.90 <= in95 <= 1.0
