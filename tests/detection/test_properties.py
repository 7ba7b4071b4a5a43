"""What must hold of every history, however odd."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.times import DAY, Slot, Window
from bot.domain.usage import LARGEST_BUCKET, Direction
from bot.engine.spikes.memory import Memory
from bot.engine.spikes.offsets import Offsets
from bot.engine.spikes.scores import Scores
from bot.engine.spikes.watch import watch
from tests.detection.judging import episodes, told
from tests.detection.traffic import START
from tests.fuzz.trying import tries

ZONES = (ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/St_Johns"))
HOURLY = 3600


@st.composite
def histories(draw: st.DrawFn, step: int = HOURLY, days: int = 12) -> Block:
    """One to three sites: quiet, restless, silent; with gaps, zeros and bursts."""
    rng, sites = np.random.default_rng(draw(st.integers(0, 2**32))), draw(st.integers(1, 3))
    shape = sites, draw(st.integers(2, days)) * DAY // step + draw(st.integers(0, 5))
    restless, unknown, zero = draw(st.sampled_from([0.0, 0.3, 2.0])), draw(st.sampled_from([0.0, 0.02, 0.5])), 0.1
    made = [np.exp(rng.normal(12, restless, shape)) * (rng.random(shape) > zero) for _ in range(2)]
    burst = np.where(rng.random(shape) < 0.01, draw(st.sampled_from([1, 50, 10_000])), 1)
    in_bytes, out_bytes = (np.rint(each * burst).astype(np.int64) for each in made)
    known = rng.random(shape) >= unknown
    zeros = np.int64(0)
    hidden = np.where(known, in_bytes, zeros), np.where(known, out_bytes, zeros)
    return Block(np.arange(sites), Slot(START + draw(st.integers(0, 30)) * step), step, *hidden, known)


class Watcher:
    """Sees parts of one block after the other."""

    def __init__(self, block: Block, sites: int | None = None) -> None:
        self.block, self.rows = block, np.arange(sites or len(block.sites))
        self.memory = Memory.empty(len(self.rows), (Direction.IN, Direction.OUT), block.step)
        self.memory.begin(self.rows, block.start)

    def see(self, first: int, end: int) -> Scores:
        seen = self.block.columns(0, end)
        zones = [ZONES[row % len(ZONES)] for row in self.rows.tolist()]
        return watch(self.memory, self.rows, seen, Offsets.of(zones, Window(seen.start, seen.end)), first)

    def see_all(self) -> Scores:
        return self.see(0, self.block.length)


def same(one: Scores, other: Scores, columns: slice = slice(None)) -> None:
    """Where scores are asked, they are equal to the last bit: verdicts are compared, not measured."""
    for left, right in zip(one.arrays(), other.arrays(), strict=True):
        np.testing.assert_array_equal(left[:, :, columns], right[:, :, columns])


@tries(8)
@given(histories(), st.floats(0, 1))
def test_what_comes_later_changes_nothing_of_what_was_said(block: Block, share: float) -> None:
    end = 1 + int(share * (block.length - 1))
    whole, part = Watcher(block).see_all(), Watcher(block).see(0, end)
    same(part, _first(whole, end))


def _first(scores: Scores, end: int) -> Scores:
    arrays = [each[:, :, :end] for each in scores.arrays()]
    return Scores(scores.directions, scores.start, scores.step, *arrays)  # type: ignore[arg-type]


@tries(5)
@given(histories(days=4), st.sampled_from([1, 5, 24, 100]), st.integers(1, 24))
def test_it_does_not_matter_how_buckets_are_cut_into_blocks(block: Block, size: int, first: int) -> None:
    whole, watcher = Watcher(block), Watcher(block)
    expected = whole.see_all()
    found = Scores.unknown(expected.directions, expected.start, expected.step, len(watcher.rows), block.length)
    ends = [*range(first, block.length, size), block.length]
    for start, end in zip([0, *ends], ends, strict=False):
        found.put(slice(start, end), watcher.see(start, end))
    same(found, expected)


@tries(8)
@given(histories())
def test_sites_are_judged_alike_alone_and_among_others(block: Block) -> None:
    expected = Watcher(block).see_all()
    first = Watcher(block.rows(np.arange(1))).see_all()
    same(first, expected.of_rows(np.arange(1)))


@tries(8)
@given(histories(), st.integers(1, 3), st.integers(0, 2**32))
def test_a_revision_is_as_if_it_had_never_been_otherwise(block: Block, days: int, seed: int) -> None:
    """The API counts anew what it had counted wrongly."""
    wrong = Block(block.sites, block.start, block.step, block.in_bytes.copy(), block.out_bytes * 2, block.known)
    wrong.in_bytes[:, -days * 20 :] *= 1000
    watcher = Watcher(wrong)
    watcher.see_all()
    watcher.block = Block(
        block.sites,
        block.start,
        block.step,
        block.in_bytes,
        np.where(np.arange(block.length) >= block.length - days * 20, block.out_bytes, wrong.out_bytes),
        block.known,
    )
    expected = Watcher(watcher.block).see_all()
    watcher.memory.go_back(watcher.rows, Slot(block.start + (block.length - days * 20) * block.step))
    first = watcher.block.column(int(watcher.memory.until.min()))
    again = watcher.see(first, block.length)
    for left, right in zip(again.arrays(), expected.arrays(), strict=True):
        np.testing.assert_array_equal(left, right[:, :, first:])


@tries(8)
@given(histories())
def test_nothing_is_told_of_what_is_not_known(block: Block) -> None:
    scores = Watcher(block).see_all()
    assert not (told(scores) & ~block.known).any()
    assert np.isnan(scores.score.transpose(0, 2, 1)[~block.known]).all()


Made = Callable[[tuple[int, int]], NDArray[np.int64]]


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda shape: np.zeros(shape, np.int64), id="zeros"),
        pytest.param(lambda shape: np.full(shape, 10**6), id="ever the same"),
        pytest.param(lambda shape: np.full(shape, LARGEST_BUCKET), id="as large as can be"),
        pytest.param(lambda shape: 1 + np.arange(shape[1])[None] % 2 * np.ones(shape, np.int64), id="a byte or two"),
    ],
)
@pytest.mark.parametrize("step", [60, 900, 3600])
def test_what_never_changes_is_never_unusual(made: Made, step: int) -> None:
    shape = 1, 5 * DAY // step
    amounts = made(shape)
    block = Block(np.arange(1), START, step, amounts, amounts, np.ones(shape, np.bool_))
    assert not told(Watcher(block).see_all()).any()


@pytest.mark.parametrize("step", [60, 300, 900, 3600])
def test_three_hours_of_ten_times_as_much_are_told_at_any_grain(step: int) -> None:
    a_day = DAY // step
    rng = np.random.default_rng(3)
    amounts = np.rint(np.exp(rng.normal(14, 0.2, (1, 9 * a_day)))).astype(np.int64)
    burst = slice(8 * a_day + a_day // 2, 8 * a_day + a_day // 2 + 3 * 3600 // step)
    amounts[:, burst] *= 10
    block = Block(np.arange(1), START, step, amounts, amounts // 3, np.ones(amounts.shape, np.bool_))
    alarms = episodes(told(Watcher(block).see_all())[0])
    assert len(alarms) == 1
    assert burst.start <= alarms[0] < burst.stop


def test_the_largest_amounts_that_there_are_are_told_and_measured() -> None:
    rng = np.random.default_rng(4)
    amounts = np.rint(np.exp(rng.normal(10, 0.3, (1, 9 * 24)))).astype(np.int64)
    largest = amounts.copy()
    largest[:, -30:-26] = LARGEST_BUCKET
    block = Block(np.arange(1), START, HOURLY, largest, amounts, np.ones(amounts.shape, np.bool_))
    scores = Watcher(block).see_all()
    assert told(scores)[:, -30:-26].any()
    judged = np.isfinite(scores.score)
    assert np.isfinite(scores.came[judged]).all()


@tries(8)
@given(histories(days=9), st.sampled_from([1.5, 4.0, 100.0]))
def test_the_more_comes_the_more_unusual_it_is(block: Block, factor: float) -> None:
    """Of the last bucket, in its own direction."""
    more = Block(block.sites, block.start, block.step, block.in_bytes.copy(), block.out_bytes, block.known)
    more.in_bytes[:, -1] = np.rint(more.in_bytes[:, -1] * factor)
    less, now = (Watcher(each).see_all().score[:, 0, -1] for each in (block, more))
    assert not (now < less - 1e-4).any()
