"""What the keys of each kind of rule become."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from fractions import Fraction

import pytest

from bot.domain.periods import Per, Starts
from bot.rules.check import parse
from bot.rules.kinds import (
    Forecast,
    Judge,
    NoData,
    Noise,
    Opening,
    Override,
    Percentile,
    Planned,
    Quota,
    Sensitivity,
    Spike,
    TopUp,
)
from bot.rules.model import Rule, Severity

HEAD = "version: 1\nreceivers: {noc: {terminal: true}}\ndefaults: {receivers: [noc]}\nworkspaces: [{name: acme}]\n"
GB = 10**9
ALL = (Fraction(100),)


def rule(body: str) -> Rule:
    parsed = parse([("a.yaml", f"{HEAD}rules:\n  - {{name: one, {body}}}\n".encode())])
    assert [str(p) for p in parsed.problems] == []
    assert parsed.configuration is not None
    return parsed.configuration.rules[0]


def judge(body: str) -> Judge:
    return rule(body).judge


def quota(body: str) -> Quota:
    found = judge(body)
    assert isinstance(found, Quota)
    return found


def test_a_plan_stands_instead_of_a_quota() -> None:
    found = quota("plan: [{from: 2026-01-01, quota: 300 GB}, {from: 2026-07-01, quota: 500 GB}], starts: 15")
    assert (found.limit, found.starts) == (None, Starts(day=15))
    assert found.plan == (Planned(date(2026, 1, 1), 300 * GB), Planned(date(2026, 7, 1), 500 * GB))
    assert rule("plan: [{from: 2026-01-01, quota: 1 GB}]").kinds == ("quota",)


def test_an_override_changes_the_quota_the_start_or_both() -> None:
    overrides = "{site: durban, quota: 1 TB, starts: 1}, {site: acme/x, starts: {day: 8, time: '08:00'}}"
    assert quota(f"quota: 1 GB, overrides: [{overrides}, {{site: '7', quota: 2 GB}}]").overrides == (
        Override("durban", 1000 * GB, Starts(day=1)),
        Override("acme/x", None, Starts(day=8, time=time(8))),
        Override("7", 2 * GB),
    )


def test_top_ups_of_one_day_add_up() -> None:
    found = quota("quota: 1 GB, top_ups: [{on: 2026-11-12, add: 5 GB, site: a}, {on: 2026-11-12, add: 5 GB, site: a}]")
    assert found.top_ups == (TopUp(date(2026, 11, 12), 5 * GB, "a"),) * 2
    assert quota("quota: 1 GB, top_ups: [{on: 2026-11-12, add: 5 GB}]").top_ups[0].site is None


def test_an_opening_is_of_the_local_clock_and_may_be_nothing() -> None:
    found = quota(
        "quota: 1 GB, opening: [{at: 2026-11-12T09:00, used: 312 GB, site: a}, {at: 2026-12-01T00:00, used: 0 B}]"
    )
    nine = datetime(2026, 11, 12, 9)  # noqa: DTZ001 - by the site's own clock
    assert found.opening == (Opening(nine, 312 * GB, "a"), Opening(datetime(2026, 12, 1), 0))  # noqa: DTZ001


def test_what_is_not_written_of_a_quota_is_as_documented() -> None:
    found = quota("quota: 1 GB")
    assert (found.plan, found.overrides, found.top_ups, found.opening, found.pace) == ((), (), (), (), ())
    assert (found.rollover, found.pool, found.possible, found.forecast) == (0, False, False, None)
    assert rule("quota: 1 GB").kinds == ("quota",)


def test_the_rest_of_a_quota_is_read() -> None:
    found = quota("quota: 1 GB, rollover: {up_to: 100 MB}, pool: true, count: possible")
    assert (found.rollover, found.pool, found.possible) == (10**8, True, True)
    assert quota("quota: 1 GB, pool: false, count: certain") == quota("quota: 1 GB")


def test_a_forecast_is_sure_enough_at_80_percent_unless_written() -> None:
    assert quota("quota: 1 GB, forecast: {reaches: 100%}").forecast == Forecast(Fraction(100), Fraction(80))
    found = rule(
        "quota: 1 GB, at: [99.5%], forecast: {reaches: 99.5%, sure: 95%}, pace: [{faster_than: 1x, over: [1d, 2h]}]"
    )
    assert found.kinds == ("quota", "forecast", "pace")


@pytest.mark.parametrize(
    ("per", "longest"),
    [("hour", "60m"), ("day", "24h"), ("week", "7d"), ("month", "28d"), ("quarter", "90d"), ("year", "365d")],
)
def test_a_pace_is_exact_and_may_look_back_as_long_as_its_period(per: str, longest: str) -> None:
    found = quota(f"quota: 1 GB, per: {per}, pace: [{{faster_than: 14.4x, over: [{longest}, 5m]}}]").pace
    assert [(pace.factor, pace.short) for pace in found] == [(Fraction(72, 5), timedelta(minutes=5))]
    longer = f"quota: 1 GB, per: {per}, pace: [{{faster_than: 14.4x, over: [{longest[:-1]}1{longest[-1]}, 5m]}}]"
    parsed = parse([("a.yaml", f"{HEAD}rules:\n  - {{name: one, {longer}}}\n".encode())])
    assert [p.message for p in parsed.problems] == ["this span is longer than the billing period"]


def test_a_percentile_has_the_billing_period_of_a_quota() -> None:
    assert judge("percentile: {p: 95, over: 100 Mbps}") == Percentile(Fraction(95), 10**8, Per.MONTH, Starts())
    found = rule("percentile: {p: 97.5, over: 1 Gbps}, per: {every: 28 days, from: 2026-01-05}, direction: max")
    assert found.judge == Percentile(
        Fraction(195, 2), 10**9, Per.DAYS, Starts(), ALL, (Severity.WARNING,), 28, date(2026, 1, 5)
    )
    assert isinstance(own := judge("percentile: {p: 95, over: 1 bps}, starts: site"), Percentile)
    assert own.starts is None


def test_the_severity_of_a_percentile_is_that_of_its_worst_step() -> None:
    found = rule("percentile: {p: 95, over: 1 Mbps}, at: [50%, 100%], severity: {100%: critical, 50%: info}")
    assert isinstance(found.judge, Percentile)
    assert found.judge.severities == (Severity.INFO, Severity.CRITICAL)
    assert found.severity == Severity.CRITICAL


def test_a_silence_is_read() -> None:
    assert judge("no_data: {after: 30m}") == NoData(timedelta(minutes=30))
    found = rule("no_data: {after: 1h30m, zero_is_silent: true}, keep_firing_for: 15m, severity: critical")
    assert found.judge == NoData(timedelta(minutes=90), zero_is_silent=True)
    assert (found.keep_firing, found.severity, found.kind) == (timedelta(minutes=15), Severity.CRITICAL, "no_data")


def test_a_spike_is_read_with_its_promise_of_noise() -> None:
    assert judge("spike: {}") == Spike()
    assert judge("spike: {sensitivity: high, at_least: 0 B}, for: 5m") == Spike(Sensitivity.HIGH, 0)
    assert judge("spike: {at_least: 1 MB}, noise: {at_most: 2, per: week}") == Spike(
        Sensitivity.MEDIUM, 10**6, Noise(2, Per.WEEK)
    )
    each = [float(1 / Noise(1, per).a_day) for per in (Per.DAY, Per.WEEK, Per.MONTH, Per.QUARTER, Per.YEAR)]
    assert each == [1, 7, 30.4375, 91.3125, 365.25]


def test_a_billing_factor_is_exact() -> None:
    site = "sites: [{id: 3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10, billing_factor: 1.0437}]\n"
    found = parse([("a.yaml", f"{HEAD}{site}".encode())]).configuration
    assert found is not None
    assert found.sites[0].billing_factor == Fraction(10437, 10000)
