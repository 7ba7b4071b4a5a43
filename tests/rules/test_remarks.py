"""What is odd about rules once the sites are known, all of them or those that the rules name."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.periods import Starts
from bot.domain.sites import Site
from bot.rules.check import parse
from bot.rules.model import Configuration
from bot.rules.remark import MOST_GUESSES
from bot.rules.remarks import Means, early_warnings, warnings_for
from bot.rules.roster import Roster
from bot.rules.selectors import Selector

HEAD = "version: 1\nreceivers: {noc: {terminal: true}}\ndefaults: {receivers: [noc]}\n"
ID = "3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a{:02d}"


def configured(rules: str, more: str = "") -> Configuration:
    found = parse([("a.yaml", f"{HEAD}{more}rules: [{rules}]\n".encode())]).configuration
    assert found is not None
    return found


def site(key: int, name: str, workspace: str = "default", quota: int | None = None, **tags: str) -> Site:
    return Site(key, workspace, ID.format(key), name, ZoneInfo("UTC"), tags, quota)


def said(rules: str, *sites: Site, means: Means = Means(), more: str = "") -> list[str]:  # noqa: B008 - frozen
    return [str(remark) for remark in warnings_for(configured(rules, more), sites, means)]


CAPE, DURBAN = site(1, "cape-town", plan="lte-500"), site(2, "durban", plan="lte-200")


# --- sites that a rule selects --------------------------------------------------------------------------------


def test_a_part_of_a_selector_that_no_site_has_is_told_although_the_rest_matches() -> None:
    rule = "{name: one, quota: 1 GB, sites: {tags: {plan: [lte-500, lte-20]}, name: [cape-*, cape-towm, '*-sat']}}"
    assert said(rule, CAPE, DURBAN) == [
        "rule 'one': no site has 'lte-20' for its tag 'plan' — did you mean 'lte-200'?",
        "rule 'one': no site is called 'cape-towm' — did you mean 'cape-town'?",
    ]


def test_a_pattern_of_a_rule_that_matches_some_may_be_for_sites_to_come() -> None:
    assert said("{name: one, quota: 1 GB, sites: {tags: {plan: [lte-*, sat-*]}}}", CAPE) == []


def test_a_rule_without_sites_says_which_value_of_a_tag_none_has() -> None:
    assert said("{name: one, quota: 1 GB, sites: {tags: {plan: 'lte-9*'}}}", CAPE) == [
        "rule 'one' matches no site: no site has 'lte-9*' for its tag 'plan'"
    ]


# --- sites that a quota names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("overrides", "{{site: {}, quota: 1 TB}}"),
        ("top_ups", "{{on: 2026-11-12, add: 1 GB, site: {}}}"),
        ("opening", "{{at: 2026-11-12T09:00, used: 1 GB, site: {}}}"),
    ],
)
def test_a_site_that_does_not_exist_is_told_with_the_one_that_was_meant(key: str, entry: str) -> None:
    rule = f"{{name: one, quota: 1 GB, {key}: [{entry.format('durbn')}]}}"
    assert said(rule, CAPE, DURBAN) == [f"`{key}` of rule 'one': there is no site 'durbn' — did you mean 'durban'?"]
    for right in ("Durban", "default/durban", ID.format(2).upper()):
        assert said(rule.replace("durbn", right), CAPE, DURBAN) == []


def test_a_site_that_the_rule_is_not_about_is_told() -> None:
    rule = "{name: one, quota: 1 GB, sites: {name: cape-*}, overrides: [{site: durban, quota: 1 TB}]}"
    assert said(rule, CAPE, DURBAN) == [
        (
            "`overrides` of rule 'one': the rule is not about site 'durban', so this changes nothing; correct its "
            "`sites`, or the name"
        )
    ]


def test_a_name_that_two_workspaces_have_is_told_with_both() -> None:
    rule = "{name: one, quota: 1 GB, top_ups: [{on: 2026-11-12, add: 1 GB, site: durban}]}"
    assert said(rule, DURBAN, site(3, "durban", "globex")) == [
        "`top_ups` of rule 'one': 'durban' means 2 sites (default/durban, globex/durban); write workspace/site"
    ]


def test_an_opening_without_a_site_is_told_where_there_are_several() -> None:
    rule = "{name: one, quota: 1 GB, opening: [{at: 2026-11-12T09:00, used: 1 GB}]}"
    assert said(rule, CAPE) == []
    assert said(rule.replace("opening", "pool: true, opening"), CAPE, DURBAN) == []
    assert said(rule, CAPE, DURBAN) == [
        "`opening` of rule 'one': an entry without `site` holds for each of the 2 sites that it matches; name the site"
    ]


def test_two_names_of_one_site_in_the_overrides_are_told() -> None:
    rule = "{name: one, quota: 1 GB, overrides: [{site: durban, quota: 1 TB}, {site: default/durban, starts: 8}]}"
    assert said(rule, CAPE, DURBAN) == [
        "`overrides` of rule 'one': 'durban' and 'default/durban' are one site, and only the first counts"
    ]


def test_a_pool_over_several_workspaces_is_told() -> None:
    rule = "{name: one, quota: 1 GB, pool: true}"
    assert said(rule, CAPE, DURBAN) == []
    assert said(rule, CAPE, site(3, "durban", "globex")) == [
        "rule 'one': its sites are of 2 workspaces, and make a pool with the whole quota in each: default, globex"
    ]


# --- quotas of sites --------------------------------------------------------------------------------------------


def test_a_site_without_a_quota_that_an_override_gives_one_lacks_none() -> None:
    rule = "{name: one, quota: site, overrides: [{site: durban, quota: 1 TB}]}"
    assert said(rule, site(1, "cape-town", quota=5), DURBAN) == []


def test_a_plan_is_no_quota_of_the_site() -> None:
    rule = "{name: one, plan: [{from: 2026-01-01, quota: 1 GB}]}"
    assert said(rule, CAPE) == []
    assert said(rule, site(1, "cape", quota=5)) == [
        "site 'default/cape' has a quota that no rule with `quota: site` reads"
    ]


def test_many_quotas_that_nobody_reads_are_one_remark() -> None:
    assert said("{name: one, quota: 1 GB}", *(site(n, f"s{n}", quota=5) for n in range(6))) == [
        (
            "6 sites have a quota that no rule with `quota: site` reads: "
            "default/s0, default/s1, default/s2, default/s3, default/s4, …"
        )
    ]


@pytest.mark.parametrize(
    ("per", "fits", "odd"),
    [
        ("month", Starts(day=8), Starts(weekday=0)),
        ("quarter", Starts(day=31), Starts(weekday=6)),
        ("week", Starts(weekday=0), Starts(day=1)),
        ("day", Starts(time=time(8)), Starts(day=1)),
        ("{every: 28 days, from: 2026-01-05}", Starts(), Starts(weekday=0)),
    ],
)
def test_a_site_that_starts_as_no_period_of_the_rule_can_is_told(per: str, fits: Starts, odd: Starts) -> None:
    rule = f"{{name: own, quota: site, starts: site, per: {per}}}"
    sites = [replace(site(n, f"s{n}", quota=5), starts=starts) for n, starts in enumerate((fits, odd, None))]
    (message,) = said(rule, *sites)
    assert message.startswith("rule 'own' says `starts: site`, but a ")
    assert message.endswith(" cannot begin as 1 of 3 sites that it matches say: default/s1")
    assert said(rule.replace("starts: site, ", ""), *sites) == []


# --- what cannot be kept ----------------------------------------------------------------------------------------


def fleet(count: int, workspace: str = "default") -> list[Site]:
    return [Site(n, workspace, str(n), f"s{n}", ZoneInfo("UTC")) for n in range(count)]


def test_silence_that_the_request_budget_cannot_notice_in_time_is_told_with_the_time_it_takes() -> None:
    rule = "{name: quiet, no_data: {after: 30m}}"
    assert said(rule, *fleet(5000)) == [
        (
            "rule 'quiet' cannot keep `after: 30m`: asking for the 5,000 sites of workspace 'default' takes "
            "1 hour 23 minutes at 60 requests a minute, so news come that late. Lengthen `after`, or have the request "
            "budget raised"
        )
    ]
    assert said(rule, *fleet(1800)) == []
    assert said(rule, *fleet(1801)) != []
    assert said(rule, *fleet(5000), means=Means(200)) == []


def test_every_site_of_a_workspace_costs_a_request_though_the_rule_is_about_one() -> None:
    (message,) = said("{name: quiet, no_data: {after: 1h30m}, sites: {name: s7}}", *fleet(6000))
    assert "`after: 1h30m`: asking for the 6,000 sites" in message


def test_the_budget_of_a_workspace_is_its_own() -> None:
    more = "workspaces: [{name: acme, requests_per_minute: 600, token_env: A}, {name: globex, token_env: B}]\n"
    sites = [*fleet(5000, "acme"), *fleet(10, "globex")]
    assert said("{name: quiet, no_data: {after: 30m}}", *sites, more=more) == []
    assert said("{name: quiet, no_data: {after: 8m}}", *sites, more=more) != []


def test_what_is_shorter_than_a_bucket_is_told() -> None:
    quarter = Means(bucket=timedelta(minutes=15))
    assert said("{name: quiet, no_data: {after: 10m}}", CAPE, means=quarter) == [
        "rule 'quiet': `after` is shorter than a bucket of 15 minutes, the least that can be silent"
    ]
    assert said("{name: q, quota: 1 GB, pace: [{faster_than: 2x, over: [1h, 5m]}]}", CAPE, means=quarter) == [
        "rule 'q': a pace looks back over 5 minutes, which is shorter than a bucket of 15 minutes"
    ]
    assert said("{name: q, quota: 1 GB, pace: [{faster_than: 2x, over: [1h, 15m]}]}", CAPE, means=quarter) == []


# --- before the API is asked ------------------------------------------------------------------------------------

NAMED = (
    f"sites: [{{id: {ID.format(1)}, name: cape-town, tags: {{plan: lte-500}}, quota: 1 GB}}, "
    f"{{id: {ID.format(2)}, name: durban}}]\n"
)


def early(rules: str, more: str = NAMED) -> list[str]:
    return [str(remark) for remark in early_warnings(configured(rules, more))]


OWN = "{name: own, quota: site}"


@pytest.mark.parametrize(
    ("sites", "what"),
    [
        ("{tags: {plan: lte-20}}", "no site has 'lte-20' for its tag 'plan'"),
        ("{tags: {plna: lte-500}}", "no site has a tag 'plna' — did you mean 'plan'?"),
        ("{name: durbn}", "no site is called 'durbn' — did you mean 'durban'?"),
    ],
)
def test_a_rule_that_fits_none_of_the_sites_in_the_rules_is_told_where_it_seems_a_slip(sites: str, what: str) -> None:
    (message,) = early(f"{OWN}, {{name: one, quota: 1 GB, sites: {sites}}}")
    where = "none of the sites that the rules name; the API may list others"
    assert message.partition(" — did")[0] == f"rule 'one' matches {where}: {what}".partition(" — did")[0]


@pytest.mark.parametrize("sites", ["{name: '*-sat'}", "{name: pretoria}", "{tags: {kind: x}}", "all"])
def test_what_the_api_may_well_list_is_not_told_early(sites: str) -> None:
    assert early(f"{OWN}, {{name: one, quota: 1 GB, sites: {sites}}}") == []


def test_no_site_in_the_rules_means_that_nothing_is_known() -> None:
    assert early("{name: one, quota: 1 GB, sites: {tags: {plan: x}}}", "") == []


def test_a_quota_that_no_rule_can_read_is_told_early_and_one_that_might_be_is_not() -> None:
    message = "site 'default/cape-town' has a quota that no rule with `quota: site` reads"
    assert early("{name: one, quota: 1 GB}") == [message]
    assert early("{name: own, quota: site, sites: {name: durban}}") == [message]
    assert early("{name: own, quota: site, sites: {tags: {plan: 'lte-5*', city: x}}}") == []


def test_a_slip_in_the_name_of_a_site_is_told_early_and_a_strange_name_is_not() -> None:
    rule = "{{name: one, quota: site, overrides: [{{site: {}, quota: 1 TB}}]}}"
    assert early(rule.format("pretoria")) == []
    assert early(rule.format("durbn")) == [
        "`overrides` of rule 'one': there is no site 'durbn' among those that the rules name — did you mean 'durban'?"
    ]


def test_the_request_budget_is_told_early_for_the_sites_that_are_certain() -> None:
    raw = "id\n" + "".join(f"3e0b5a0e-58e4-4b0b-9a55-{n:012d}\n" for n in range(5000))
    text = f"{HEAD}sites_file: sites.csv\nrules: [{{name: quiet, no_data: {{after: 30m}}}}]\n"
    found = parse([("a.yaml", text.encode()), ("sites.csv", raw.encode())]).configuration
    assert found is not None
    assert ["takes 1 hour 23 minutes" in str(remark) for remark in early_warnings(found)] == [True]


# --- cost -------------------------------------------------------------------------------------------------------


def test_guesses_among_thousands_of_names_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("bot.rules.remark.did_you_mean", lambda word, _: asked.append(word))
    overrides = ", ".join(f"{{site: x{n}, quota: 1 GB}}" for n in range(100))
    assert len(said(f"{{name: one, quota: 1 GB, overrides: [{overrides}]}}", CAPE)) == 100
    assert len(asked) == MOST_GUESSES


GLOBS = st.lists(st.text("aB*?ß/", min_size=1, max_size=3), max_size=2, unique=True).map(tuple)
SELECTORS = st.builds(
    Selector,
    GLOBS,
    st.lists(st.sampled_from([ID.format(1), "x"]), max_size=1).map(tuple),
    GLOBS,
    st.dictionaries(st.sampled_from("pq"), GLOBS, max_size=2),
)
NAMES = st.text("aAbBß/", min_size=1, max_size=3)


@given(SELECTORS, st.lists(st.tuples(NAMES, NAMES, st.dictionaries(st.sampled_from("pq"), NAMES)), max_size=6))
def test_a_roster_matches_as_a_selector_does(
    selector: Selector, given_sites: list[tuple[str, str, dict[str, str]]]
) -> None:
    sites = [
        Site(key, workspace, ID.format(key), name, ZoneInfo("UTC"), tags)
        for key, (name, workspace, tags) in enumerate(given_sites)
    ]
    assert Roster(sites).matching(selector) == [site for site in sites if selector.matches(site)]
    assert {site.key for site in Roster(sites).matching(selector)} <= {s.key for s in Roster(sites).possible(selector)}
