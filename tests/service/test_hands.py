"""Work that is done in threads while its owner reads what comes next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from bot.service.spikes.hands import HANDS, Hands

WAITS = 5.0
"""Seconds, of what never takes so long."""


async def test_as_many_are_worked_on_at_once_as_there_are_hands() -> None:
    together = threading.Barrier(HANDS)
    async with Hands() as hands:
        for number in range(2 * HANDS):
            await hands.give(number, lambda: meet(together))
    assert not together.broken


def meet(others: threading.Barrier) -> None:
    others.wait(WAITS)


async def test_what_is_of_one_thing_is_done_in_order_and_when_the_context_is_left_all_is_done() -> None:
    done: list[int] = []
    may_end = threading.Event()

    def first() -> None:
        may_end.wait(WAITS)
        done.append(1)

    async with Hands() as hands:
        await hands.give(7, first)
        await hands.give(8, may_end.set)
        await hands.give(7, lambda: done.append(2))
        await hands.done(7)
        assert done == [1, 2]
        await hands.give(7, lambda: done.append(3))
    assert done == [1, 2, 3]


@pytest.mark.parametrize("waits", [True, False])
async def test_what_fails_is_raised_when_nothing_is_worked_on_any_more(waits: bool) -> None:
    may_end, ended = threading.Event(), threading.Event()

    def slow() -> None:
        may_end.wait(WAITS)
        ended.set()

    def fails() -> None:
        may_end.set()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await given([slow, fails], waits=waits)
    assert ended.is_set()


async def given(works: Sequence[Callable[[], None]], *, waits: bool) -> None:
    async with Hands() as hands:
        for number, work in enumerate(works):
            await hands.give(number, work)
        if waits:
            await hands.done(number)


async def test_where_its_owner_fails_what_is_worked_on_comes_to_its_end() -> None:
    ended = threading.Event()
    with pytest.raises(LookupError):
        await abandoned(ended.set)
    assert ended.is_set()


async def abandoned(work: Callable[[], None]) -> None:
    async with Hands() as hands:
        await hands.give(1, work)
        raise LookupError
