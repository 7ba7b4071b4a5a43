"""Which sites there are, from the rules and the API together, and what is odd about them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.domain.periods import Starts
from bot.domain.sites import Site
from bot.rules.check import parse
from bot.rules.model import Configuration, SiteRule
from bot.rules.remarks import warnings_for
from bot.rules.sites import ListedSite, Merged, identities, merge_sites

A = "aaaaaaaa-58e4-4b0b-9a55-0c1f5b6f2a10"
B = "bbbbbbbb-58e4-4b0b-9a55-0c1f5b6f2a10"
C = "cccccccc-58e4-4b0b-9a55-0c1f5b6f2a10"


def merged(rules: tuple[SiteRule, ...], *listed: ListedSite, order: str = "abc") -> Merged:
    configuration = Configuration("v", ZoneInfo("Africa/Johannesburg"), sites=rules)
    keys = {pair: order.index(pair[1][0]) for pair in identities(configuration, listed)}
    return merge_sites(configuration, listed, keys)


def test_the_configuration_wins_over_the_api_and_the_api_over_the_defaults() -> None:
    rule = SiteRule(A, "cape", timezone=ZoneInfo("UTC"), tags={"plan": "x"}, quota=5, starts=Starts(day=8))
    found = merged((rule,), ListedSite("default", A, "Cape Town", "Asia/Tokyo", {"plan": "y", "city": "z"}))
    assert found == Merged(
        (Site(0, "default", A, "cape", ZoneInfo("UTC"), {"plan": "x", "city": "z"}, 5, Starts(day=8)),)
    )
    listed = merged((), ListedSite("default", A, "Cape Town", "Asia/Tokyo"), ListedSite("default", B)).sites
    assert [(site.name, site.timezone.key) for site in listed] == [
        ("Cape Town", "Asia/Tokyo"),
        (B, "Africa/Johannesburg"),
    ]


def test_a_site_of_the_configuration_alone_is_a_site() -> None:
    assert [site.name for site in merged((SiteRule(A, "cape"),)).sites] == ["cape"]


def test_an_id_in_capitals_is_the_same_site() -> None:
    assert len(merged((SiteRule(A, "cape"),), ListedSite("default", A.upper(), "Cape")).sites) == 1


def test_a_zone_that_nobody_knows_falls_back_to_the_default_with_a_note() -> None:
    found = merged((), ListedSite("default", A, "cape", "Mars/Olympus"))
    assert found.sites[0].timezone.key == "Africa/Johannesburg"
    assert found.notes == (
        "default/cape: the API's time zone 'Mars/Olympus' is not known; Africa/Johannesburg is used",
    )


def test_of_sites_with_one_name_the_one_known_first_keeps_it() -> None:
    listed = [ListedSite("default", A, "shop"), ListedSite("default", B, "shop")]
    assert {s.id: s.name for s in merged((), *listed, order="bac").sites} == {B: "shop", A: "shop-aaaaaaaa"}


def test_a_configured_name_is_never_changed_by_the_api() -> None:
    found = merged((SiteRule(B, "shop"),), ListedSite("default", A, "shop"), ListedSite("default", B, "other"))
    assert {s.id: s.name for s in found.sites} == {B: "shop", A: "shop-aaaaaaaa"}


def test_the_same_name_in_two_workspaces_is_no_conflict() -> None:
    found = merged((), ListedSite("acme", A, "shop"), ListedSite("globex", B, "shop"))
    assert [site.full_name for site in found.sites] == ["acme/shop", "globex/shop"]


def test_names_of_the_api_are_brought_onto_one_line() -> None:
    assert merged((), ListedSite("default", A, " cape\r\nBcc:\x00 town ")).sites[0].name == "cape Bcc: town"
    assert merged((), ListedSite("default", A, "\n")).sites[0].name == A


def configured(rules: str) -> Configuration:
    text = f"version: 1\nreceivers: {{noc: {{terminal: true}}}}\ndefaults: {{receivers: [noc]}}\nrules: [{rules}]\n"
    found = parse([("a.yaml", text.encode())]).configuration
    assert found is not None
    return found


def site(key: int, name: str, quota: int | None = None, **tags: str) -> Site:
    return Site(key, "default", f"{key}", name, ZoneInfo("UTC"), tags, quota)


def test_a_rule_that_matches_no_site_is_remarked_with_the_tag_that_was_meant() -> None:
    rules = "{name: one, quota: 1 GB, sites: {tags: {paln: x}}}, {name: two, quota: 1 GB, sites: {name: zz}}"
    found = warnings_for(configured(rules), [site(1, "a", plan="x")])
    assert [(str(remark), remark.rule) for remark in found] == [
        ("rule 'one' matches no site: no site has a tag 'paln' — did you mean 'plan'?", "one"),
        ("rule 'two' matches no site: no site is called 'zz'", "two"),
    ]


def test_a_quota_that_no_rule_reads_is_remarked() -> None:
    found = warnings_for(configured("{name: one, quota: site, sites: {name: a}}"), [site(1, "a", 5), site(2, "b", 5)])
    assert [(str(r), r.site) for r in found] == [
        ("site 'default/b' has a quota that no rule with `quota: site` reads", "default/b")
    ]


def test_a_rule_of_own_quotas_remarks_the_sites_that_have_none() -> None:
    sites = [site(0, "z", 5), *(site(n, f"s{n}") for n in range(1, 8))]
    assert [str(remark) for remark in warnings_for(configured("{name: one, quota: site}"), sites)] == [
        (
            "rule 'one' says `quota: site`, but 7 of 8 sites that it matches have no quota: "
            "default/s1, default/s2, default/s3, default/s4, default/s5, …"
        )
    ]


def test_a_rule_that_fits_its_sites_is_not_remarked() -> None:
    assert warnings_for(configured("{name: one, quota: 1 GB}"), [site(1, "a")]) == []
