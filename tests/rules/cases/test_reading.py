"""What a test file says, and what is said of its mistakes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.times import Window, iso
from bot.rules.cases.read import read_case
from bot.rules.cases.sites import sites_of
from bot.rules.check import Parsed
from bot.rules.kinds import Quota
from bot.rules.problems import Place, Wrong
from tests.rules.cases.given import CASE, RULES, case, parsed, problems, reading


def test_the_example_is_read_in_full() -> None:
    found = case()
    assert (iso(found.window.start), iso(found.window.end)) == ("2026-06-01T00:00:00Z", "2026-06-02T04:00:00Z")
    assert found.bucket == 300
    cape_town, durban = found.series
    assert (len(cape_town.known), cape_town.known.sum()) == (336, 324)
    assert (durban.out_bytes.tolist(), durban.in_bytes.tolist()) == ([10**6] * 12, [0] * 12)
    (late,) = found.late
    assert (late.site, late.in_bytes, late.out_bytes, late.seen - late.slot) == (0, 800 * 10**6, 0, 21 * 60)
    (silence,) = found.silences
    assert silence.ends_at - silence.starts_at == 3600
    assert (found.acknowledged[0].rule, found.acknowledged[0].site) == ("daily", 0)
    (alert,) = found.alerts
    assert (alert.place, alert.state, alert.step) == (Place("a.test.yaml", 15, 7), "firing", Fraction(80))
    (message,) = found.messages
    assert (message.receiver, message.contains) == ("noc", ("cape-town", "80%"))


def test_a_bucket_is_known_where_both_directions_are() -> None:
    text = CASE.replace('"10MBx288 _x12 10MB+1MBx36", out: "0Bx336"', '"1MBx2 _ 1MB", out: "_ 1MBx3"')
    text = text.partition("late:")[0]
    assert case(text).series[0].known.tolist() == [False, True, False, True]


def test_what_a_test_says_of_its_site_goes_before_the_rules_and_the_rest_is_theirs() -> None:
    found = case()
    cape_town, durban = sites_of(found.series, found.configuration)
    assert (cape_town.key, durban.key) == (1, 2)
    assert cape_town.timezone == ZoneInfo("UTC")
    assert durban.timezone == ZoneInfo("Africa/Windhoek")
    assert durban.tags == {"plan": "lte-200", "carrier": "mtn"}
    assert durban.quota == 300 * 10**9
    assert durban.id == "3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10"
    assert cape_town.id == sites_of(found.series, found.configuration)[0].id != durban.id


def test_a_site_of_no_zone_is_in_the_default_one() -> None:
    found = case(CASE.replace("timezone: UTC, ", ""))
    assert sites_of(found.series, found.configuration)[0].timezone == ZoneInfo("Africa/Johannesburg")


def test_the_clock_stops_with_the_longest_series() -> None:
    text = "rules: fleet.yaml\nstart: 2026-06-01T00:00:00Z\nseries: [{site: a, in: 1MBx3}, {site: b, out: 1MBx5}]\n"
    assert case(text).window == Window.of(*map(_instant, ("2026-06-01T00:00:00+00:00", "2026-06-01T00:25:00+00:00")))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_late_bucket_keeps_what_it_does_not_say_as_the_series_has_it() -> None:
    text = CASE.replace("slot: 2026-06-01T10:00:00Z", "slot: 2026-06-01T00:00:00Z").replace("in: 800MB", "out: 7B")
    (late,) = case(text).late
    assert (late.in_bytes, late.out_bytes) == (10**7, 7)


def test_a_late_arrival_says_what_the_series_does_not() -> None:
    text = CASE.replace("slot: 2026-06-01T10:00:00Z", "slot: 2026-06-02T00:30:00Z")
    text = text.replace("seen: 2026-06-01T10:21:00Z", "seen: 2026-06-02T02:00:00Z")
    (late,) = case(text).late
    assert not case(text).series[0].known[294]
    assert (late.in_bytes, late.out_bytes) == (800 * 10**6, 0)


HEAD = "rules: [fleet.yaml]\nstart: 2026-06-01T00:00:00Z\n"
BODY = f'{HEAD}series: [{{site: durban, in: "1MBx12 _"}}]\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1:1: the file is empty; a test of rules begins with `rules: [fleet.yaml]`"]),
        ("- a\n", ["1:1: a test of rules is a map: it begins with `rules: [fleet.yaml]`"]),
        (
            "seris: []\n",
            [
                "1:1: a test needs `rules`",
                "1:1: a test needs `start`",
                "1:1: unknown key 'seris' — did you mean 'series'?",
            ],
        ),
        (HEAD, ['1:1: a test needs `series`, like [{site: durban, in: "10MBx288"}]']),
        (f"{HEAD}series: []\n", ["3:9: this list is empty; fill it or remove the key"]),
        (
            f'{HEAD}series: [{{site: durban, in: "1MB 5x2 1MB"}}]\n',
            ["3:34: '5x2': '5' is not bytes with their unit; write 5MB"],
        ),
        (
            f"{HEAD}series: [{{site: durban, in: 1MB x2}}]\n",
            ["3:33: 'x2' is not a bucket's usage; no space stands before the `x`"],
        ),
        (
            f"{HEAD}series:\n  - site: durban\n    in: >\n      1MB\n      5x2\n",
            ["5:9: word 2: '5x2': '5' is not bytes with their unit; write 5MB"],
        ),
        (
            f"{HEAD}series: [{{site: durban, in: 1MBx3, out: 1MBx4}}]\n",
            ["3:36: `in` has 3 buckets and `out` 4; both are to have as many"],
        ),
        (
            f"{HEAD}series: [{{site: durban}}, {{sit: a, in: [1MB]}}]\n",
            [
                '3:10: a series needs `in`, `out` or both, like in: "10MBx288"',
                "3:27: unknown key 'sit' — did you mean 'site'?",
                '3:39: a series is text, like "10MBx288 _x12"',
            ],
        ),
        (
            f"{HEAD}series: [{{site: durban, in: 1MB}}, {{site: durban, in: 1MB}}]\n",
            ["3:36: the site 'durban' has a series already, at a.test.yaml:3:11"],
        ),
        (
            f"{HEAD}series: [{{site: a, in: 1Bx1500000}}, {{site: b, in: 1Bx500001}}]\n",
            ["3:37: with this series the test has more than 2,000,000 buckets; split it"],
        ),
        (
            f"{HEAD}series: [{{site: durban, workspace: acme, in: 1MB}}]\n",
            ["3:36: there is no workspace 'acme' in these rules"],
        ),
        (
            BODY.replace("00:00:00Z", "00:03:00Z"),
            ["2:1: a test starts where a bucket of 5 minutes does; write 2026-06-01T00:00:00Z"],
        ),
        (
            BODY.replace("00:00:00Z", "00:00:00"),
            ["2:8: '2026-06-01T00:00:00' names no zone; write 2026-06-01T00:00:00Z if UTC is meant"],
        ),
        (
            BODY.replace("2026-06-01T00:00:00Z", "today"),
            ["2:8: 'today' is not an instant; write it like 2026-06-01T06:40:00Z"],
        ),
        (
            BODY.replace("2026-06-01T", "2026-02-30T"),
            ["2:8: '2026-02-30T00:00:00Z' is not an instant; write it like 2026-06-01T06:40:00Z"],
        ),
        (
            f"{BODY}bucket: 7m\n",
            ["4:9: a bucket is whole minutes, and a day a whole number of buckets, like 5m, 15m or 1h"],
        ),
        (
            f"{BODY}late: [{{site: durbn, slot: 2026-06-01T00:01:00Z, seen: 2026-06-03T00:00:00Z, in: 5}}]\n",
            [
                "4:15: no series is of a site 'durbn' — did you mean 'durban'?",
                (
                    "4:28: no bucket starts at 2026-06-01T00:01:00Z: they are 5 minutes long; one starts at "
                    "2026-06-01T00:00:00Z"
                ),
                (
                    "4:56: 2026-06-03T00:00:00Z is not in the test, which runs from 2026-06-01T00:00:00Z to "
                    "2026-06-01T01:05:00Z"
                ),
            ],
        ),
        (
            f"{BODY}late: [{{site: durban, slot: 2026-06-01T00:05:00Z, seen: 2026-06-01T00:07:00Z, in: 5}}]\n",
            [
                "4:51: nothing is seen of this bucket before its end, 2026-06-01T00:10:00Z",
                "4:83: 5 has no unit; write 5MB",
            ],
        ),
        (
            BODY.replace('"1MBx12 _"', '"1MBx12 _", out: "_x13"')
            + "late: [{site: durban, slot: 2026-06-01T01:00:00Z, seen: 2026-06-01T01:05:00Z, in: 5MB}]\n",
            ["4:8: the series does not say `out` of this bucket, so it is needed here"],
        ),
        (
            f"{BODY}late: [{{site: durban, slot: 2026-06-02T00:00:00Z, seen: 2026-06-01T01:05:00Z, in: 5MB}}]\n",
            ["4:23: no bucket of the test starts at 2026-06-02T00:00:00Z"],
        ),
        (
            f"{BODY}silences: [{{match: {{site: durban}}, from: 2026-06-01T09:00:00Z, until: 2026-06-01T08:00:00Z}}]\n",
            ["4:64: this silence ends before it begins, at 2026-06-01T09:00:00Z"],
        ),
        (
            f"{BODY}silences: [{{match: {{site: durbn}}, from: 2026-06-01T08:00:00Z, until: 2026-06-01T09:00:00Z}}]\n",
            ["4:20: no series is of a site 'durbn' — did you mean 'durban'?"],
        ),
        (
            f"{BODY}silences: [{{match: {{rule: dayly}}, from: 2026-06-01T08:00:00Z, until: 2026-06-01T09:00:00Z}}]\n",
            ["4:27: no rule is called 'dayly' — did you mean 'daily'?"],
        ),
        (
            f"{BODY}acknowledge: [{{rule: dayly, site: durban, at: 2026-06-01T00:05:00Z}}]\n",
            ["4:22: there is no rule 'dayly' in these rules — did you mean 'daily'?"],
        ),
        (
            f"{BODY}expect: {{alerts: [{{rule: daily, site: durban, state: fired, step: 85%}}], mesages: []}}\n",
            [
                "4:19: an expected alert needs `at`",
                "4:54: 'fired' is no state; write pending, firing or resolved",
                "4:67: 85 % is no step of rule 'daily'; its steps are: 80 %, 90 %, 100 %",
                "4:74: unknown key 'mesages' — did you mean 'messages'?",
            ],
        ),
        (
            f"{BODY}expect: {{alerts: [{{at: 2026-06-01T00:05:00Z, rule: burst, step: 80%}}]}}\n",
            [
                "4:19: an expected alert needs `site`",
                "4:19: an expected alert needs `state` (pending, firing or resolved) or `transition`",
                "4:65: 80 % is no step of rule 'burst'; its steps are: none",
            ],
        ),
        (
            f"{BODY}expect: {{messages: [{{at: 2026-06-01T00:05:00Z, receiver: nok, contains: [80]}}]}}\n",
            [
                "4:58: there is no receiver 'nok' in these rules — did you mean 'noc'?",
                '4:74: YAML reads 80 as a number; text is expected, so write "80"',
            ],
        ),
    ],
)
def test_every_mistake_is_named_with_its_place_and_its_remedy(text: str, expected: list[str]) -> None:
    assert problems(text) == expected


def test_a_series_needs_its_workspace_where_there_are_several() -> None:
    rules = RULES.replace(
        "sites:",
        "workspaces: [{name: acme, token_env: A}, {name: globex, token_env: B}]\nsites:",
    ).replace("name: durban\n", "name: durban\n    workspace: globex\n")
    text = f"{HEAD}series: [{{site: durban, in: 1MB}}, {{site: joburg, in: 1MB}}]\n"
    assert problems(text, rules) == ["3:35: a series needs `workspace` where there are several: acme, globex"]
    text = text.replace("joburg", "durban, workspace: acme")
    found = case(f"{text}expect: {{messages: []}}\n", rules)
    assert [one.full_name for one in found.series] == ["globex/durban", "acme/durban"]
    ambiguous = f"{text}acknowledge: [{{rule: daily, site: durban, at: 2026-06-01T00:05:00Z}}]\n"
    assert problems(ambiguous, rules)[0].startswith("4:35: no series is of a site 'durban' — did you mean '")
    assert case(ambiguous.replace("site: durban, at", "site: acme/durban, at"), rules).acknowledged[0].site == 1


def test_broken_rules_are_no_mistake_of_the_test_but_it_cannot_be_run() -> None:
    found = reading(CASE, "version: 1\nrulez: []\n")
    assert (found.case, found.problems) == (None, ())


def test_rules_that_cannot_be_read_are_a_mistake_at_their_place() -> None:
    def load(_: object) -> Parsed:
        raise Wrong("there is no such file")

    found = read_case("a.test.yaml", CASE.encode(), load)
    assert [str(problem) for problem in found.problems] == ["a.test.yaml:1:8: there is no such file"]


def test_a_pool_has_no_site() -> None:
    whole = parsed()
    assert whole.configuration is not None
    daily, *rest = whole.configuration.rules
    assert isinstance(daily.judge, Quota)
    pool = replace(daily, judge=replace(daily.judge, pool=True))
    pooled = replace(whole, configuration=replace(whole.configuration, rules=(pool, *rest)))
    start = f"{BODY}expect: {{alerts: [{{at: 2026-06-01T00:05:00Z, rule: daily, state: firing"
    found = read_case("a.test.yaml", f"{start}}}]}}\n".encode(), lambda _: pooled)
    assert found.case is not None
    assert found.case.alerts[0].site is None
    wrong = read_case("a.test.yaml", f"{start}, site: durban}}]}}\n".encode(), lambda _: pooled)
    assert [problem.message for problem in wrong.problems] == [
        "the sites of rule 'daily' are one pool, whose alert has no `site`"
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xfe",
        b"a: &a [*a]\n",
        b"series: " + b"[" * 5000,
        b"series: [{in: '" + b"1MB " * 600_000 + b"'}]",
        b"expect: {alerts: [" + b"{}," * 20_000 + b"]}",
        b"rules: {a: 1}\nseries: 5\nlate: x\nexpect: [1]\nbucket: {}\nstart: []\n",
    ],
    ids=lambda raw: f"{raw[:12]!r}",
)
def test_hostile_files_are_refused_and_never_raise(raw: bytes) -> None:
    found = read_case("a.test.yaml", raw, lambda _: parsed())
    assert found.case is None
    assert found.problems


def test_the_given_rules_are_right() -> None:
    assert parsed().problems == ()


PIECES = st.sampled_from(
    ["", "_", "x", "x0", "10MB", "5", "[", "]", "{", "}", ": ", "- ", "\n", "2026-06-01T06:40:00Z", "99999999999999999",
     "~", "true", "80%", "cape-town", "rules", "\U0001f4a3", "'"]
)  # fmt: skip


@given(st.integers(0, len(CASE)), st.integers(0, 30), PIECES)
def test_whatever_is_written_is_read_or_refused_with_its_place(start: int, length: int, piece: str) -> None:
    text = CASE[:start] + piece + CASE[start + length :]
    found = reading(text)
    assert (found.case is None) == bool(found.problems)
    lines = text.split("\n")
    for problem in found.problems:
        assert 1 <= problem.line <= len(lines) + 1
        assert problem.column <= len(lines[min(problem.line, len(lines)) - 1]) + 2
