"""Rules with one number changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from bot.domain.periods import Per, Starts
from bot.rules.kinds import (
    Forecast,
    Judge,
    NoData,
    Noise,
    Opening,
    Override,
    Pace,
    Percentile,
    Planned,
    Quota,
    Sensitivity,
    Spike,
    Threshold,
    TopUp,
)
from bot.rules.model import Configuration, Rule, Severity, SiteRule
from bot.rules.mutations import mutations
from bot.rules.telling import Escalation, Route, Telling

GB = 10**9
MINUTE = timedelta(minutes=1)
QUOTA = Quota(
    500 * GB,
    Per.DAYS,
    Starts(),
    (Fraction(80), Fraction(100)),
    (Severity.WARNING, Severity.CRITICAL),
    every=28,
    plan=(Planned(date(2026, 1, 1), 300 * GB),),
    overrides=(Override("durban", quota=1000 * GB), Override("joburg", starts=Starts(day=1))),
    top_ups=(TopUp(date(2026, 2, 1), 50 * GB),),
    opening=(Opening(datetime(2026, 2, 1, 9), 312 * GB),),  # noqa: DTZ001 - local, as it is written
    rollover=100 * GB,
    forecast=Forecast(Fraction(100), Fraction(80)),
    pace=(Pace(Fraction("14.4"), 60 * MINUTE, 5 * MINUTE),),
)


def changes(judge: Judge | None = None, **more: object) -> list[str]:
    rules = (replace(Rule("a", judge or NoData(30 * MINUTE)), **more),)  # type: ignore[arg-type]
    found = list(mutations(Configuration("1", rules=rules), 300))
    assert all(mutation.rule == "a" and mutation.configuration.rules != rules for mutation in found)
    assert len({repr(mutation.configuration) for mutation in found}) == len(found)
    return [mutation.what for mutation in found]


def test_every_number_of_a_quota_is_changed_a_little_and_a_lot_up_and_down() -> None:
    assert changes(QUOTA) == [
        "quota 500 GB → 495 GB",
        "quota 500 GB → 505 GB",
        "quota 500 GB → 250 GB",
        "quota 500 GB → 1.00 TB",
        "at 80 % → 79 %",
        "at 80 % → 81 %",
        "at 80 % → 70 %",
        "at 80 % → 90 %",
        "at 100 % → 99 %",
        "at 100 % → 101 %",
        "at 100 % → 90 %",
        "at 100 % → 110 %",
        "every 28 days → 27 days",
        "every 28 days → 29 days",
        "every 28 days → 14 days",
        "every 28 days → 56 days",
        "plan: quota 300 GB → 297 GB",
        "plan: quota 300 GB → 303 GB",
        "plan: quota 300 GB → 150 GB",
        "plan: quota 300 GB → 600 GB",
        "overrides: quota 1.00 TB → 990 GB",
        "overrides: quota 1.00 TB → 1.01 TB",
        "overrides: quota 1.00 TB → 500 GB",
        "overrides: quota 1.00 TB → 2.00 TB",
        "top_ups: add 50.0 GB → 49.5 GB",
        "top_ups: add 50.0 GB → 50.5 GB",
        "top_ups: add 50.0 GB → 25.0 GB",
        "top_ups: add 50.0 GB → 100 GB",
        "opening: used 312 GB → 309 GB",
        "opening: used 312 GB → 315 GB",
        "opening: used 312 GB → 156 GB",
        "opening: used 312 GB → 624 GB",
        "rollover: up_to 100 GB → 99.0 GB",
        "rollover: up_to 100 GB → 101 GB",
        "rollover: up_to 100 GB → 50.0 GB",
        "rollover: up_to 100 GB → 200 GB",
        "forecast: reaches 100 % → 99 %",
        "forecast: reaches 100 % → 101 %",
        "forecast: reaches 100 % → 90 %",
        "forecast: reaches 100 % → 110 %",
        "forecast: sure 80 % → 79 %",
        "forecast: sure 80 % → 81 %",
        "forecast: sure 80 % → 70 %",
        "forecast: sure 80 % → 90 %",
        "pace: faster_than 14.4x → 12.96x",
        "pace: faster_than 14.4x → 15.84x",
        "pace: faster_than 14.4x → 7.2x",
        "pace: faster_than 14.4x → 28.8x",
        "pace: over 1h → 55m",
        "pace: over 1h → 1h5m",
        "pace: over 1h → 30m",
        "pace: over 1h → 2h",
        "pace: over 5m → 10m",
    ]


def test_what_a_quota_does_not_say_is_not_changed() -> None:
    plain = Quota(None, Per.MONTH, None, (Fraction(5),), (Severity.WARNING,))
    assert changes(plain) == ["at 5 % → 4 %", "at 5 % → 6 %", "at 5 % → 15 %"]


def test_steps_go_up_whatever_is_changed() -> None:
    near = replace(QUOTA, steps=(Fraction(95), Fraction(100)))
    for mutation in mutations(Configuration("1", rules=(Rule("a", near),)), 300):
        judge = mutation.configuration.rules[0].judge
        assert isinstance(judge, Quota)
        assert all(low < high for low, high in pairwise(judge.steps))


def test_spans_are_changed_by_whole_buckets_and_never_to_nothing() -> None:
    burst = Threshold(GB, timedelta(hours=1))
    assert [what for what in changes(burst, hold=15 * MINUTE, keep_firing=5 * MINUTE) if "GB" not in what][4:] == [
        "for 15m → 10m",
        "for 15m → 20m",
        "for 15m → 5m",
        "for 15m → 30m",
        "keep_firing_for 5m → 10m",
    ]


def test_the_bytes_of_a_rate_follow_it_and_its_span() -> None:
    rate = Threshold(9 * GB, 15 * MINUTE, rate=80_000_000)
    found = {
        m.what: m.configuration.rules[0].judge for m in mutations(Configuration("1", rules=(Rule("a", rate),)), 300)
    }
    double, wide = found["threshold 80.0 Mbps → 160 Mbps"], found["within 15m → 30m"]
    assert isinstance(double, Threshold)
    assert isinstance(wide, Threshold)
    assert (double.limit, double.rate) == (18 * GB, 160_000_000)
    assert (wide.limit, wide.rate) == (18 * GB, 80_000_000)
    assert not any("GB" in what for what in found)


def test_the_other_kinds_and_the_telling_are_changed_too() -> None:
    percentile = Percentile(Fraction(95), 100_000_000, Per.MONTH, Starts())
    assert [what for what in changes(percentile) if what.startswith("p ")] == [
        "p 95 % → 94 %",
        "p 95 % → 96 %",
        "p 95 % → 85 %",
    ]
    assert "over 100 Mbps → 101 Mbps" in changes(percentile)
    assert "at 100 % → 90 %" in changes(percentile)
    assert changes(NoData(30 * MINUTE)) == [
        "after 30m → 25m",
        "after 30m → 35m",
        "after 30m → 15m",
        "after 30m → 1h",
        "zero_is_silent false → true",
    ]
    assert changes(Spike()) == ["sensitivity medium → low", "sensitivity medium → high"]
    assert changes(Spike(Sensitivity.HIGH, 500_000_000)) == [
        "sensitivity high → medium",
        "at_least 500 MB → 495 MB",
        "at_least 500 MB → 505 MB",
        "at_least 500 MB → 250 MB",
        "at_least 500 MB → 1.00 GB",
    ]
    assert changes(Spike(noise=Noise(2, Per.MONTH))) == [
        "noise: at_most 2 → 1",
        "noise: at_most 2 → 3",
        "noise: at_most 2 → 4",
    ]
    telling = Telling(
        group_wait=10 * MINUTE, repeat_every=timedelta(hours=4), escalate=Escalation(30 * MINUTE, ("noc",))
    )
    own = [what for what in changes(telling=telling) if "after 30m →" not in what or what.startswith("escalate")]
    assert own[1:] == [
        "group_wait 10m → 5m",
        "group_wait 10m → 15m",
        "group_wait 10m → 20m",
        "repeat_every 4h → 3h55m",
        "repeat_every 4h → 4h5m",
        "repeat_every 4h → 2h",
        "repeat_every 4h → 8h",
        "escalate: after 30m → 25m",
        "escalate: after 30m → 35m",
        "escalate: after 30m → 15m",
        "escalate: after 30m → 1h",
    ]


def test_sites_own_quotas_and_routes_are_changed_after_the_rules() -> None:
    site = SiteRule("3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10", "durban", quota=300 * GB)
    route = Route(telling=Telling(group_wait=5 * MINUTE))
    found = list(mutations(Configuration("1", sites=(site, replace(site, quota=None)), routes=(route,)), 300))
    assert [(m.site, m.what) for m in found] == [
        ("durban", "quota 300 GB → 297 GB"),
        ("durban", "quota 300 GB → 303 GB"),
        ("durban", "quota 300 GB → 150 GB"),
        ("durban", "quota 300 GB → 600 GB"),
        (None, "route 1: group_wait 5m → 10m"),
    ]
    assert found[0].configuration.sites[0].quota == 297 * GB
    assert found[-1].configuration.routes[0].telling.group_wait == 10 * MINUTE
