"""The schema for editors agrees with the checker: it knows the same keys, and refuses nothing that is right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from bot.rules.cases.expected import ALERT_KEYS, MESSAGE_KEYS
from bot.rules.cases.happenings import ACKNOWLEDGE_KEYS, LATE_KEYS, SILENCE_KEYS
from bot.rules.cases.read import EXPECT_KEYS
from bot.rules.cases.read import KEYS as CASE_KEYS
from bot.rules.cases.series import KEYS as SERIES_KEYS
from bot.rules.check import KEYS, parse
from bot.rules.defaults import FLAPPING_KEYS
from bot.rules.defaults import KEYS as DEFAULT_KEYS
from bot.rules.fleet import SITE_KEYS, WORKSPACE_KEYS
from bot.rules.matches import KEYS as MATCH_KEYS
from bot.rules.mute_timings import KEYS as MUTE_KEYS
from bot.rules.receivers import KEYS as RECEIVER_KEYS
from bot.rules.receivers import WEBHOOK_KEYS
from bot.rules.reports import KEYS as REPORT_KEYS
from bot.rules.routes import KEYS as ROUTE_KEYS
from bot.rules.rule import KEYS as RULE_KEYS
from bot.rules.rule import SELECTOR_KEYS
from bot.rules.schema import cases_schema, folder_schema
from bot.rules.starter import starter
from tests.rules.as_json import as_json

ROOT = Path(__file__).parents[2]
SCHEMA = folder_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
MISTAKES = sorted((Path(__file__).parent / "mistakes").glob("*.yaml"))
EXAMPLES = [
    *re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "rules.md").read_text(), re.DOTALL),
    *(path.read_text() for path in sorted((ROOT / "rules").glob("*.yaml"))),
    starter()["fleet.yaml"],
]
FORM = re.compile(
    r"unknown key|has no unit|is no (severity|direction)|belongs to (quotas|thresholds)"
    r"|a (rule|site|route|threshold|receiver|workspace) needs `(?!workspace)"
)
"""What is said of mistakes that a schema can know of."""
EVERY_KEY = """
version: 1
defaults: {timezone: Africa/Johannesburg, receivers: [noc], flapping: {changes: 6, within: 24h}}
workspaces: [{name: acme, token_env: ACME_ALTOSTRAT_TOKEN, requests_per_minute: 60, channels: ["#acme-network"]}]
sites:
  - id: 3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10
    name: cape-town
    workspace: acme
    timezone: Africa/Johannesburg
    tags: {carrier: vodacom, plan: lte-500}
    billing_factor: 1.04
    quota: 300 GB
    starts: 8
sites_file: sites.csv
operators: [noc]
receivers:
  noc: {slack: "#noc"}
  finance: {email: [finance@example.com]}
  tickets: {webhook: {url_env: TICKETS_URL, secret_env: TICKETS_SECRET}}
mute_timings:
  weekends: {days: [sat, sun], timezone: Africa/Johannesburg}
  nights: {times: ["22:00-06:00"]}
routes:
  - {match: {severity: critical}, notify: [noc], escalate: {after: 30m, notify: [finance]}}
  - match: {kind: spike}
    notify: [noc]
    group_by: [rule]
    group_wait: 1m
    group_interval: 5m
    repeat_every: 4h
    mute: [nights]
    send_resolved: true
rules:
  - name: lte-monthly-quota
    sites: {tags: {plan: lte-500}, name: "cape-*"}
    quota: 500 GB
    per: month
    starts: 15
    direction: total
    at: [50%, 80%, 100%, 110%]
    severity: {80%: warning, 100%: critical}
    forecast: {reaches: 100%, sure: 80%}
    pace: [{faster_than: 14.4x, over: [1h, 5m]}, {faster_than: 3x, over: [1d, 2h]}]
    pool: false
    rollover: {up_to: 100 GB}
    top_ups: [{on: 2026-11-12, add: 50 GB, site: cape-town}]
    opening: [{at: "2026-11-12T09:00", used: 312 GB, site: cape-town}]
    overrides: [{site: durban, quota: 1 TB, starts: 1}]
    count: certain
  - {name: planned, plan: [{from: 2026-01-01, quota: 300 GB}, {from: 2026-07-01, quota: 500 GB}]}
  - {name: every-28, quota: 1 GB, per: {every: 28 days, from: 2026-01-05}, starts: {time: "08:00"}}
  - {name: burst, threshold: {over: 20 GB, within: 1h}, direction: out, for: 15m, keep_firing_for: 15m}
  - {name: slow, threshold: {under: 1 MB, within: 6h}, notify: [noc], repeat_every: never}
  - {name: odd, spike: {sensitivity: medium, at_least: 500 MB}, direction: [in, out]}
  - {name: rare, spike: {}, noise: {at_most: 2, per: month}}
  - {name: transit-commit, percentile: {p: 95, over: 100 Mbps}, per: month, direction: max}
  - {name: silent-site, no_data: {after: 30m, zero_is_silent: false}}
"""


def wrongs(text: str) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(as_json(text.encode()))]


def tables(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema with a description or properties, wherever it stands."""
    if isinstance(schema, dict):
        yield path, schema
        for key, value in schema.items():
            yield from tables(value, f"{path}/{key}")
    elif isinstance(schema, list):
        for number, value in enumerate(schema):
            yield from tables(value, f"{path}/{number}")


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("text", EXAMPLES)
def test_everything_that_we_show_people_is_right(text: str) -> None:
    assert wrongs(text) == []


def test_every_key_of_the_language_is_right() -> None:
    assert wrongs(EVERY_KEY) == []


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_a_mistake_of_form_is_refused_and_what_is_refused_is_a_mistake(path: Path) -> None:
    found, problems = as_json(path.read_bytes()), parse([(path.name, path.read_bytes())]).problems
    if found is None:
        return  # no YAML: an editor says so itself
    refused = not VALIDATOR.is_valid(found)
    errors = [problem.message for problem in problems if problem.severity == "error"]
    assert not refused or errors, list(VALIDATOR.iter_errors(found))
    if any(FORM.search(message) for message in errors):
        assert refused


def test_enough_of_the_mistakes_are_of_form_for_that_to_mean_something() -> None:
    found = [as_json(path.read_bytes()) for path in MISTAKES]
    assert sum(one is not None and not VALIDATOR.is_valid(one) for one in found) > 40


@pytest.mark.parametrize(
    ("where", "keys"),
    [
        ((), {*KEYS}),
        (("defaults",), {*DEFAULT_KEYS}),
        (("defaults", "flapping"), {*FLAPPING_KEYS}),
        (("workspaces", "items"), {*WORKSPACE_KEYS}),
        (("sites", "items"), {*SITE_KEYS}),
        (("receivers", "additionalProperties"), {*RECEIVER_KEYS}),
        (("rules", "items"), {*RULE_KEYS}),
        (("rules", "items", "sites"), {*SELECTOR_KEYS}),
        (("receivers", "additionalProperties", "webhook"), {*WEBHOOK_KEYS}),
        (("routes", "items"), {*ROUTE_KEYS}),
        (("routes", "items", "match"), {*MATCH_KEYS}),
        (("mute_timings", "additionalProperties"), {*MUTE_KEYS}),
        (("reports", "items"), {*REPORT_KEYS}),
    ],
)
def test_it_has_the_keys_that_the_checker_reads_and_no_others(where: tuple[str, ...], keys: set[str]) -> None:
    schema: Any = SCHEMA
    for step in where:
        schema = schema[step] if step in {"items", "additionalProperties"} else schema["properties"][step]
    schema = schema["anyOf"][1] if "anyOf" in schema and "properties" not in schema else schema
    assert set(schema["properties"]) == keys


CASES = cases_schema()
OF_CASES = Draft202012Validator(CASES)
TESTS = sorted((ROOT / "rules" / "tests").glob("*.test.yaml"))


def test_the_schema_of_tests_is_a_schema_too() -> None:
    Draft202012Validator.check_schema(CASES)
    assert TESTS


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_the_tests_of_the_example_fleet_are_right(path: Path) -> None:
    assert [error.message for error in OF_CASES.iter_errors(as_json(path.read_bytes()))] == []


@pytest.mark.parametrize(
    ("where", "keys"),
    [
        ((), CASE_KEYS),
        (("series",), SERIES_KEYS),
        (("late",), LATE_KEYS),
        (("silences",), SILENCE_KEYS),
        (("acknowledge",), ACKNOWLEDGE_KEYS),
        (("expect",), EXPECT_KEYS),
        (("expect", "alerts"), ALERT_KEYS),
        (("expect", "messages"), MESSAGE_KEYS),
    ],
)
def test_it_has_the_keys_of_tests_and_no_others(where: tuple[str, ...], keys: tuple[str, ...]) -> None:
    schema: Any = CASES
    for step in where:
        schema = schema["properties"][step]
        schema = schema.get("items", schema)
    assert set(schema["properties"]) == set(keys)


@pytest.mark.parametrize(
    "wrong",
    [
        "start: 2026-06-01T00:00:00",
        "expect: {messages: [{at: 2026-06-01T00:00:00Z}]}",
        "expect: {alerts: [{at: 2026-06-01T00:00:00Z, rule: lte}]}",
        "series: [{site: durban}]",
        "serie: []",
    ],
)
def test_a_test_with_a_mistake_of_form_is_refused(wrong: str) -> None:
    key = wrong.partition(":")[0]
    right = {"rules": "[a.yaml]", "start": "2026-06-01T00:00:00Z", "series": '[{site: durban, in: "1MBx9"}]'}
    text = "".join(f"{name}: {value}\n" for name, value in right.items() if name != key)
    assert OF_CASES.is_valid(as_json("".join(f"{name}: {value}\n" for name, value in right.items()).encode()))
    assert not OF_CASES.is_valid(as_json(f"{text}{wrong}\n".encode()))


def test_no_map_takes_keys_that_nobody_knows_and_everything_is_described() -> None:
    for path, schema in (*tables(SCHEMA), *tables(CASES)):
        if schema.get("type") == "object":
            assert "additionalProperties" in schema, path
        if schema.get("type") in {"object", "array", "string", "integer", "number", "boolean"}:
            assert schema.get("description") or path.endswith(("propertyNames", "enum")), path


def test_a_key_of_another_kind_is_refused() -> None:
    head = "version: 1\nrules:\n  - "
    assert wrongs(f"{head}{{name: a, quota: 1 GB, for: 5m}}")
    assert wrongs(f"{head}{{name: a, threshold: {{over: 1 GB, within: 1h}}, per: month}}")
    assert wrongs(f"{head}{{name: a, no_data: {{after: 1h}}, direction: in}}")
    assert wrongs(f"{head}{{name: a, quota: 1 GB, mute: [nights]}}")
    kinds = ("quota: 1 GB", "threshold: {over: 1 GB, within: 1h}", "no_data: {after: 1h}", "spike: {}")
    for one, other in combinations(kinds, 2):
        assert wrongs(f"{head}{{name: a, {one}, {other}}}")
    assert wrongs(f"{head}{{name: a}}")
