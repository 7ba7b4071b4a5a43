"""What a good configuration becomes, and how files make one."""

from __future__ import annotations

import gc
from datetime import date, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from bot.domain.periods import Per, Starts
from bot.domain.usage import Direction
from bot.rules.check import LARGEST, Parsed, parse
from bot.rules.model import (
    Configuration,
    Endpoint,
    Medium,
    Quota,
    Rule,
    Severity,
    SiteRule,
    Threshold,
    WorkspaceRule,
)
from bot.rules.selectors import EVERYWHERE, Selector

HEAD = 'version: 1\nreceivers: {noc: {slack: "#noc"}}\ndefaults: {receivers: [noc]}\n'
ID = "3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10"


def check(*texts: str) -> Parsed:
    return parse([(f"{chr(97 + n)}.yaml", text.encode()) for n, text in enumerate(texts)])


def good(*texts: str) -> Configuration:
    parsed = check(*texts)
    assert parsed.configuration is not None, [str(p) for p in parsed.problems]
    return parsed.configuration


def rule(body: str) -> Rule:
    return good(f"{HEAD}rules:\n  - {{name: one, {body}}}\n").rules[0]


def quota(body: str) -> Quota:
    judge = rule(body).judge
    assert isinstance(judge, Quota)
    return judge


def threshold(body: str) -> Threshold:
    judge = rule(f"threshold: {{{body}}}").judge
    assert isinstance(judge, Threshold)
    return judge


def messages(*texts: str) -> list[str]:
    return [str(problem) for problem in check(*texts).problems]


def test_a_rule_that_says_only_its_quota_has_the_documented_defaults() -> None:
    assert rule("quota: 500 GB") == Rule(
        "one",
        Quota(500 * 10**9, Per.MONTH, Starts(), (Fraction(80), Fraction(100)), (Severity.WARNING, Severity.WARNING)),
        EVERYWHERE,
        (Direction.TOTAL,),
        Severity.WARNING,
        timedelta(),
        timedelta(),
        None,
    )


def test_a_step_takes_the_severity_of_the_highest_mapped_step_not_above_it() -> None:
    judge = quota("quota: 1 TB, at: [50%, 80%, 90%, 100%, 110%], severity: {80%: info, 100%: critical}")
    assert [s.value for s in judge.severities] == ["warning", "info", "info", "critical", "critical"]


def test_the_severity_of_a_quota_rule_is_that_of_its_worst_step() -> None:
    assert rule("quota: 1 TB, severity: {100%: critical}").severity is Severity.CRITICAL


def test_one_word_of_severity_is_that_of_every_step() -> None:
    assert quota("quota: 1 TB, at: [12.5%, 100%], severity: info").severities == (Severity.INFO, Severity.INFO)


@pytest.mark.parametrize(
    ("body", "per", "starts"),
    [
        ("per: hour", Per.HOUR, Starts()),
        ("per: day", Per.DAY, Starts()),
        ('per: day, starts: {time: "08:00"}', Per.DAY, Starts(time=time(8))),
        ("per: week, starts: Monday", Per.WEEK, Starts(weekday=0)),
        ('per: week, starts: {day: sun, time: "23:59"}', Per.WEEK, Starts(weekday=6, time=time(23, 59))),
        ("per: month, starts: 31", Per.MONTH, Starts(day=31)),
        ("starts: 15", Per.MONTH, Starts(day=15)),
        ('starts: {day: 15, time: "08:00"}', Per.MONTH, Starts(day=15, time=time(8))),
        ("per: quarter, starts: 2", Per.QUARTER, Starts(day=2)),
        ("per: year", Per.YEAR, Starts()),
        ("per: month, starts: site", Per.MONTH, None),
    ],
)
def test_billing_periods_are_read_as_written(body: str, per: Per, starts: Starts | None) -> None:
    judge = quota(f"quota: site, {body}")
    assert (judge.limit, judge.per, judge.starts) == (None, per, starts)


def test_a_period_of_days_counts_from_its_date() -> None:
    judge = quota("quota: 40 GB, per: {every: 4 weeks, from: 2026-01-05}")
    assert (judge.per, judge.every, judge.anchor) == (Per.DAYS, 28, date(2026, 1, 5))


def test_a_threshold_in_bytes_is_kept_as_it_is() -> None:
    assert threshold("over: 20 GB, within: 1h") == Threshold(20 * 10**9, timedelta(hours=1))
    assert threshold("under: 1 MB, within: 6h") == Threshold(10**6, timedelta(hours=6), under=True)


def test_a_rate_becomes_bytes_over_its_window() -> None:
    assert threshold("over: 80 Mbps, within: 15m") == Threshold(9 * 10**9, timedelta(minutes=15), rate=80 * 10**6)


@pytest.mark.parametrize("bits", [1, 3, 7, 8, 1001])
@pytest.mark.parametrize("minutes", [1, 5, 7])
def test_a_rate_is_judged_as_exactly_as_if_bytes_had_fractions(bits: int, minutes: int) -> None:
    exact = Fraction(bits * minutes * 60, 8)
    over = threshold(f"over: {bits} bps, within: {minutes}m").limit
    under = threshold(f"under: {bits} bps, within: {minutes}m").limit
    for used in range(max(0, int(exact) - 3), int(exact) + 4):
        assert (used > over) == (used > exact)
        assert (used < under) == (used < exact)


def test_the_rest_of_a_rule_is_read() -> None:
    text = "threshold: {over: 1 GB, within: 1h}, direction: [in, max], for: 15m, keep_firing_for: 1h, severity: info"
    found = rule(f"{text}, notify: []")
    assert found.directions == (Direction.IN, Direction.MAX)
    assert (found.hold, found.keep_firing) == (timedelta(minutes=15), timedelta(hours=1))
    assert (found.severity, found.notify, found.kind) == (Severity.INFO, (), "threshold")


def test_selectors_take_one_value_or_a_list_for_every_key() -> None:
    found = rule(
        f"quota: 1 GB, sites: {{name: [a-*, b], id: {ID.upper()}, workspace: def*, tags: {{plan: [x, y], c: z}}}}"
    )
    assert found.sites == Selector(("a-*", "b"), (ID,), ("def*",), {"plan": ("x", "y"), "c": ("z",)})
    assert rule("quota: 1 GB, sites: all").sites == EVERYWHERE


def test_a_receiver_can_have_several_media() -> None:
    found = good(
        "version: 1\nreceivers: {all: {slack: C0123ABCD, email: [a@example.com, b@example.com], terminal: true}}\n"
    )
    assert found.receivers["all"].endpoints == (
        Endpoint(Medium.SLACK, ("C0123ABCD",)),
        Endpoint(Medium.EMAIL, ("a@example.com", "b@example.com")),
        Endpoint(Medium.TERMINAL),
    )


def test_sites_and_workspaces_are_read() -> None:
    found = good(
        "version: 1\nworkspaces: [{name: acme, token_env: ACME_TOKEN, requests_per_minute: 90, channels: ['#acme']}]\n"
        f"sites: [{{id: {ID}, name: no, timezone: Asia/Kathmandu, tags: {{a: off}}, quota: 300 GB, starts: 8}}]\n"
    )
    assert found.workspaces == (WorkspaceRule("acme", "ACME_TOKEN", 90, ("#acme",)),)
    expected = SiteRule(ID, "no", "acme", ZoneInfo("Asia/Kathmandu"), {"a": "off"}, 300 * 10**9, Starts(day=8))
    assert found.sites == (expected,)


def test_without_workspaces_there_is_one_called_default() -> None:
    assert good("version: 1\n").workspaces == (WorkspaceRule("default"),)


def test_files_are_one_configuration_whatever_their_order() -> None:
    rules = "version: 1\nrules: [{name: one, quota: 1 GB, notify: [noc]}]\n"
    more = "version: 1\nrules: [{name: two, quota: 1 GB}]\nreceivers: {mail: {email: a@example.com}}\n"
    found = good(rules, more, HEAD)
    assert [r.name for r in found.rules] == ["one", "two"]
    assert sorted(found.receivers) == ["mail", "noc"]
    assert found.operators == found.default_receivers == ("noc",)
    texts = [("a.yaml", rules.encode()), ("b.yaml", HEAD.encode())]
    assert parse(texts) == parse(texts[::-1])


def test_operators_of_their_own_replace_the_default_receivers() -> None:
    assert good(HEAD, "version: 1\nreceivers: {boss: {terminal: true}}\noperators: [boss]\n").operators == ("boss",)


def test_the_same_name_in_two_files_is_told_with_both_places() -> None:
    one = "version: 1\nrules: [{name: one, quota: 1 GB, notify: []}]\n"
    assert messages(one, one) == ["b.yaml:2:10: the rule 'one' exists already, at a.yaml:2:10"]
    assert messages(HEAD, "version: 1\nreceivers: {noc: {terminal: true}}\n") == [
        "b.yaml:2:13: the receiver 'noc' exists already, at a.yaml:2:13"
    ]


def test_defaults_and_operators_are_given_once() -> None:
    assert messages(HEAD, "version: 1\ndefaults: {timezone: UTC}\n") == [
        "b.yaml:2:1: `defaults` is given once for all files, and is at a.yaml:3:1 already"
    ]


def test_every_file_says_its_version() -> None:
    assert messages(HEAD, "rules: []\n") == ["b.yaml:1:1: a rules file needs `version`"]


def test_a_file_that_cannot_be_read_makes_no_complaints_about_what_it_may_declare() -> None:
    uses = "version: 1\nworkspaces: []\nrules: [{name: one, quota: 1 GB, notify: [noc], sites: {workspace: acme}}]\n"
    assert messages(uses, "version: 1\nreceivers: {noc: [}\n") == [
        "b.yaml:2:19: something is missing here, or a bracket is closed that was not opened"
    ]


def test_all_mistakes_of_one_rule_are_told_at_once() -> None:
    text = f"{HEAD}rules:\n  - name: one\n    quota: 500\n    at: [80, 50%]\n    pool: yes\n    direction: up\n"
    assert [m.partition(": ")[2] for m in messages(text)] == [
        "500 has no unit; write 500 GB",
        "80 has no unit; write 80%",
        "'yes' is no truth value; write true or false",
        "'up' is no direction; write in, out, total or max",
    ]


def test_more_than_ten_mebibytes_are_refused_unread() -> None:
    assert messages("#" * (LARGEST // 2), "#" * (LARGEST // 2 + 1)) == [
        "b.yaml:1:1: the rules are larger than 10 MiB in all; split the fleet"
    ]


def test_no_files_make_an_empty_configuration() -> None:
    assert good().rules == ()


def test_a_byte_order_mark_is_no_mistake() -> None:
    assert good("\ufeffversion: 1\n").rules == ()


def test_the_version_changes_with_the_text_and_the_places_of_rules_are_known() -> None:
    assert good("version: 1\n").version != good("version: 1\n#\n").version
    assert str(check(f"{HEAD}rules:\n  - name: one\n    quota: 1 GB\n").places["one"]) == "a.yaml:5:5"


def test_a_secret_written_for_its_name_is_not_repeated() -> None:
    assert "alto_sk_live" not in str(messages("version: 1\nworkspaces: [{name: a, token_env: alto_sk_live}]\n"))


def test_a_moment_needs_no_quotes_in_braces() -> None:
    """The parser in C takes its colon for the end of a key; columns behind it stay where they are."""
    text = f"{HEAD}rules: [{{name: 2026-11-12T09:00, quota: 3}}, {{name: 2026-11-12T09:00:30+02:00, quota: 1 GB}}]\n"
    assert messages(text) == ["a.yaml:4:41: 3 has no unit; write 3 GB"]
    assert [rule.name for rule in good(text.replace("3}", "3 GB}")).rules] == [
        "2026-11-12T09:00",
        "2026-11-12T09:00:30+02:00",
    ]


def test_the_character_that_stands_for_a_colon_meanwhile_cannot_be_written() -> None:
    assert messages("version: 1\n# \uf8ff\n") == [
        "a.yaml:2:3: the character U+F8FF cannot stand in a rules file; remove it"
    ]


def test_the_search_for_cycles_goes_on_after_a_configuration_was_read() -> None:
    assert gc.isenabled()
    good(HEAD)
    messages("[")
    assert gc.isenabled()
