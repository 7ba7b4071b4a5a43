from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.block import Block
from bot.domain.times import Slot, Window
from bot.domain.usage import Direction, Usage

USAGES = st.builds(Usage, *(st.integers(0, 10**15) for _ in range(3)), st.integers(0, 99), st.integers(0, 99))


def block() -> Block:
    return Block(
        np.array([7, 8]),
        Slot(600),
        300,
        np.array([[1, 5, 0], [2, 2, 2]]),
        np.array([[4, 2, 0], [1, 1, 9]]),
        np.array([[True, True, False], [True, True, True]]),
    )


@given(USAGES, USAGES)
def test_usage_adds_up_in_every_direction(one: Usage, other: Usage) -> None:
    for direction in Direction:
        assert (one + other).of(direction) == one.of(direction) + other.of(direction)
    assert one + Usage() == one


def test_the_coverage_of_no_buckets_is_unknown_and_not_zero() -> None:
    assert Usage().coverage is None
    assert Usage(known=1, expected=4).coverage == 0.25


@pytest.mark.parametrize(
    ("direction", "rows"),
    [
        (Direction.IN, [[1, 5, 0], [2, 2, 2]]),
        (Direction.OUT, [[4, 2, 0], [1, 1, 9]]),
        (Direction.TOTAL, [[5, 7, 0], [3, 3, 11]]),
        (Direction.MAX, [[4, 5, 0], [2, 2, 9]]),
    ],
)
def test_a_block_counts_each_direction_by_bucket(direction: Direction, rows: list[list[int]]) -> None:
    assert block().of(direction).tolist() == rows


def test_a_block_knows_its_span_and_columns() -> None:
    assert (block().length, block().end) == (3, 1500)
    assert [block().column(slot) for slot in (0, 600, 899, 900, 1499, 1500, 9999)] == [0, 0, 0, 1, 2, 3, 3]


def test_the_rows_of_a_block_come_in_the_order_asked_for() -> None:
    found = block().rows(np.array([1, 0]))
    assert found.sites.tolist() == [8, 7]
    assert found.known.tolist() == [[True, True, True], [True, True, False]]
    assert found.in_bytes.tolist() == [[2, 2, 2], [1, 5, 0]]
    assert found.out_bytes.tolist() == [[1, 1, 9], [4, 2, 0]]


def test_a_block_of_unknowns_knows_nothing_and_shares_no_memory() -> None:
    found = Block.unknown(np.array([1, 2]), Window(Slot(0), Slot(900)), 300)
    assert found.known.shape == (2, 3)
    assert not found.known.any()
    found.in_bytes[0, 0] = 5
    assert found.out_bytes[0, 0] == 0
