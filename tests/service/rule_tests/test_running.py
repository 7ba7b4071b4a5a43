"""Tests of rules, run through the production engine."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import pytest

from bot.notify.plain import plain_text
from bot.rules.cases.model import Case
from bot.service.rule_tests.coverage import coverage_of
from bot.service.rule_tests.model import CaseResult
from bot.service.rule_tests.mutate import is_noticed, mutants
from bot.service.rule_tests.run import run_case
from tests.rules.cases.given import case

RULES = """\
version: 1
defaults: {receivers: [noc]}
receivers:
  noc: {slack: "#noc", email: [noc@example.com]}
  finance: {email: [finance@example.com]}
rules:
  - name: daily
    sites: {tags: {plan: metered}}
    quota: 1 GB
    per: day
    at: [80%, 90%, 100%]
  - name: burst
    sites: {name: "cape-*"}
    threshold: {over: 1 GB, within: 1h}
    for: 10m
    keep_firing_for: 10m
    notify: [finance]
"""
DAY = """\
rules: [fleet.yaml]
start: 2026-06-01T00:00:00Z
series:
  - {site: durban, tags: {plan: metered}, in: "10MBx288"}
expect:
  alerts:
    - {at: 2026-06-01T06:40:00Z, rule: daily, site: durban, state: firing, step: 80%, severity: warning}
    - {at: 2026-06-01T07:30:00Z, rule: daily, site: durban, state: firing, step: 90%, transition: worsened}
    - {at: 2026-06-01T08:20:00Z, rule: daily, site: durban, state: firing, step: 100%, kind: quota, direction: total}
  messages:
    - {at: 2026-06-01T06:40:00Z, receiver: noc, contains: [durban, "80%", daily]}
    - {at: 2026-06-01T07:30:00Z, receiver: noc, contains: [durban, "90%", daily]}
    - {at: 2026-06-01T08:20:00Z, receiver: noc, contains: [durban, "100%", daily]}
"""


async def ran(text: str) -> CaseResult:
    return await run_case(case(text, RULES), plain_text)


def told(found: CaseResult) -> list[str]:
    return [line for failure in found.failures for line in (failure.what, *failure.detail) if not line.startswith("|")]


async def test_quota_1000_a_day_10_a_bucket_reaches_its_steps_at_06_40_07_30_and_08_20() -> None:
    assert told(await ran(DAY)) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("06:40:00Z, rule", "06:45:00Z, rule"),
        ("06:40:00Z, rule", "06:35:00Z, rule"),
        ("step: 80%", "step: 90%"),
        ("severity: warning", "severity: critical"),
        ("transition: worsened", "transition: fired"),
        ("state: firing, step: 80%", "state: pending, step: 80%"),
        ("kind: quota", "kind: forecast"),
        ("direction: total", "direction: in"),
        ("06:40:00Z, receiver: noc", "06:40:00Z, receiver: finance"),
        ("06:40:00Z, receiver", "06:45:00Z, receiver"),
        ('"80%", daily', '"81%", daily'),
        ('in: "10MBx288"', 'in: "11MBx288"'),
        ("plan: metered", "plan: other"),
    ],
)
async def test_any_expectation_that_is_wrong_fails(right: str, wrong: str) -> None:
    assert right in DAY
    assert not (await ran(DAY.replace(right, wrong, 1))).passed


async def test_a_message_that_is_not_expected_fails() -> None:
    lines = DAY.splitlines(keepends=True)
    assert "message that is not expected, to noc at 2026-06-01T08:20:00Z:" in told(await ran("".join(lines[:-1])))


_OTHER = "rule: burst, site: durban, state: firing"


async def test_an_alert_that_came_otherwise_is_shown_with_what_came() -> None:
    found = await ran(DAY.replace("06:40:00Z, rule", "06:45:00Z, rule", 1))
    assert told(found) == [
        "expected alert daily, durban at 2026-06-01T06:45:00Z: firing, step 80 %, warning",
        "came: 2026-06-01T06:40:00Z fired: firing, step 80 %, warning (quota, total) — 5 minutes earlier",
        "came: 2026-06-01T07:30:00Z worsened: firing, step 90 %, warning (quota, total) — 45 minutes later",
        "came: 2026-06-01T08:20:00Z worsened: firing, step 100 %, warning (quota, total) — 1 hour 35 minutes later",
    ]
    elsewhere = await ran(
        DAY.replace("rule: daily, site: durban, state: firing, step: 80%", "rule: burst, site: durban, state: firing")
    )
    assert "rule burst does not match default/durban: look at its `sites`" in told(elsewhere)


SPAN = """\
rules: [fleet.yaml]
start: 2026-06-01T00:00:00Z
series:
  - {site: cape-town, in: "50MBx12 200MBx6 50MBx12 0Bx12", out: "0Bx42"}
expect:
  alerts:
    - {at: 2026-06-01T01:15:00Z, rule: burst, site: cape-town, state: pending}
    - {at: 2026-06-01T01:25:00Z, rule: burst, site: cape-town, state: firing}
    - {at: 2026-06-01T02:30:00Z, rule: burst, site: cape-town, state: resolved}
  messages:
    - {at: 2026-06-01T01:25:00Z, receiver: finance, contains: [cape-town, burst]}
    - {at: 2026-06-01T02:30:00Z, receiver: finance, contains: [cape-town, burst]}
"""


async def test_a_threshold_is_pending_then_firing_then_resolved() -> None:
    assert told(await ran(SPAN)) == []


async def test_a_bucket_seen_late_is_judged_when_it_is_seen() -> None:
    text = (
        DAY.partition("expect:")[0].replace('"10MBx288"', '"10MBx70 _ 10MBx8"')
        + """\
late:
  - {site: durban, slot: 2026-06-01T05:50:00Z, seen: 2026-06-01T06:31:20Z, in: 200MB, out: 0B}
expect:
  alerts:
    - {at: 2026-06-01T06:31:20Z, rule: daily, site: durban, state: firing, step: 90%}
    - {at: 2026-06-01T06:31:20Z, rule: daily, site: durban, state: firing, step: 80%}
  messages:
    - {at: 2026-06-01T06:31:20Z, receiver: noc, contains: [durban, "90%", "80%"]}
"""
    )
    assert told(await ran(text)) == []


async def test_a_revision_withdraws_what_was_told() -> None:
    text = (
        DAY.partition("expect:")[0].replace('"10MBx288"', '"10MBx78 40MB 10MB 1MBx2"')
        + """\
late:
  - {site: durban, slot: 2026-06-01T06:30:00Z, seen: 2026-06-01T06:42:00Z, in: 0B}
expect:
  alerts:
    - {at: 2026-06-01T06:35:00Z, rule: daily, site: durban, state: firing, step: 80%}
    - {at: 2026-06-01T06:42:00Z, rule: daily, site: durban, transition: corrected}
  messages:
    - {at: 2026-06-01T06:35:00Z, receiver: noc, contains: [durban, "80%"]}
    - {at: 2026-06-01T06:42:00Z, receiver: noc, contains: [durban, corrected]}
"""
    )
    assert told(await ran(text)) == []


async def test_four_thousand_buckets_of_a_few_sites_take_about_a_second() -> None:
    sites = "\n".join(
        f'  - {{site: cape-{n}, tags: {{plan: metered}}, in: "1MBx4032", out: "1MBx4032"}}' for n in range(4)
    )
    text = f"rules: [fleet.yaml]\nstart: 2026-06-01T00:00:00Z\nseries:\n{sites}\n"
    whole = case(text, RULES)
    began = perf_counter()
    assert (await run_case(whole, plain_text)).passed
    assert perf_counter() - began < 10  # a machine may be busy; it is well below one second


ODD = """\
version: 1
defaults: {receivers: [noc], flapping: {changes: 2, within: 24h}}
receivers: {noc: {slack: "#noc"}, odd: {slack: "#odd"}}
routes:
  - {match: {kind: spike}, notify: [odd]}
  - {notify: [noc]}
rules:
  - {name: unusual, spike: {at_least: 100 MB}, direction: out}
"""
SPIKES = """\
rules: [fleet.yaml]
start: 2026-06-01T00:00:00Z
bucket: 15m
series:
  - {site: cape-town, in: "1MBx1440", out: "10MBx1344 400MBx2 10MBx6 900MBx2 10MBx86"}
expect:
  messages:
    - {at: 2026-06-15T00:15:00Z, receiver: odd, contains: [cape-town, unusual]}
    - {at: 2026-06-15T00:45:00Z, receiver: odd, contains: [cape-town, usual range]}
    - {at: 2026-06-15T02:15:00Z, receiver: odd, contains: [cape-town, flapping]}
"""


async def test_spikes_have_routes_of_their_own_and_are_quiet_where_they_flap() -> None:
    """What begins and ends twice within a day has three changes by then."""
    found = await run_case(case(SPIKES, ODD), plain_text)
    assert told(found) == []
    steady = ODD.replace("changes: 2", "changes: 6")
    found = await run_case(case(SPIKES, steady), plain_text)
    assert "message that is not expected, to odd at 2026-06-15T02:45:00Z:" in told(found)


async def test_a_rule_that_fired_in_no_test_is_named() -> None:
    found = coverage_of([await ran(DAY)])
    assert [(one.rule, one.kind, one.fired) for one in found] == [
        ("daily", "quota", True),
        ("burst", "threshold", False),
    ]
    both = coverage_of([await ran(DAY), await ran(SPAN)])
    assert all(one.fired for one in both)
    assert len(both) == 2


async def test_a_spike_that_no_test_makes_is_named_too() -> None:
    spike = f"{RULES}  - {{name: odd, spike: {{sensitivity: high}}}}\n"
    found = coverage_of([await run_case(case(DAY, spike), plain_text)])
    assert [one.rule for one in found if not one.fired] == ["burst", "odd"]


SHOPS = [f"shop-{n}" for n in range(1, 9)]
ROSE = """\
rules: [fleet.yaml]
start: 2026-06-01T00:00:00Z
bucket: 15m
series:
{series}
expect:
  alerts:
    - {{at: 2026-06-11T00:15:00Z, rule: odd, state: firing, kind: spike}}
    - {{at: 2026-06-11T03:15:00Z, rule: odd, state: resolved}}
  messages:
    - {{at: 2026-06-11T00:15:00Z, receiver: noc, contains: ["8 of 8 sites", odd, shop-8]}}
    - {{at: 2026-06-11T03:15:00Z, receiver: noc, contains: [odd]}}
"""


async def test_an_alert_of_a_fleet_that_rises_together_is_expected_without_a_site() -> None:
    spike = f"{RULES}  - {{name: odd, spike: {{sensitivity: medium}}}}\n"
    series = [f'  - {{site: {shop}, in: "100MBx960 200MBx4 100MBx16"}}' for shop in SHOPS]
    text = ROSE.format(series="\n".join(series))
    found = await run_case(case(text, spike), plain_text)
    assert told(found) == []
    wrong = await run_case(case(text.replace("00:15:00Z, rule", "00:30:00Z, rule"), spike), plain_text)
    assert wrong.failures[0].what.startswith("expected alert odd, the fleet at 2026-06-11T00:30:00Z")


async def _unnoticed(*cases: Case) -> set[str]:
    found = [await run_case(one, plain_text) for one in cases]
    assert all(one.passed for one in found)
    return {f"{one.owner}: {one.what}" for one in mutants(found) if not await is_noticed(one, plain_text)}


async def test_every_change_of_a_quota_that_is_tested_at_its_boundaries_is_noticed() -> None:
    assert await _unnoticed(case(DAY, RULES)) == set()


async def test_changes_that_no_test_notices_are_named() -> None:
    """A burst of 2.7 GB within a quarter of an hour does not show where the limit is, but how long it must hold."""
    text = SPAN.replace("200MBx6 50MBx12 0Bx12", "900MBx3 0Bx27")
    for before, after in (("01:15", "01:05"), ("01:25", "01:15"), ("02:30", "02:20")):
        text = text.replace(before, after)
    found = await _unnoticed(case(text, RULES))
    assert "rule burst: threshold 1.00 GB → 990 MB" in found
    assert "rule burst: threshold 1.00 GB → 500 MB" not in found
    assert not any("for 10m" in one for one in found)


async def test_what_no_site_of_a_test_is_about_is_not_changed() -> None:
    assert {one.owner for one in mutants([await ran(DAY)])} == {"rule daily"}


async def test_rules_that_two_tests_share_are_changed_once() -> None:
    twice = [await ran(DAY), await ran(DAY)]
    assert len(mutants(twice)) == len(mutants(twice[:1]))
    assert all(len(one.cases) == 2 for one in mutants(twice))


async def test_a_test_that_ends_on_no_whole_hour_is_run_too() -> None:
    found = case(DAY.partition("expect:")[0].replace("00:00:00Z", "00:05:00Z").replace("x288", "x13"), RULES)
    assert (await run_case(replace(found), plain_text)).passed


async def test_pace_and_steps_are_of_one_quota_and_of_a_past_that_nobody_knows_nothing_is_carried_over() -> None:
    """Even pace of 1 GB is 41.7 MB an hour, of which twice is 83.3 MB: reached with the eighth bucket of 10 MB."""
    rules = RULES.partition("  - name: burst")[0] + "    rollover: {up_to: 200 MB}\n"
    rules += "    pace: [{faster_than: 2x, over: [1h, 15m]}]\n"
    text = """\
rules: [fleet.yaml]
start: 2026-06-01T00:00:00Z
series:
  - {site: durban, tags: {plan: metered}, in: "1MBx24 10MBx20"}
expect:
  alerts:
    - {at: 2026-06-01T02:40:00Z, rule: daily, site: durban, kind: pace, state: firing}
  messages:
    - {at: 2026-06-01T02:40:00Z, receiver: noc, contains: [durban, 84.0 MB]}
"""
    found = await run_case(case(text, rules), plain_text)
    assert told(found) == []
