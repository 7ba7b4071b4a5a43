"""The version of a rule changes with what makes it true, and with nothing else."""

from __future__ import annotations

import pytest

from bot.rules.model import Rule
from tests.rules.test_kinds import rule

PLAIN = "quota: 10 GB, at: [80%, 100%]"
PACE = "pace: [{faster_than: 3x, over: [1d, 2h]}]"


def versions(body: str) -> dict[str, str]:
    found = rule(body)
    return {kind: found.version_of(kind) for kind in ("quota", "forecast", "pace")} | {"": found.version}


@pytest.mark.parametrize(
    "more",
    [
        "top_ups: [{on: 2026-11-12, add: 50 GB}]",
        "opening: [{at: 2026-11-12T09:00, used: 3 GB}]",
        "severity: {80%: info, 100%: critical}",
        "severity: critical",
        "notify: []",
        "starts: {time: '00:00'}",
        "count: certain, pool: false",
    ],
)
def test_what_is_bought_read_off_or_only_told_is_no_other_rule(more: str) -> None:
    assert versions(f"{PLAIN}, {more}") == versions(PLAIN)


@pytest.mark.parametrize(
    "other",
    [
        "quota: 11 GB, at: [80%, 100%]",
        "quota: site, at: [80%, 100%]",
        "plan: [{from: 2026-01-01, quota: 10 GB}], at: [80%, 100%]",
        f"{PLAIN}, per: week",
        f"{PLAIN}, starts: 15",
        f"{PLAIN}, starts: site",
        f"{PLAIN}, rollover: {{up_to: 1 GB}}",
        f"{PLAIN}, pool: true",
        f"{PLAIN}, count: possible",
        f"{PLAIN}, overrides: [{{site: a, quota: 1 GB}}]",
    ],
)
def test_what_is_granted_and_counted_otherwise_is_another_rule_of_every_kind(other: str) -> None:
    before, after = versions(PLAIN), versions(other)
    assert all(before[kind] != after[kind] for kind in before)


def test_a_forecast_and_a_pace_are_right_by_themselves() -> None:
    before = versions(f"{PLAIN}, {PACE}")
    told = versions(f"{PLAIN}, {PACE}, forecast: {{reaches: 100%}}")
    assert {kind for kind in before if before[kind] != told[kind]} == {"forecast", ""}
    faster = versions(f"{PLAIN}, {PACE.replace('3x', '4x')}")
    assert {kind for kind in before if before[kind] != faster[kind]} == {"pace", ""}
    steps = versions(f"quota: 10 GB, at: [90%, 100%], {PACE}")
    assert {kind for kind in before if before[kind] != steps[kind]} == {"quota", ""}


def test_the_order_of_overrides_says_nothing() -> None:
    one, other = "{site: a, quota: 1 GB}", "{site: b, quota: 2 GB}"
    assert versions(f"{PLAIN}, overrides: [{one}, {other}]") == versions(f"{PLAIN}, overrides: [{other}, {one}]")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("threshold: {over: 1 GB, within: 1h}", "threshold: {over: 1 GB, within: 2h}"),
        ("threshold: {over: 1 GB, within: 1h}", "threshold: {over: 1 GB, within: 1h}, for: 5m"),
        ("percentile: {p: 95, over: 1 Mbps}", "percentile: {p: 95, over: 2 Mbps}"),
        ("percentile: {p: 95, over: 1 Mbps}", "percentile: {p: 95, over: 1 Mbps}, at: [50%, 100%]"),
        ("no_data: {after: 30m}", "no_data: {after: 30m, zero_is_silent: true}"),
        ("spike: {}", "spike: {sensitivity: high}"),
    ],
)
def test_conditions_and_percentiles_have_a_version_of_their_measure(one: str, other: str) -> None:
    assert rule(one).version != rule(other).version
    assert _quiet(rule(one)) == _quiet(rule(f"{one}, keep_firing_for: 5m" if "percentile" not in one else one))
    assert rule(one).version == rule(f"{one}, severity: critical").version


def _quiet(found: Rule) -> str:
    return found.version_of(found.kind)


def test_a_threshold_keeps_the_version_that_earlier_versions_gave_it() -> None:
    """Firing alerts were stored with it: an upgrade of the bot is no edit of a rule."""
    assert rule("threshold: {over: 20 GB, within: 1h}, for: 15m").version == "d6b830f3dcbb"
