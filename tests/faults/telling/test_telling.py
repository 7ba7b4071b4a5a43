"""A small campaign of telling in every run of the tests (`make faults` is the whole one), and a judge that can fail."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import true

from bot.demo.clock import HandClock
from bot.notify.slack import SlackNotifier
from bot.notify.slack_posts import Post
from bot.service.delivery_notices import DeliveryNotices
from bot.service.ports import Delivered
from bot.service.settle import Settle
from tests.faults.stores import SqliteShelf
from tests.faults.telling.judge import Judge
from tests.faults.telling.ledger import Ledger, Shown
from tests.faults.telling.plan import Nature, Plan, plan
from tests.faults.telling.process import Place
from tests.faults.telling.run import Telling
from tests.faults.telling.story import BEGIN, story
from tests.faults.telling.troubles import TROUBLES, Spell
from tests.faults.telling.work import Bench, bench, prepared
from tests.faults.telling.world import opened

SLOW = {trouble.name for trouble in TROUBLES if "never answers" in trouble.name}
SEEDS = [
    seed
    for seed in range(1, 60)
    if plan(seed).database == "sqlite"
    and not plan(seed).is_child
    and SLOW.isdisjoint(spell.trouble.name for spell in plan(seed).spells)
][:20]


@pytest.fixture(scope="module")
def sqlite() -> Iterator[Bench]:
    with TemporaryDirectory(prefix="usagebot-telling-") as folder:
        shelf = asyncio.run(prepared(SqliteShelf(Path(folder))))
        yield Bench(Path(folder), {"sqlite": shelf})


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_goes_wrong_every_fact_is_shown_once_to_everybody(sqlite: Bench, seed: int) -> None:
    result = await sqlite.run(replace(plan(seed), acts=3))
    assert not result.wrong, result


async def test_kill_9_at_any_moment_loses_nothing_and_tells_nothing_twice() -> None:
    seed = next(seed for seed in range(1, 200) if plan(seed).is_child and len(plan(seed).ends) > 3)
    async with bench(["sqlite"]) as one:
        result = await one.run(replace(plan(seed), acts=4, spells=()))
    assert not result.wrong, result
    assert result.lives > 1


# --- the judge --------------------------------------------------------------------------------------------


def troubled(*names: str) -> Plan:
    """The whole story in these troubles, and nothing else."""
    troubles = [trouble for trouble in TROUBLES if trouble.name in names]
    assert len(troubles) == len(names)
    spells = tuple(Spell(one, BEGIN, BEGIN + timedelta(minutes=20 if not one.for_good else 1000)) for one in troubles)
    return Plan(4, "sqlite", spells, [], Nature(), acts=8)


async def nothing(*_args: object, **_more: object) -> None:
    """What is to be done is not done."""


async def as_it_was(_self: object, _notification: object, _message: object, post: Post) -> Post:
    return post


async def nobody(*_args: object, **_more: object) -> str:
    return ""


def spoil_the_search(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SlackNotifier, "_earlier", nothing)


def spoil_the_edits(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SlackNotifier, "_show", as_it_was)


def take_every_failure_for_a_success(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Settle, "_final", lambda _self, _ended: Delivered())


def hand_nothing_over(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("bot.service.settle.hand_over", nobody)


def tell_operators_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DeliveryNotices, "tell", nothing)


def overtake(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("bot.history.claims._is_first", true)


CUT = "Slack: takes the message, then cuts the line"
GONE = "web hook: 410, gone for good"
SPOILS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str, str]] = {
    "no search": (spoil_the_search, CUT, "shown twice"),
    "no edit": (spoil_the_edits, "mail: 4xx", "is as of"),
    "failures taken for successes": (take_every_failure_for_a_success, "mail: 4xx", "never shown at noc@example.com"),
    "no fallback": (hand_nothing_over, GONE, "refused at desk, and never shown at #ops"),
    "no notice": (tell_operators_nothing, GONE, "the operators were not told"),
    "no order": (overtake, "Slack: cuts the line", " after "),
}


@pytest.mark.parametrize("name", SPOILS)
async def test_the_judge_notices_a_bot_that_is_spoiled(
    sqlite: Bench, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    spoil, trouble, found = SPOILS[name]
    spoil(monkeypatch)
    result = await sqlite.run(troubled(trouble))
    assert any(found in problem for problem in result.wrong), result


async def test_the_judge_notices_whatever_is_not_as_it_should_be(sqlite: Bench) -> None:
    good = await undisturbed(sqlite)
    assert not good.verdict().wrong
    shown, first = good.ledger.shown, good.ledger.shown[0]
    for place in range(len(shown)):
        assert wrong(good, [*shown[:place], *shown[place + 1 :]]), f"without {shown[place]}"
    replies = [one for one in shown if one.ts and not one.opens]
    later = next(one for one in replies if any(same_group(one, other) for other in shown[: shown.index(one)]))
    root = next(one for one in shown if one.opens)
    others = [one for one in shown if one is not root]
    for found, spoiled in {
        "shown twice": [*shown, replace(first)],
        "of an unknown notification": [*shown, replace(first, notification=999)],
        "shown at #chief": [replace(first, viewer="#chief"), *shown],
        "does not name": [replace(first, text="something happened"), *shown[1:]],
        " after ": [later, *(one for one in shown if one is not later)],
        "is as of": [replace(root, as_of=0), *others],
        "has no message": others,
    }.items():
        assert found in wrong(good, spoiled), found
    assert "facts of site" in "; ".join(replace(good, acts=good.acts[1:]).verdict().wrong)
    waiting = [replace(good.rows[0], standing="waiting"), *good.rows[1:]]
    assert "still wait" in "; ".join(replace(good, rows=waiting).verdict().wrong)


async def undisturbed(sqlite: Bench) -> Judge:
    """The judge of a calm run of many acts."""
    shelf, template = sqlite.shelves["sqlite"]
    store, clock, acts = shelf.copy(template, "calm"), HandClock(BEGIN), story(5, acts=8)
    async with opened(clock) as world:
        await Telling(Place.of(store.url, world), clock, acts, seed=5).tell()
        return Judge.of(acts, world.ledger, store, BEGIN)


def wrong(good: Judge, shown: list[Shown]) -> str:
    return "; ".join(replace(good, ledger=Ledger(shown)).verdict().wrong)


def same_group(one: Shown, other: Shown) -> bool:
    return (one.viewer, one.group) == (other.viewer, other.group) and one.notification != other.notification
