"""Pairing one to one."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from bot.service.rule_tests.pairing import paired


def test_the_one_that_could_take_either_leaves_the_only_one_to_the_other() -> None:
    assert paired([[0, 1], [0]]) == {0: 1, 1: 0}


def test_a_chain_of_changes_finds_a_partner_for_everybody() -> None:
    assert paired([[0], [0, 1], [1, 2], [2, 3]]) == {0: 0, 1: 1, 2: 2, 3: 3}
    assert paired([[0, 1], [1, 2], [2, 3], [0]]) == {0: 1, 1: 2, 2: 3, 3: 0}


def test_two_that_want_the_same_one_leave_one_alone() -> None:
    assert len(paired([[0], [0]])) == 1
    assert paired([[], []]) == {}


def test_a_thousand_that_all_fit_are_paired_without_ado() -> None:
    assert len(paired([list(range(500))] * 500)) == 500


@given(st.lists(st.lists(st.integers(0, 3), unique=True, max_size=4), max_size=4))
def test_no_pairing_is_larger(candidates: list[list[int]]) -> None:
    found = paired(candidates)
    assert all(right in candidates[left] for left, right in found.items())
    assert len(set(found.values())) == len(found)
    orders = permutations([*range(4), *range(-len(candidates), 0)], len(candidates))
    assert len(found) == max(sum(right in candidates[left] for left, right in enumerate(order)) for order in orders)
