"""Routes, mute timings, webhooks and reports, as they are understood."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.rules.check import parse
from bot.rules.model import Configuration, Endpoint, Medium, Severity
from bot.rules.selectors import Selector
from bot.rules.telling import (
    EVERYTHING,
    PLAINLY,
    Escalation,
    GroupBy,
    Match,
    MuteTiming,
    Report,
    Rhythm,
    Route,
    Telling,
)

HEAD = """
version: 1
receivers: {noc: {slack: "#noc"}, finance: {email: f@example.com}, tickets: {webhook: {url_env: TICKETS_URL}}}
mute_timings: {nights: {times: ["22:00-06:00"]}}
"""
RULES = "rules: [{name: lte, quota: 1 GB}]\n"


def understood(text: str) -> Configuration:
    parsed = parse([("a.yaml", (HEAD + text).encode())])
    assert parsed.configuration is not None, "\n".join(map(str, parsed.problems))
    return parsed.configuration


def test_a_route_is_read_with_all_its_keys() -> None:
    text = """
routes:
  - match: {rule: "l*", kind: [quota, pace], severity: critical, direction: in, site: "cape-*", workspace: default,
            tags: {plan: [a, b]}}
    notify: [noc, tickets]
    continue: true
    group_by: [site, severity]
    group_wait: 1m
    group_interval: 10m
    repeat_every: 4h
    mute: nights
    send_resolved: false
    escalate: {after: 30m, notify: [finance]}
  - notify: [noc]
"""
    sites = Selector(("cape-*",), (), ("default",), {"plan": ("a", "b")})
    telling = Telling(
        (GroupBy.SITE, GroupBy.SEVERITY),
        timedelta(minutes=1),
        timedelta(minutes=10),
        timedelta(hours=4),
        send_resolved=False,
        mute=("nights",),
        escalate=Escalation(timedelta(minutes=30), ("finance",)),
    )
    match = Match(("l*",), ("quota", "pace"), (Severity.CRITICAL,), ("in",), sites)
    routes = understood(RULES + text).routes
    assert routes == (Route(match, ("noc", "tickets"), telling, goes_on=True), Route(EVERYTHING, ("noc",)))


def test_a_site_that_is_an_id_is_matched_as_one() -> None:
    written = "3E0B5A0E-58e4-4b0b-9a55-0c1f5b6f2a10"
    text = f"routes: [{{match: {{site: {written}}}, notify: [noc]}}, {{notify: []}}]\n"
    first, last = understood(RULES + text).routes
    assert first.match.sites == Selector(ids=(written.lower(),))
    assert last.notify == ()


def test_one_group_for_everything_and_never_repeating_can_be_written() -> None:
    (route,) = understood(RULES + "routes: [{notify: [noc], group_by: [], repeat_every: never}]\n").routes
    assert route.telling == Telling(group_by=())


def test_a_rule_with_its_own_receivers_may_say_how_they_are_told() -> None:
    text = "rules: [{name: a, quota: 1 GB, notify: [noc], repeat_every: 4h}, {name: b, quota: 1 GB, notify: []}]\n"
    first, second = understood(text).rules
    assert (first.notify, first.telling) == (("noc",), Telling(repeat_every=timedelta(hours=4)))
    assert (second.notify, second.telling) == ((), PLAINLY)


def test_a_rule_may_leave_everything_to_the_routes() -> None:
    (rule,) = understood(RULES + "routes: [{notify: [noc]}]\n").rules
    assert (rule.notify, rule.telling) == (None, PLAINLY)


def test_mute_timings_of_several_files_are_one_map() -> None:
    more = (
        b'version: 1\nmute_timings: {weekends: {days: [sat, Sunday], timezone: Asia/Kathmandu, times: ["18:00-24:00"]}}'
    )
    parsed = parse([("a.yaml", HEAD.encode()), ("b.yaml", more)])
    assert parsed.configuration is not None
    weekends = MuteTiming("weekends", frozenset({5, 6}), ((time(18), time(0)),), ZoneInfo("Asia/Kathmandu"))
    nights = MuteTiming("nights", times=((time(22), time(6)),))
    assert parsed.configuration.mute_timings == {"nights": nights, "weekends": weekends}


def test_a_webhook_is_known_by_the_name_of_its_setting() -> None:
    assert understood("").receivers["tickets"].endpoints == (Endpoint(Medium.WEBHOOK, ("TICKETS_URL",)),)


def test_a_webhook_stays_itself_when_it_gets_a_secret() -> None:
    text = HEAD.replace("{url_env: TICKETS_URL}", "{url_env: TICKETS_URL, secret_env: TICKETS_SECRET}")
    configuration = parse([("a.yaml", text.encode())]).configuration
    assert configuration is not None
    (signed,) = configuration.receivers["tickets"].endpoints
    assert signed.secret == "TICKETS_SECRET"
    assert signed == understood("").receivers["tickets"].endpoints[0]
    assert str(signed) == "webhook:TICKETS_URL"


@pytest.mark.parametrize("name", ["webhook_url", "webhook_text", "webhook_empty"])
def test_a_url_that_stands_in_the_rules_is_not_repeated(name: str) -> None:
    (found,) = {
        str(p) for p in parse([("a.yaml", WRONG[name].encode())]).problems if "url_env" in str(p) or "URL" in str(p)
    }
    assert "secret" not in found


WRONG = {
    "webhook_url": 'version: 1\nreceivers: {tickets: {webhook: {url_env: "https://example.com/secret"}}}\n',
    "webhook_text": 'version: 1\nreceivers: {tickets: {webhook: "https://example.com/secret"}}\n',
    "webhook_empty": 'version: 1\nreceivers: {tickets: {webhook: {url: "https://example.com/secret"}}}\n',
}


def test_reports_are_read() -> None:
    text = 'reports: [{per: week, notify: noc}, {per: month, notify: [finance], day: 31, time: "07:30"}]\n'
    assert understood(text).reports == (
        Report(Rhythm.WEEKLY, ("noc",), 0, time(8), name="weekly"),
        Report(Rhythm.MONTHLY, ("finance",), 31, time(7, 30), name="monthly"),
    )


def test_reports_without_a_name_are_told_apart() -> None:
    text = "reports: [{per: week, notify: noc}, {name: weekly, per: week, notify: noc}, {per: week, notify: noc}]\n"
    assert [report.name for report in understood(text).reports] == ["weekly-2", "weekly", "weekly-3"]


def test_a_report_may_be_about_some_workspaces() -> None:
    (report,) = understood("reports: [{per: month, notify: noc, workspaces: def*}]\n").reports
    assert report.workspaces == ("def*",)


def test_routes_stand_in_one_file() -> None:
    one = HEAD + RULES + "routes: [{notify: [noc]}]\n"
    parsed = parse([("a.yaml", one.encode()), ("b.yaml", b"version: 1\nroutes: [{notify: [noc]}]\n")])
    assert [str(p) for p in parsed.problems] == [
        "b.yaml:2:1: `routes` is given once for all files, and is at a.yaml:6:1 already"
    ]


def test_of_customers_who_are_kept_apart_nothing_is_warned() -> None:
    config = """
version: 1
workspaces:
  - {name: acme, token_env: ACME_TOKEN, channels: ["#acme"]}
  - {name: globex, token_env: GLOBEX_TOKEN, channels: [C0123ABCD, "#acme"]}
operators: [noc]
receivers:
  noc: {slack: "#noc"}
  both: {slack: "#acme", fallback: noc}
  globex: {slack: C0123ABCD}
  mail: {email: it@acme.example, fallback: both}
defaults: {receivers: [globex]}
routes:
  - {match: {rule: ours, kind: quota}, notify: [both], continue: true}
  - {match: {workspace: acme}, notify: [mail, both]}
  - {match: {tags: {plan: lte}}, notify: [globex]}
reports:
  - {per: week, notify: [noc, both, globex]}
  - {per: month, notify: [mail], workspaces: [acme]}
rules:
  - {name: ours, sites: {workspace: acme}, quota: 500 GB}
  - {name: tagged, sites: {tags: {customer: globex}}, quota: 500 GB, notify: [globex]}
  - {name: all, quota: 500 GB}
"""
    assert parse([("a.yaml", config.encode())]).problems == ()
