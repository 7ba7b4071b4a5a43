"""Nothing that anybody can write makes the checker raise, hang or blow up."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.rules.check import parse
from bot.rules.rule import KEYS as RULE_KEYS

ID = "3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10"
GOOD = (Path(__file__).parents[2] / "rules" / "fleet.yaml").read_text().replace("sites_file: sites.csv\n", "")
MARKS = [*"[]{}:,-#&*!|>'\"%@`?\n\t \\~", "\n  ", "\n- ", ": ", "---\n", "...\n", "<<: ", "\x00", "\u2028", "é"]
KEYS = ["version: 1\n", "rules:", "quota: ", "name", "at", "sites: ", "tags", "receivers: "]
VALUES = ["500 GB", "[80%]", "&a ", "*a", "!!str ", "null"]
WORDS = st.sampled_from([*MARKS, *KEYS, *VALUES])


def judged(raw: bytes) -> None:
    parsed = parse([("a.yaml", raw)])
    assert (parsed.configuration is None) == any(p.severity == "error" for p in parsed.problems)
    assert all(p.line >= 1 and p.column >= 1 and p.message for p in parsed.problems)


@settings(deadline=None, max_examples=300)
@given(st.lists(WORDS, max_size=40).map("".join))
@example("%YAML 2.0\n---\na")
@example("%FOO\n---\na")
@example('a: "\\UFFFFFFFF"')
@example('a: "\\ud800"\nversion: 1')
def test_no_text_makes_an_exception_escape(text: str) -> None:
    judged(text.encode("utf-8", "surrogatepass"))


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=200))
def test_no_bytes_make_an_exception_escape(raw: bytes) -> None:
    judged(raw)


@settings(deadline=None, max_examples=200)
@given(st.integers(0, len(GOOD)), st.integers(0, 30), WORDS)
def test_no_damage_to_a_good_file_makes_an_exception_escape(at: int, cut: int, put: str) -> None:
    judged((GOOD[:at] + put + GOOD[at + cut :]).encode())


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=40))
def test_no_value_makes_an_exception_escape(value: str) -> None:
    quoted = "'" + value.replace("'", "''") + "'"
    for key in RULE_KEYS:
        judged(f"version: 1\nrules: [{{name: a, {key}: {quoted}}}]\n".encode("utf-8", "surrogatepass"))
    for key in ("billing_factor", "starts", "tags"):
        judged(f"version: 1\nsites: [{{id: {ID}, {key}: {quoted}}}]\n".encode("utf-8", "surrogatepass"))
    judged(f"version: 1\nsites_file: {quoted}\n".encode("utf-8", "surrogatepass"))
    judged(f"version: 1\ndefaults: {{timezone: {quoted}}}\n".encode("utf-8", "surrogatepass"))


INNER = [
    "plan: [{{from: {0}, quota: {0}}}]",
    "quota: 1 GB, overrides: [{{site: {0}, quota: {0}, starts: {0}}}]",
    "quota: 1 GB, top_ups: [{{on: {0}, add: {0}, site: {0}}}]",
    "quota: 1 GB, opening: [{{at: {0}, used: {0}, site: {0}}}]",
    "quota: 1 GB, rollover: {{up_to: {0}}}, pool: {0}, count: {0}",
    "quota: 1 GB, forecast: {{reaches: {0}, sure: {0}}}, pace: [{{faster_than: {0}, over: [{0}, {0}]}}]",
    "percentile: {{p: {0}, over: {0}}}, per: {0}, starts: {0}",
    "no_data: {{after: {0}, zero_is_silent: {0}}}",
    "spike: {{sensitivity: {0}, at_least: {0}}}, noise: {{at_most: {0}, per: {0}}}",
]
TRAPS = [
    "no",
    "on",
    "22:22",
    "'22:22'",
    "500",
    "1,5 GB",
    "'1,5 GB'",
    "24 GB per day",
    "null",
    "[]",
    "{}",
    "1e9",
    ".inf",
]
TRAPS += [
    "0x10",
    "&a x",
    "*a",
    "!!str x",
    "2026-11-12T09:00",
    "-1",
    "99999999999999999999 GB",
    "'\u202e'",
    "{a: {a: x}}",
]


@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("trap", TRAPS)
def test_no_trap_in_the_keys_of_a_kind_is_taken_or_makes_an_exception_escape(inner: str, trap: str) -> None:
    raw = f"version: 1\nrules: [{{name: a, notify: [], {inner.format(trap)}}}]\n".encode()
    judged(raw)
    assert parse([("a.yaml", raw)]).configuration is None


@pytest.mark.parametrize("key", RULE_KEYS)
def test_a_key_that_is_written_twice_is_refused(key: str) -> None:
    problems = parse([("a.yaml", f"version: 1\nrules: [{{{key}: 1, {key}: 1}}]\n".encode())]).problems
    assert any("is written twice" in problem.message for problem in problems)


@pytest.mark.parametrize("bomb", ["[" * 200_000, "{a: " * 50_000, "- " * 200_000, "? " * 200_000, "a: " * 1000])
def test_deep_nesting_is_refused_and_not_followed(bomb: str) -> None:
    judged(f"version: 1\nrules: {bomb}".encode())


def test_an_alias_bomb_is_refused_where_it_begins() -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 9))
    parsed = parse([("a.yaml", f"version: 1\nl0: &l0 [a]\n{levels}".encode())])
    assert parsed.configuration is None
    assert any("anchors and aliases" in p.message for p in parsed.problems)


def test_thousands_of_unknown_words_do_not_buy_hours_of_guessing() -> None:
    sites = "".join(f"  - {{id: x{n}, timezone: Africa/Jo{n}, nam{n}: 1}}\n" for n in range(2000))
    parsed = parse([("a.yaml", f"version: 1\nsites:\n{sites}".encode())])
    assert len(parsed.problems) == 6000
    assert sum(p.suggestion is not None for p in parsed.problems) <= 200


def test_a_long_text_is_not_repeated_in_full() -> None:
    parsed = parse([("a.yaml", f"version: 1\n{'k' * 900}: 1\nrules: [{{name: {'n' * 5000}}}]\n".encode())])
    assert all(len(str(p)) < 300 for p in parsed.problems)
