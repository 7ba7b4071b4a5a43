"""How far each site that a rule watches was above what is usual: kept for a while, for the fleet to be judged by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.domain.times import HOUR, Slot, Window
from bot.domain.usage import Direction
from bot.engine.spikes.fleet import Moves, moves_of
from bot.engine.spikes.memory import NEVER
from bot.engine.spikes.scores import Scores
from bot.engine.spikes.seen import LOOK_BACK
from bot.engine.spikes.verdicts import bars_of
from bot.rules.model import Rule, Spike
from bot.service.judging import Batch, Due, Scoring, keys_of
from bot.service.ports import Transaction

KEPT = 36 * HOUR
"""Seconds of moves that operation keeps of each site; older ones are found again where late data ask for them."""
PARTS = 3
AGAIN_AT_ONCE = 500
"""Sites that are seen again at once: what is remembered of each, of which that takes a copy, has some 50 kilobytes."""


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What came of a batch for one rule in one direction: row i of `moves` is of `due[i]`, whose new buckets count."""

    rule: Rule
    direction: Direction
    due: Sequence[Due]
    moves: Moves


def taken(batch: Batch, rules: Sequence[Rule]) -> list[Taken]:
    """Nothing of a batch that no spike was looked for in."""
    if batch.found is None:
        return []
    found = []
    for rule in rules:
        rows = batch.rows(rule) if isinstance(rule.judge, Spike) else []
        scores = batch.found.of_rows(np.array(rows, np.intp)) if rows else None
        for direction in rule.directions if scores is not None else ():
            due = [batch.due[row] for row in rows]
            found.append(Taken(rule, direction, due, _moves(scores, rule, direction, due)))
    return found


def _moves(scores: Scores | None, rule: Rule, direction: Direction, due: Sequence[Due]) -> Moves:
    assert scores is not None and isinstance(rule.judge, Spike)  # noqa: S101, PT018
    place = scores.directions.index(direction)
    bars = bars_of(scores, place, rule.judge, len(rule.directions))
    return moves_of(scores, place, rule.judge, bars, keys_of(due))


class Moving(Protocol):
    """Knows how far each site was above what is usual."""

    async def of(self, tx: Transaction, rule: Rule, direction: Direction, due: Sequence[Due], window: Window) -> Moves:
        """Moves of a window, as far as each site's data reach; row i is of `due[i]`."""


class FleetMoves:
    """Buckets are of `step` seconds. What is not remembered any more is found again by `watch`, that of the pass."""

    def __init__(self, step: int) -> None:
        self.watch: Scoring | None = None
        self._step, self._kept = step, KEPT
        self._rings: dict[tuple[str, Direction], _Ring] = {}

    def put(self, found: Iterable[Taken]) -> None:
        """Remember what is new; what was seen of a site without us is forgotten."""
        for some in found:
            self._put(some)

    def _put(self, some: Taken) -> None:
        ring, alike = self._ring(some.rule, some.direction), dict[tuple[Slot, Slot], list[int]]()
        for row, item in enumerate(some.due):
            alike.setdefault((item.dirty_from, item.until), []).append(row)
        for (start, until), rows in alike.items():
            first = max(start, Slot(until - self._kept))
            if first < until:
                due = [some.due[row] for row in rows]
                ring.write(due, _part(some.moves, np.array(rows, np.intp), Window(first, until)))

    async def of(self, tx: Transaction, rule: Rule, direction: Direction, due: Sequence[Due], window: Window) -> Moves:
        ring, alike = self._ring(rule, direction), dict[Slot, list[int]]()
        moves, missing = ring.read(due, window)
        for row in missing if self.watch is not None else ():
            alike.setdefault(min(window.end, due[row].until), []).append(row)
        for until, rows in alike.items():
            for n in range(0, len(rows), AGAIN_AT_ONCE):
                some = rows[n : n + AGAIN_AT_ONCE]
                own = [due[row] for row in some]
                found = await self._found_again(tx, rule, direction, own, Window(window.start, until))
                for whole, part in zip(moves.arrays(), found.arrays(), strict=True):
                    whole[some, : part.shape[1]] = part.astype(np.float16)
        return moves

    async def _found_again(
        self, tx: Transaction, rule: Rule, direction: Direction, due: Sequence[Due], window: Window
    ) -> Moves:
        """In all directions, so that the others need not be looked for, as far as so much is kept."""
        assert self.watch is not None  # noqa: S101 - asked before
        read = Window(Slot(window.start - LOOK_BACK), window.end)
        block = await tx.buckets.block(keys_of(due), read, self._step)
        whole = [replace(one, until=window.end) for one in due]
        scores = await self.watch.again(tx, whole, block, window.start)
        rows = np.arange(len(due))
        found = {each: _part(_moves(scores, rule, each, due), rows, window) for each in rule.directions}
        if window.end - window.start <= self._kept:
            for each, moves in found.items():
                self._ring(rule, each).fill(due, moves)
        return found[direction]

    def _ring(self, rule: Rule, direction: Direction) -> _Ring:
        return self._rings.setdefault((rule.name, direction), _Ring(self._step, self._kept // self._step))


def _part(moves: Moves, rows: NDArray[np.intp], window: Window) -> Moves:
    first, end = ((slot - moves.start) // moves.step for slot in (window.start, window.end))
    move, spare, excess = (each[rows, first:end] for each in moves.arrays())
    return Moves(moves.sites[rows], window.start, moves.step, move, spare, excess)


@dataclass(slots=True, eq=False)
class _Ring:
    """The last `length` buckets: `values` has shape (PARTS, S, length), and the bucket that starts at `slot` is in the
    column of its number modulo `length`. Of site `rows[key]` those of `[since, until)` count."""

    step: int
    length: int
    rows: dict[int, int] = field(default_factory=dict)
    since: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    until: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    values: NDArray[np.float16] = field(init=False)

    def __post_init__(self) -> None:
        self.values = np.zeros((PARTS, 0, self.length), np.float16)

    def write(self, due: Sequence[Due], moves: Moves) -> None:
        """New buckets of sites, which go on from what is known of them if that was all that had been judged."""
        places, end = self._places(due), moves.start + moves.move.shape[1] * self.step
        judged = np.array([item.judged_until or NEVER for item in due], np.int64)
        goes_on = (self.until[places] == judged) & (self.since[places] <= moves.start) & (moves.start <= judged)
        since = np.where(goes_on, self.since[places], moves.start)
        self._put(places, moves)
        self.since[places], self.until[places] = np.maximum(since, end - self.length * self.step), end

    def fill(self, due: Sequence[Due], moves: Moves) -> None:
        """Older buckets of sites, which may reach up to those that are known."""
        places, end = self._places(due), moves.start + moves.move.shape[1] * self.step
        since, until = self.since[places], self.until[places]
        is_joined = (since <= end) & (end < until) & (until - moves.start <= self.length * self.step)
        self._put(places, moves)
        self.since[places], self.until[places] = moves.start, np.where(is_joined, until, end)

    def read(self, due: Sequence[Due], window: Window) -> tuple[Moves, list[int]]:
        """What is known of a window, and the rows of which something is missing."""
        columns, places = self._columns(window), self._places(due)
        ends = np.minimum(np.array([item.until for item in due], np.int64), window.end)
        starts = np.maximum(np.array([item.known_from for item in due], np.int64), window.start)
        since, until = self.since[places], np.minimum(self.until[places], ends)
        slots = window.start + np.arange(len(columns)) * self.step
        is_known = (slots >= since[:, None]) & (slots < until[:, None])
        found = [np.where(is_known, each[places[:, None], columns], np.nan).astype(np.float32) for each in self.values]
        missing = (starts < ends) & ((since > starts) | (until < ends))
        return Moves(keys_of(due), window.start, self.step, *found), np.flatnonzero(missing).tolist()

    def _put(self, places: NDArray[np.intp], moves: Moves) -> None:
        columns = self._columns(Window(moves.start, Slot(moves.start + moves.move.shape[1] * self.step)))
        for into, part in zip(self.values, moves.arrays(), strict=True):
            into[places[:, None], columns] = part

    def _columns(self, window: Window) -> NDArray[np.int64]:
        return np.arange(window.start // self.step, window.end // self.step) % self.length

    def _places(self, due: Sequence[Due]) -> NDArray[np.intp]:
        new = [item.site.key for item in due if item.site.key not in self.rows]
        if new:
            self.rows |= {site: len(self.rows) + n for n, site in enumerate(new)}
            more = np.full((PARTS, len(new), self.length), np.nan, np.float16)
            self.values = np.concatenate([self.values, more], axis=1)
            self.since = np.concatenate([self.since, np.full(len(new), NEVER)])
            self.until = np.concatenate([self.until, np.full(len(new), NEVER)])
        return np.array([self.rows[item.site.key] for item in due], np.intp)
