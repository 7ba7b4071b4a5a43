"""Which ways an alert takes to people."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.attention import acknowledged, attended
from bot.alerts.model import Alert, AlertKey, Change, Kind, State
from bot.alerts.routing import group_name, hearers_of, identity_of, matches, signature_of, ways_of
from bot.domain.sites import Site
from bot.domain.times import Slot
from bot.domain.usage import Direction
from bot.rules.check import parse
from bot.rules.model import Configuration, Severity
from bot.rules.selectors import Selector
from bot.rules.telling import Match

SITE = Site(7, "acme", "3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10", "cape-town", ZoneInfo("UTC"), {"plan": "lte-500"})
ALERT = Alert(AlertKey("acme", "lte", Kind.QUOTA, 7, Direction.IN), State.FIRING, Slot(0), Severity.WARNING, id=1)
HEAD = """
version: 1
defaults: {receivers: [noc]}
operators: [ops]
workspaces: [{name: acme}]
receivers: {noc: {terminal: true}, oncall: {terminal: true}, boss: {terminal: true}, ops: {terminal: true}}
rules:
  - {name: lte, quota: 1 GB, direction: in}
  - {name: own, quota: 1 GB, notify: [boss], group_by: [site]}
  - {name: silent, quota: 1 GB, notify: []}
"""


def configured(routes: str = "") -> Configuration:
    parsed = parse([("a.yaml", (HEAD + routes).encode())])
    assert parsed.configuration is not None, "\n".join(map(str, parsed.problems))
    return parsed.configuration


def told(routes: str, alert: Alert = ALERT, site: Site | None = SITE) -> list[list[str]]:
    """The receivers of each way."""
    return [[one.name for one in way.receivers] for way in ways_of(configured(routes), alert, site)]


def of_rule(name: str) -> Alert:
    return replace(ALERT, key=replace(ALERT.key, rule=name))


def test_without_routes_the_defaults_are_told() -> None:
    assert told("") == [["noc"]]


def test_the_first_route_that_matches_wins() -> None:
    routes = """
routes:
  - {match: {severity: critical}, notify: [boss]}
  - {match: {site: "cape-*"}, notify: [oncall]}
  - {notify: [noc]}
"""
    assert told(routes) == [["oncall"]]
    assert told(routes, replace(ALERT, severity=Severity.CRITICAL)) == [["boss"]]
    assert told(routes, ALERT, replace(SITE, name="durban")) == [["noc"]]


def test_continue_goes_on_and_a_receiver_is_told_once() -> None:
    routes = """
routes:
  - {match: {rule: lte}, notify: [oncall, noc], continue: true}
  - {match: {rule: lte}, notify: [noc, boss]}
  - {notify: [ops]}
"""
    assert told(routes) == [["oncall", "noc"], ["boss"]]


def test_what_no_route_matches_goes_to_the_defaults() -> None:
    assert told("routes: [{match: {kind: pace}, notify: [boss]}]") == [["noc"]]


def test_a_route_without_receivers_tells_the_defaults_and_an_empty_list_tells_nobody() -> None:
    assert told("routes: [{repeat_every: 4h}]") == [["noc"]]
    assert told("routes: [{notify: []}]") == [[]]


def test_a_rules_own_receivers_go_past_the_routes() -> None:
    routes = "routes: [{notify: [oncall]}]"
    assert told(routes, of_rule("own")) == [["boss"]]
    assert told(routes, of_rule("silent")) == [[]]
    assert told(routes, of_rule("gone")) == []


def test_the_bot_speaks_of_itself_to_the_operators_whatever_the_routes_say() -> None:
    own = replace(ALERT, key=AlertKey("acme", "usagebot:token", Kind.SELF, None))
    assert told("routes: [{notify: [oncall]}]", own, None) == [["ops"]]


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        (Match(), False),
        (Match(rules=("*",)), False),
        (Match(rules=("usage*",)), False),
        (Match(severities=(Severity.WARNING, Severity.CRITICAL)), False),
        (Match(rules=("usagebot:*",)), True),
        (Match(rules=("lte", "Usagebot:Token")), True),
        (Match(rules=("usagebot:disk",)), False),
        (Match(rules=("usagebot:*",), sites=Selector(workspaces=("acme",))), True),
        (Match(rules=("usagebot:*",), sites=Selector(workspaces=("globex",))), False),
        (Match(rules=("usagebot:*",), sites=Selector(names=("cape-*",))), False),
    ],
)
def test_what_the_bot_says_of_itself_matches_only_where_it_is_named(match: Match, expected: bool) -> None:
    own = replace(ALERT, key=AlertKey("acme", "usagebot:token", Kind.SELF, None))
    assert matches(match, own, None) is expected


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        (Match(), True),
        (Match(rules=("l*",)), True),
        (Match(rules=("x", "own")), False),
        (Match(kinds=("pace", "quota")), True),
        (Match(kinds=("pace",)), False),
        (Match(severities=(Severity.WARNING,)), True),
        (Match(severities=(Severity.CRITICAL,)), False),
        (Match(directions=("in",)), True),
        (Match(directions=("out",)), False),
        (Match(sites=Selector(names=("Cape-Town",))), True),
        (Match(sites=Selector(names=("acme/cape-*",))), True),
        (Match(sites=Selector(names=("durban",))), False),
        (Match(sites=Selector(ids=(SITE.id,))), True),
        (Match(sites=Selector(workspaces=("ac*",))), True),
        (Match(sites=Selector(workspaces=("globex",))), False),
        (Match(sites=Selector(tags={"plan": ("lte-*",)})), True),
        (Match(sites=Selector(tags={"plan": ("mpls",)})), False),
        (Match(rules=("lte",), kinds=("pace",)), False),
    ],
)
def test_all_that_is_given_must_match(match: Match, expected: bool) -> None:
    assert matches(match, ALERT, SITE) is expected


def test_a_pool_is_in_a_workspace_and_at_no_site() -> None:
    pool = replace(ALERT, key=replace(ALERT.key, site=None))
    assert matches(Match(sites=Selector(workspaces=("acme",))), pool, None)
    assert not matches(Match(sites=Selector(workspaces=("globex",))), pool, None)
    assert not matches(Match(sites=Selector(names=("*",))), pool, None)
    assert not matches(Match(sites=Selector(tags={"plan": ("*",)})), pool, None)


def named(group_by: str) -> str:
    (way,) = ways_of(configured(f"routes: [{{notify: [noc], group_by: {group_by}}}]"), ALERT, SITE)
    return group_name(way, ALERT)


def test_messages_are_grouped_by_what_the_route_says_and_never_across_workspaces() -> None:
    assert named("[rule]") == "acme/lte"
    assert named("[]") == named("[workspace]") == "acme/"
    assert named("[site]") == "acme/site 7"
    assert named("[severity, kind, rule]") == named("[rule, kind, severity]") == "acme/lte warning quota"


def test_a_route_is_the_same_however_the_others_and_its_receivers_are_edited() -> None:
    one, other = (
        configured(f"routes: [{more}{{match: {{rule: lte}}, notify: [{name}]}}]").routes[-1]
        for more, name in (("", "noc"), ("{match: {kind: pace}, notify: [noc]}, ", "boss"))
    )
    changed = replace(one, match=Match(rules=("own",)))
    assert identity_of(one) == identity_of(other) != identity_of(changed)


def test_what_repeats_and_escalates_has_a_signature_of_that_alone() -> None:
    text = "routes: [{notify: [noc], repeat_every: 4h}]"
    (way,), (same,), (other,) = (
        ways_of(configured(routes), ALERT, SITE)
        for routes in (text, text.replace("noc", "boss"), text.replace("4h", "5h"))
    )
    assert signature_of(way, ALERT) == signature_of(same, ALERT) != signature_of(other, ALERT)


ESCALATING = """
routes:
  - {match: {severity: critical}, notify: [oncall], escalate: {after: 30m, notify: [boss]}}
  - {notify: [noc]}
"""


def hearing(alert: Alert, *, formerly: bool = False) -> dict[str, bool]:
    found = hearers_of(configured(ESCALATING), alert, SITE, formerly=formerly)
    return {name: hearer.begins for name, hearer in found.items()}


def test_whom_an_alert_is_escalated_to_hears_only_more_of_what_it_was_told() -> None:
    assert hearing(replace(ALERT, severity=Severity.CRITICAL)) == {"oncall": True, "boss": False}


def test_whoever_was_told_at_another_severity_hears_the_end_too() -> None:
    assert hearing(ALERT) == {"noc": True}
    assert hearing(ALERT, formerly=True) == {"noc": True, "oncall": False, "boss": False}


# --- what people did about it --------------------------------------------------------------------------

TAKEN = replace(ALERT, told_at=Slot(5), acknowledged_by="Ana", acknowledged_at=Slot(9), escalated_at=Slot(8))


def test_judging_an_alert_again_keeps_what_people_did_about_it() -> None:
    assert attended(TAKEN, replace(ALERT, value=9), ()) == replace(TAKEN, value=9)
    assert attended(TAKEN, ALERT, {Change.CORRECTED, Change.RESOLVED}) == TAKEN


@pytest.mark.parametrize("change", [Change.WORSENED, Change.FIRED])
def test_an_acknowledgement_lapses_when_the_alert_gets_worse_or_fires_anew(change: Change) -> None:
    assert attended(TAKEN, ALERT, {change}) == ALERT


def test_getting_worse_does_not_put_off_the_escalation_of_what_nobody_took() -> None:
    told = replace(ALERT, told_at=Slot(5), escalated_at=Slot(8))
    assert attended(told, ALERT, {Change.WORSENED}) == told


def test_the_first_who_takes_a_firing_alert_has_it() -> None:
    taken = acknowledged(ALERT, "Ana", Slot(3))
    assert (taken.acknowledged_by, taken.acknowledged_at) == ("Ana", 3)
    assert acknowledged(taken, "Ben", Slot(4)) == taken
    pending = replace(ALERT, state=State.PENDING)
    assert acknowledged(pending, "Ana", Slot(3)) == pending
