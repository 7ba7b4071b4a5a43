"""What stays the same for half an hour, or for a day, is found once for each site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.engine.spikes.lasting import Lasting, lasting
from bot.engine.spikes.memory import NEVER, AtHand, Memory, Rows
from bot.engine.spikes.offsets import Offsets
from bot.engine.spikes.outage import Debts, debts
from bot.engine.spikes.own import Lately, Own, lately, own
from bot.engine.spikes.usual import Usual, usual

T = TypeVar("T", Usual, Own, Lately, Lasting, Debts)


def usual_at(memory: Memory, rows: Rows, offsets: Offsets, cells: NDArray[np.int64]) -> Usual:
    if len(cells) > 1:
        return usual(memory, rows, offsets, cells)
    return _kept(
        memory, rows, int(cells[0]), Usual, lambda some: usual(memory, rows[some], offsets.of_rows(some), cells)
    )


def lately_at(memory: Memory, rows: Rows, cells: NDArray[np.int64]) -> Lately:
    if len(cells) > 1:
        return lately(memory, rows, cells)
    return _kept(memory, rows, int(cells[0]), Lately, lambda some: lately(memory, rows[some], cells))


def lasting_at(memory: Memory, rows: Rows, cells: NDArray[np.int64]) -> Lasting:
    if len(cells) > 1:
        return lasting(memory, rows, cells)
    return _kept(memory, rows, int(cells[0]), Lasting, lambda some: lasting(memory, rows[some], cells))


def debts_at(memory: Memory, rows: Rows, cells: NDArray[np.int64]) -> Debts:
    if len(cells) > 1:
        return debts(memory, rows, cells)
    return _kept(memory, rows, int(cells[0]), Debts, lambda some: debts(memory, rows[some], cells))


def own_at(memory: Memory, rows: Rows, day: int) -> Own:
    return _kept(memory, rows, day, Own, lambda some: own(memory, rows[some], day))


def _kept(memory: Memory, rows: Rows, of: int, kind: type[T], find: Callable[[Rows], T]) -> T:
    """`find` is asked for some places of `rows`. What is returned may be what is held: nobody writes into it."""
    held = memory.at_hand.get(kind.__name__)
    stale = np.arange(len(rows)) if held is None else np.flatnonzero(held.of[rows] != of)
    if len(stale):
        found = find(stale)
        fresh: list[NDArray[Any]] = [getattr(found, each.name) for each in fields(kind)]
        held = held or _room(memory, kind.__name__, fresh)
        for kept, new in zip(held.arrays, fresh, strict=True):
            kept[rows[stale]] = new
        held.of[rows[stale]] = of
    assert held is not None  # noqa: S101 - where nothing is held, all is stale
    whole: list[Any] = (
        held.arrays
        if len(rows) == len(memory) and bool((np.diff(rows) == 1).all())
        else [kept[rows] for kept in held.arrays]
    )
    return kind(*whole)


def _room(memory: Memory, name: str, like: list[NDArray[Any]]) -> AtHand:
    """For all sites, of which nothing is at hand yet."""
    arrays = [np.zeros((len(memory), *one.shape[1:]), one.dtype) for one in like]
    return memory.at_hand.setdefault(name, AtHand(np.full(len(memory), NEVER, np.int64), arrays))
