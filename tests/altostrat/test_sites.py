from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from bot.altostrat.sites import Metadata, read_metadata
from bot.rules.sites import ListedSite
from bot.service.ports import Declined, Listed, ListOutcome, Unauthorized, Unavailable
from tests.altostrat.conftest import Benches
from tests.altostrat.scripted import OTHER, SITE, Bench, Reply, reply

LIST = [{"id": SITE, "name": "Berlin 1"}, {"id": OTHER.upper(), "name": "Berlin 2"}]
ZONE = {"timezone": "Europe/Berlin", "tags": {"brand": "acme"}}


def paths(pages: Mapping[str, Reply]) -> Reply:
    """An API that has these paths below `sites`, and 404 for the rest."""

    def respond(request: httpx.Request) -> httpx.Response:
        made = pages.get(request.url.path, reply(404))
        assert not isinstance(made, Exception)
        return made(request)

    return respond


def meta(site: str) -> str:
    return f"/sites/{site}/metadata"


async def listed(asked: Bench, *known: str) -> ListOutcome:
    return await asked.client.list_sites(known)


def asked_for(asked: Bench) -> list[str]:
    return [request.url.path for request in asked.script.requests]


async def test_sites_are_listed_with_what_their_metadata_says(bench: Benches) -> None:
    asked = bench(paths({"/site-minimal": reply(body=LIST), meta(SITE): reply(body=ZONE), meta(OTHER): reply(body={})}))
    assert await listed(asked) == Listed(
        (
            ListedSite("acme", SITE, "Berlin 1", "Europe/Berlin", {"brand": "acme"}),
            ListedSite("acme", OTHER, "Berlin 2"),
        )
    )


@pytest.mark.parametrize("status", [403, 404])
async def test_a_fleet_can_do_without_the_list(bench: Benches, status: int) -> None:
    outcome = await listed(bench(reply(status)))
    assert isinstance(outcome, Listed)
    assert outcome.sites == ()
    assert str(status) in outcome.notes[0]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (reply(400), Declined),
        (reply(401), Unauthorized),
        (reply(500), Unavailable),
        (reply(200, {"data": []}), Unavailable),
        (reply(200, b"<html>"), Unavailable),
    ],
)
async def test_any_other_failure_of_the_list_is_its_outcome(bench: Benches, made: Reply, expected: type) -> None:
    assert isinstance(await listed(bench(made)), expected)


@pytest.mark.parametrize("status", [401, 403, 404, 500])
async def test_metadata_that_cannot_be_had_is_asked_for_once_and_noted(bench: Benches, status: int) -> None:
    asked = bench(paths({"/site-minimal": reply(body=LIST), meta(SITE): reply(status)}), attempts=1)
    outcome = await listed(asked)
    assert isinstance(outcome, Listed)
    assert [site.name for site in outcome.sites] == ["Berlin 1", "Berlin 2"]
    assert str(status) in outcome.notes[0]
    assert asked_for(asked) == ["/site-minimal", meta(SITE)]


async def test_one_site_without_metadata_does_not_hide_the_others_for_ever(bench: Benches) -> None:
    asked = bench(paths({"/site-minimal": reply(body=LIST), meta(OTHER): reply(body=ZONE)}))
    await listed(asked)
    outcome = await listed(asked)
    assert isinstance(outcome, Listed)
    assert outcome.sites[1].timezone == "Europe/Berlin"


async def test_metadata_is_asked_neither_of_known_sites_nor_soon_again(bench: Benches) -> None:
    pages = {"/site-minimal": reply(body=LIST), meta(SITE): reply(body=ZONE), meta(OTHER): reply(body=ZONE)}
    asked = bench(paths(pages))
    await listed(asked, SITE)
    await listed(asked, SITE)
    assert asked_for(asked) == ["/site-minimal", meta(OTHER), "/site-minimal"]
    asked.time.now += 8 * 86400
    await listed(asked, SITE)
    assert asked_for(asked)[3:] == ["/site-minimal", meta(OTHER)]


async def test_a_list_that_says_it_all_needs_no_metadata(bench: Benches) -> None:
    asked = bench(reply(body=[{**LIST[0], **ZONE}]))
    outcome = await listed(asked)
    assert isinstance(outcome, Listed)
    assert outcome.sites[0].timezone == "Europe/Berlin"
    assert len(asked.script.requests) == 1


async def test_a_large_fleet_is_described_a_part_at_a_time(bench: Benches) -> None:
    pages = {"/site-minimal": reply(body=LIST), meta(SITE): reply(body=ZONE), meta(OTHER): reply(body=ZONE)}
    asked = bench(paths(pages), metadata_per_listing=1)
    outcome = await listed(asked)
    assert isinstance(outcome, Listed)
    assert outcome.notes == ("the metadata of 1 sites is left to the next listings",)
    assert (await listed(asked)) != outcome
    assert asked_for(asked)[-1] == meta(OTHER)


async def test_rubbish_rows_are_skipped_and_noted(bench: Benches) -> None:
    rows = [None, {"name": "x"}, {"id": "17"}, {"id": SITE + "/../.."}, {"id": "{" + SITE + "}"}, *LIST, LIST[0]]
    outcome = await listed(bench(reply(body=rows)), SITE, OTHER)
    assert isinstance(outcome, Listed)
    assert [site.id for site in outcome.sites] == [SITE, OTHER]
    assert outcome.notes == (
        "5 rows of the site list without a UUID were skipped",
        "1 rows of the site list name a site that was listed before",
    )


async def test_names_are_one_line_without_control_characters(bench: Benches) -> None:
    outcome = await listed(bench(reply(body=[{"id": SITE, "name": "Ber\nlin\u202e\x00"}])), SITE)
    assert isinstance(outcome, Listed)
    assert outcome.sites[0].name == "Ber lin"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, Metadata()),
        ({"timezone": None, "tags": None}, Metadata()),
        ({"timezone": 4, "tags": 4}, Metadata("4", {}, 1)),
        ({"timezone": "UTC"}, Metadata("UTC")),
        ({"metadata": ZONE}, Metadata("Europe/Berlin", {"brand": "acme"})),
        ({"data": ZONE}, Metadata("Europe/Berlin", {"brand": "acme"})),
        ({"data": {"metadata": ZONE}}, Metadata("Europe/Berlin", {"brand": "acme"})),
        ({"tags": ["a:b:c", "d: e"]}, Metadata(None, {"a": "b:c", "d": "e"})),
        ({"tags": [{"key": "a", "value": True}, {"key": "n", "value": 3}]}, Metadata(None, {"a": "true", "n": "3"})),
        ({"tags": ["bare", {"key": "x"}, {"value": "y"}, ":v", None]}, Metadata(None, {}, 5)),
    ],
)
def test_metadata_is_read_in_several_shapes(value: Mapping[str, Any], expected: Metadata) -> None:
    assert read_metadata(value, str.strip) == expected
