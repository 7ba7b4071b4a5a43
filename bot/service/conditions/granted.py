"""What a quota grants in each new bucket of each site: constant over pieces, which a block has few of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.periods import Calendar
from bot.domain.times import Slot, Window, floor
from bot.domain.usage import Direction
from bot.rules.contracts import Contract, Holder, contract
from bot.rules.model import Quota
from bot.service.counting import granted
from bot.service.judging import Batch, Due


@dataclass(frozen=True, slots=True)
class Piece:
    """Columns `first` up to `end` of row `row`, which share a billing period and the `limit` that is granted in it."""

    row: int
    first: int
    end: int
    period: Window
    limit: int
    factor: Fraction


@dataclass(frozen=True, slots=True)
class _Case:
    row: int
    due: Due
    contract: Contract
    period: Window
    new: Window


async def pieces(
    batch: Batch, quota: Quota, direction: Direction, due: Sequence[Due], block: Block, since: NDArray[np.intp]
) -> Sequence[Piece]:
    """Of the columns from `since`, shape (S,), on; none of a site without a quota."""
    step = block.step
    cases = list(_cases(quota, due, block, since))
    if quota.rollover:
        await _ask_together(batch, cases, step)
    found = []
    for case in cases:
        grant = await granted(batch.usage, case.contract, direction, case.period, step, _knows(case.due))
        for window, limit in grant.pieces(case.new, step) if grant is not None else ():
            columns = block.column(window.start), block.column(window.end)
            found.append(Piece(case.row, *columns, case.period, limit, case.due.site.billing_factor))
    return found


def _knows(due: Due) -> Callable[[int, Slot], bool]:
    """What was given up is unknown, and nothing of it is carried over."""
    return lambda _, slot: due.known_from <= slot


def _cases(quota: Quota, due: Sequence[Due], block: Block, since: NDArray[np.intp]) -> Iterator[_Case]:
    periods: dict[tuple[Calendar, Window], list[Window]] = {}
    for row, item in enumerate(due):
        start, until = Slot(block.start + int(since[row]) * block.step), min(item.until, block.end)
        if start >= until:
            continue
        own = contract(quota, Holder.of(item.site))
        asked = own.calendar, Window(start, until)
        if asked not in periods:  # most sites share a calendar, and its arithmetic is dear
            periods[asked] = [_on_grid(period, block.step) for period in own.calendar.periods(asked[1])]
        for period in periods[asked]:
            new = period.overlap(asked[1])
            if new is not None:
                yield _Case(row, item, own, period, new)


def _on_grid(period: Window, step: int) -> Window:
    return Window(floor(period.start, step), floor(period.end, step))


async def _ask_together(batch: Batch, cases: Sequence[_Case], step: int) -> None:
    """Usage of the periods before, asked for all sites at once; the batch keeps it."""
    sites: dict[Window, list[int]] = {}
    for case in cases:
        sites.setdefault(case.contract.before(case.period, step), []).append(case.due.site.key)
    for window, keys in sites.items():
        await batch.usage(keys, window.start, window.end)
