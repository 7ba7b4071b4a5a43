from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from bot.domain.sites import Site
from bot.rules.selectors import EVERYWHERE, Selector, glob_matches

SITE = Site(1, "acme", "3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10", "cape-town", ZoneInfo("UTC"), {"plan": "lte-500"})


@pytest.mark.parametrize(
    ("glob", "text", "matches"),
    [
        ("cape-*", "cape-town", True),
        ("cape-*", "cape", False),
        ("*", "", True),
        ("CAPE-?own", "cape-Town", True),
        ("a[b]", "a[b]", True),
        ("a[b]", "ab", False),
        ("a.b", "axb", False),
        ("straße", "STRASSE", True),
        ("a*", "a\nb", True),
    ],
)
def test_globs_know_only_star_and_question_mark_and_no_case(glob: str, text: str, *, matches: bool) -> None:
    assert glob_matches(glob, text) is matches


@pytest.mark.parametrize(
    "selector",
    [
        EVERYWHERE,
        Selector(names=("durban", "cape-*")),
        Selector(names=("acme/cape-town",)),
        Selector(ids=(SITE.id,)),
        Selector(workspaces=("ac*",)),
        Selector(tags={"plan": ("lte-200", "lte-5*")}),
        Selector(("cape-*",), (SITE.id,), ("acme",), {"plan": ("*",)}),
    ],
)
def test_a_selector_matches_where_every_key_does(selector: Selector) -> None:
    assert selector.matches(SITE)


@pytest.mark.parametrize(
    "selector",
    [
        Selector(names=("durban",)),
        Selector(names=("globex/cape-town",)),
        Selector(ids=("another",)),
        Selector(workspaces=("globex",)),
        Selector(tags={"plan": ("lte-200",)}),
        Selector(tags={"carrier": ("*",)}),
        Selector(("cape-*",), tags={"plan": ("lte-200",)}),
    ],
)
def test_one_key_that_does_not_match_is_enough_for_no(selector: Selector) -> None:
    assert not selector.matches(SITE)
