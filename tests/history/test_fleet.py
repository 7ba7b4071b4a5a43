"""Workspaces, sites, progress and pulls."""

from __future__ import annotations

from bot.domain.times import Slot
from bot.history.store import SqlHistory
from bot.rules.sites import ListedSite
from tests.history.given import progress, pull


async def test_a_workspace_keeps_its_key(history: SqlHistory) -> None:
    async with history.writing() as t:
        first = await t.sites.workspaces(["east", "west", "east"])
        again = await t.sites.workspaces(["west", "north"])
    assert set(first) == {"east", "west"}
    assert again["west"] == first["west"]
    assert len({*first.values(), *again.values()}) == 3


async def test_a_site_listed_again_is_renewed_but_forgets_nothing(history: SqlHistory) -> None:
    full = ListedSite("east", "u1", "Oslo", "Europe/Oslo", {"tier": "gold"})
    async with history.writing() as t:
        await t.sites.save([full, ListedSite("west", "u1")], Slot(1))
        before = await t.sites.all()
        await t.sites.save([ListedSite("east", "u1", "", "", {}), ListedSite("west", "u1", "Bergen")], Slot(2))
        after = await t.sites.all()
    assert [one.listed for one in before] == [full, ListedSite("west", "u1")]
    assert [one.listed for one in after] == [full, ListedSite("west", "u1", "Bergen")]
    assert [one.key for one in after] == [one.key for one in before]
    assert {(one.first_at, one.last_at) for one in after} == {(1, 2)}


async def test_new_tags_replace_the_old_ones(history: SqlHistory) -> None:
    async with history.writing() as t:
        await t.sites.save([ListedSite("east", "u1", tags={"a": "1", "b": "2"})], Slot(1))
        await t.sites.save([ListedSite("east", "u1", tags={"b": "3"})], Slot(2))
        assert [one.listed.tags for one in await t.sites.all()] == [{"b": "3"}]


async def test_progress_is_replaced_whole(history: SqlHistory) -> None:
    full = progress(2, known_from=1, watermark=9, dirty_from=3, judged_until=6, gave_up_before=1, reread_at=4)
    async with history.writing() as t:
        assert await t.progress.all() == {}
        await t.progress.save([full, progress(1, watermark=5)])
        await t.progress.save([progress(1, known_from=2)])
    async with history.reading() as t:
        assert await t.progress.all() == {1: progress(1, known_from=2), 2: full}


async def test_judging_clears_what_was_dirty_and_touches_nothing_else(history: SqlHistory) -> None:
    async with history.writing() as t:
        await t.progress.save([progress(1, watermark=9, dirty_from=3), progress(2, watermark=9, dirty_from=3)])
        await t.progress.mark_judged({1: Slot(9)})
        assert await t.progress.all() == {
            1: progress(1, watermark=9, judged_until=9, judged_from=9),
            2: progress(2, watermark=9, dirty_from=3),
        }


async def test_pulls_are_counted_and_the_last_of_each_outcome_is_known(history: SqlHistory) -> None:
    pulls = [pull("answered", 10), pull("answered", 30), pull("unavailable", 20), pull("answered", 99, workspace=2)]
    async with history.writing() as t:
        await t.pulls.add(pulls)
        assert await t.pulls.last(1) == {"answered": pulls[1], "unavailable": pulls[2]}
        assert await t.pulls.count(1, Slot(20)) == {"answered": 1, "unavailable": 1}
        assert await t.pulls.count(1, Slot(31)) == {}
