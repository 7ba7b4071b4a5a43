"""Rows that an answer left out, where that means zero: which of them become known, and which do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.domain.times import DAY, Slot, Window
from bot.domain.usage import Bucket, Usage
from bot.history.store import SqlHistory
from bot.rules.sites import ListedSite
from bot.service.ports import Grain, Reading
from tests.history.given import START, STEP, even, reading, slot, window, write

QUIET, BUSY, ELSEWHERE = 1, 2, 3


def answer(site: int, asked: tuple[int, int], amounts: Mapping[int, tuple[int, int]] | None = None) -> Reading:
    """What an API that leaves out empty rows answered for the buckets from `asked[0]` up to `asked[1]`."""
    return replace(reading(site, amounts or {}), asked=range(slot(asked[0]), slot(asked[1]), STEP))


def talk(asked: tuple[int, int]) -> Reading:
    """An answer with every row, of the site that never rests."""
    return answer(BUSY, asked, dict.fromkeys(range(*asked), (5, 3)))


@pytest.fixture(autouse=True)
async def _sites(history: SqlHistory) -> None:
    async with history.writing() as t:
        await t.sites.save([ListedSite("north", "a"), ListedSite("north", "b"), ListedSite("south", "c")], Slot(0))


async def known(history: SqlHistory, site: int, start: int, end: int) -> int:
    async with history.reading() as t:
        return (await t.buckets.usage([site], window(start, end), STEP))[site].known


async def test_a_left_out_row_is_a_known_zero_in_every_sum(history: SqlHistory) -> None:
    changed = await write(history, answer(QUIET, (0, 288), {0: (7, 7), 200: (1, 1)}), talk((0, 288)))
    assert changed[QUIET] == slot(0)
    async with history.reading() as t:
        usage = (await t.buckets.usage([QUIET], window(0, 288), STEP))[QUIET]
        hourly = await t.buckets.series(QUIET, window(12, 24), Grain.HOURLY)
        daily = await t.buckets.series(QUIET, Window(START, Slot(START + DAY)), Grain.DAILY)
    assert usage == Usage(8, 8, 8, 288, 288)
    assert hourly == [(slot(12), Usage(known=12))]
    assert daily == [(START, Usage(8, 8, 8, 288))]


async def test_without_the_setting_a_left_out_row_stays_unknown(history: SqlHistory) -> None:
    await write(history, reading(QUIET, {0: (7, 7)}), talk((0, 12)))
    assert await known(history, QUIET, 0, 12) == 1


async def test_a_site_silent_for_a_whole_answer_goes_on_being_known(history: SqlHistory) -> None:
    await write(history, even(QUIET, [0]), talk((0, 12)))
    changed = await write(history, answer(QUIET, (1, 12)), talk((0, 12)))
    assert changed == {QUIET: slot(1)}
    assert await known(history, QUIET, 0, 12) == 12


async def test_nothing_is_known_before_the_first_row_of_a_site(history: SqlHistory) -> None:
    await write(history, answer(QUIET, (0, 288), {280: (1, 1)}), talk((0, 288)))
    assert await known(history, QUIET, 0, 280) == 0
    assert await known(history, QUIET, 280, 288) == 8


async def test_a_site_that_never_had_a_row_stays_unknown(history: SqlHistory) -> None:
    await write(history, answer(QUIET, (0, 288)), talk((0, 288)))
    assert await known(history, QUIET, 0, 288) == 0


async def test_an_api_that_answers_everybody_with_nothing_makes_no_silence(history: SqlHistory) -> None:
    await write(history, even(QUIET, [0]), even(BUSY, [0]))
    assert await write(history, answer(QUIET, (0, 12)), answer(BUSY, (0, 12))) == {}
    assert await known(history, QUIET, 0, 12) == 1


async def test_only_slots_at_which_another_site_spoke_are_known(history: SqlHistory) -> None:
    await write(history, answer(QUIET, (0, 12), {0: (1, 1)}), even(BUSY, [3, 4, 11]))
    assert await known(history, QUIET, 0, 12) == 4
    assert await known(history, QUIET, 5, 11) == 0


async def test_a_site_of_another_workspace_is_no_witness(history: SqlHistory) -> None:
    await write(history, answer(QUIET, (0, 12), {0: (1, 1)}), even(ELSEWHERE, range(12)))
    assert await known(history, QUIET, 0, 12) == 1


async def test_a_witness_that_comes_later_lets_the_next_answer_be_believed(history: SqlHistory) -> None:
    await write(history, answer(QUIET, (0, 12), {0: (1, 1)}))
    await write(history, talk((0, 12)))
    assert await write(history, answer(QUIET, (0, 12), {0: (1, 1)})) == {QUIET: slot(1)}
    assert await known(history, QUIET, 0, 12) == 12


async def test_a_row_that_comes_late_is_a_revision_and_is_counted_once(history: SqlHistory) -> None:
    await write(history, answer(QUIET, (0, 12), {0: (1, 1)}), talk((0, 12)))
    late = answer(QUIET, (0, 12), {0: (1, 1), 5: (40, 2)})
    assert await write(history, late, judged_until={QUIET: slot(12)}, seen_at=99) == {QUIET: slot(5)}
    async with history.reading() as t:
        assert (await t.buckets.usage([QUIET], window(0, 12), STEP))[QUIET] == Usage(41, 3, 41, 12, 12)
        revisions = await t.buckets.revisions(QUIET, window(0, 12))
    assert revisions == [(Slot(99), Bucket(slot(5), 0, 0), Bucket(slot(5), 40, 2))]


async def test_a_row_that_disappears_does_not_take_back_what_was_known(history: SqlHistory) -> None:
    await write(history, answer(QUIET, (0, 12), {0: (1, 1), 5: (40, 2)}), talk((0, 12)))
    assert await write(history, answer(QUIET, (0, 12), {0: (1, 1)})) == {}
    async with history.reading() as t:
        assert (await t.buckets.usage([QUIET], window(0, 12), STEP))[QUIET].in_bytes == 41


async def test_the_same_answer_again_writes_nothing(history: SqlHistory) -> None:
    both = answer(QUIET, (0, 288), {0: (1, 1)}), talk((0, 288))
    await write(history, *both)
    assert await write(history, *both, judged_until={QUIET: slot(288)}) == {}


async def test_an_hour_whose_buckets_retention_has_deleted_is_not_counted_twice(history: SqlHistory) -> None:
    both = answer(QUIET, (0, 24), {0: (1, 1)}), talk((0, 24))
    await write(history, *both)
    async with history.writing() as t:
        await t.retention.sweep(raw_before=slot(12), hourly_before=Slot(0), pulls_before=Slot(0))
    assert await write(history, *both) == {}
    async with history.reading() as t:
        assert await t.buckets.series(QUIET, window(0, 12), Grain.HOURLY) == [(slot(0), Usage(1, 1, 1, 12))]


async def test_two_answers_of_one_site_in_one_write_are_both_filled(history: SqlHistory) -> None:
    await write(history, answer(QUIET, (12, 24), {12: (1, 1)}), answer(QUIET, (0, 12), {0: (1, 1)}), talk((0, 24)))
    assert await known(history, QUIET, 0, 24) == 24
