"""How people name a site."""

from __future__ import annotations

import pytest

from bot.domain.sites import Site
from bot.service.fleet import Fleet, NotFound
from tests.slack.world import ACME, ALL, configuration, sites

FLEET = Fleet(sites(), configuration())
GLOBEX = frozenset({"globex"})


def found(name: str, scope: frozenset[str] = ALL) -> str:
    site = FLEET.find(name, scope)
    assert isinstance(site, Site), site
    return site.full_name


def missed(name: str, scope: frozenset[str] = ALL) -> NotFound:
    site = FLEET.find(name, scope)
    assert isinstance(site, NotFound), site
    return site


@pytest.mark.parametrize("name", ["cape-town", "CAPE-Town", " cape-town ", "cape-t", "acme/cape-town", "acme/cape-t"])
def test_a_site_is_found_by_name_in_any_case_and_by_a_beginning_that_is_its_own(name: str) -> None:
    assert found(name) == "acme/cape-town"


@pytest.mark.parametrize("name", ["cape town", "cape_town", "Cape T", "acme/cape town"])
def test_a_name_may_be_typed_with_spaces_for_hyphens_and_with_hyphens_for_spaces(name: str) -> None:
    assert found(name) == "acme/cape-town"
    site = Site(1, "acme", FLEET.sites[0].id, "Cape Town", FLEET.sites[0].timezone)
    assert Fleet((site,), configuration()).find(name.replace(" ", "-"), ALL) is site


def test_the_name_as_it_is_goes_before_one_that_is_like_it() -> None:
    one, zone = FLEET.sites[0].id, FLEET.sites[0].timezone
    spaced, hyphened = (
        Site(n, "acme", f"{n}{one[1:]}", name, zone) for n, name in ((1, "cape town"), (2, "cape-town"))
    )
    fleet = Fleet((spaced, hyphened), configuration())
    assert fleet.find("Cape-Town", ALL) is hyphened
    assert fleet.find("Cape Town", ALL) is spaced
    ambiguous = fleet.find("cape_town", ALL)
    assert isinstance(ambiguous, NotFound)
    assert ambiguous.is_ambiguous


def test_a_site_is_found_by_its_uuid_and_by_eight_characters_of_it() -> None:
    assert found(FLEET.sites[3].id) == "globex/george"
    assert found("00000004") == "globex/george"


def test_several_sites_that_fit_are_an_answer_and_never_a_guess() -> None:
    assert missed("cape").suggestions == ("cape-point", "cape-town")
    assert missed("cape").is_ambiguous


def test_a_name_that_two_workspaces_use_is_suggested_with_its_workspace() -> None:
    assert missed("durban").suggestions == ("acme/durban", "globex/durban")
    assert found("durban", ACME) == "acme/durban"


def test_a_mistyped_name_is_suggested() -> None:
    answer = missed("cape-twon")
    assert answer.suggestions[0] == "cape-town"
    assert not answer.is_ambiguous


def test_part_of_a_name_is_suggested() -> None:
    assert missed("town").suggestions == ("cape-town",)


@pytest.mark.parametrize("name", ["george", "globex/george", "georg", "gorge", "globex/", "00000004"])
def test_another_customers_site_is_neither_found_nor_suggested(name: str) -> None:
    answer = missed(name, ACME)
    assert not answer.is_ambiguous
    assert not [text for text in answer.suggestions if "george" in text or "globex" in text]


def test_another_customers_site_makes_no_name_ambiguous() -> None:
    assert FLEET.labels(GLOBEX)[5] == "durban"
    assert FLEET.labels(ALL)[5] == "globex/durban"


def test_two_sites_of_one_name_in_one_workspace_are_told_apart_by_their_uuid() -> None:
    twins = Fleet(sites([("acme", "kiosk"), ("acme", "Kiosk")]), configuration())
    answer = twins.find("KIOSK", ACME)
    assert isinstance(answer, NotFound)
    assert answer.suggestions == tuple(site.id for site in twins.sites)
    assert twins.find(twins.sites[1].id, ACME) == twins.sites[1]


def test_of_many_that_fit_the_first_are_named_and_the_rest_counted() -> None:
    shops = Fleet(sites([("acme", f"shop-{n:02}") for n in range(30)]), configuration())
    answer = shops.find("shop", ACME)
    assert isinstance(answer, NotFound)
    assert (len(answer.suggestions), answer.others) == (5, 25)


@pytest.mark.parametrize("name", ["", "   ", "x" * 10_000])
def test_nothing_and_too_much_find_nothing(name: str) -> None:
    assert missed(name).suggestions == ()


def test_everything_is_what_is_configured_and_what_has_sites() -> None:
    assert FLEET.everything == ALL
    assert len(FLEET.in_workspace("globex")) == 2
