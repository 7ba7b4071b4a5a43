"""How often a site was as high before."""

from __future__ import annotations

import numpy as np
import pytest

from bot.domain.block import Block
from bot.domain.times import Slot, Window
from bot.domain.usage import Direction
from bot.engine.spikes.ranks import rank

STEP = 300
NOTHING = -1


def block(*amounts: int) -> Block:
    """Bytes in of a site's buckets from slot 0 on, -1 where nothing is known."""
    found = Block.unknown(np.array([1]), Window(Slot(0), Slot(len(amounts) * STEP)), STEP)
    found.in_bytes[0] = amounts
    found.known[0] = found.in_bytes[0] != NOTHING
    found.in_bytes[~found.known] = 0
    return found


def ranked(past: Block, ends: list[list[int]], width: int = 3, came: int = 30, *, is_median: bool = False) -> str:
    """A letter for each day: h as high, l lower, - unknown."""
    slots = np.array(ends) * STEP
    found = rank(past, Direction.IN, slots, width, came, is_median=is_median)
    return "".join("-" if not known else "h" if high else "l" for known, high in zip(found.known, found.as_high))  # noqa: B905


def test_a_day_is_as_high_where_its_least_bucket_of_a_span_is() -> None:
    past = block(10, 10, 10, 90, 90, 9, 90, 90, 90)
    assert ranked(past, [[3], [6], [9]]) == "hlh"


def test_a_day_is_as_high_where_any_of_its_spans_is() -> None:
    past = block(1, 1, 1, 10, 10, 10, 1, 1, 1)
    assert ranked(past, [[4, 5, 6], [7, 8, 9]]) == "hl"


def test_a_median_is_the_lower_of_the_middle_ones() -> None:
    past = block(1, 1, 10, 10, 1, 10, 10, 10)
    assert ranked(past, [[4], [8]], width=4, came=40, is_median=True) == "lh"


@pytest.mark.parametrize(
    ("amounts", "found"), [((10, 10, 10, NOTHING), "h"), ((10, 10, NOTHING, NOTHING), "-"), ((NOTHING,) * 4, "-")]
)
def test_what_is_mostly_unknown_is_no_day(amounts: tuple[int, ...], found: str) -> None:
    assert ranked(block(*amounts), [[4]], width=4, came=40) == found


def test_what_lies_outside_of_what_was_read_is_unknown() -> None:
    assert ranked(block(10, 10, 10), [[-5], [1], [3], [9]]) == "--h-"
