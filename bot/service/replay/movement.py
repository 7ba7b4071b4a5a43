"""How sites moved over a past: whole, for the fleet to be judged by, and what late arrivals changed of it by when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bot.domain.times import Slot, Window
from bot.domain.usage import Direction
from bot.engine.spikes.fleet import Moves
from bot.rules.model import Rule
from bot.service.judging import Batch, Due, keys_of
from bot.service.ports import Transaction
from bot.service.spikes.fleet_moves import PARTS, Taken, taken

Subject = tuple[str, Direction]
"""A rule's name, and a direction of its."""


@dataclass(slots=True, eq=False)
class WholeMoves:
    """Of the buckets of `window`. As `FleetMoves`; what was not put is unknown."""

    window: Window
    step: int
    rows: dict[Subject, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    values: dict[Subject, NDArray[np.float16]] = field(default_factory=dict)

    def put(self, found: Iterable[Taken]) -> None:
        for some in found:
            places = self._places((some.rule.name, some.direction), some.due)
            for row, (place, item) in enumerate(zip(places.tolist(), some.due, strict=True)):
                self._write(
                    (some.rule.name, some.direction), place, some.moves, row, Window(item.dirty_from, item.until)
                )

    async def of(
        self,
        tx: Transaction,  # noqa: ARG002 - everything is at hand
        rule: Rule,
        direction: Direction,
        due: Sequence[Due],
        window: Window,
    ) -> Moves:
        subject = rule.name, direction
        places, there = self._places(subject, due), window.overlap(self.window)
        moves = Moves.unknown(keys_of(due), window.start, self.step, (window.end - window.start) // self.step)
        if there is not None:
            first, end = self._column(there.start), self._column(there.end)
            into = slice((there.start - window.start) // self.step, (there.end - window.start) // self.step)
            for whole, own in zip(moves.arrays(), self.values[subject], strict=True):
                whole[:, into] = own[places, first:end]
        return moves

    def copied(self) -> WholeMoves:
        rows = defaultdict(dict, {subject: dict(own) for subject, own in self.rows.items()})
        return WholeMoves(self.window, self.step, rows, {subject: own.copy() for subject, own in self.values.items()})

    def _write(self, subject: Subject, place: int, moves: Moves, row: int, window: Window) -> None:
        there = window.overlap(self.window)
        if there is not None:
            source = slice(*((slot - moves.start) // self.step for slot in (there.start, there.end)))
            into = slice(self._column(there.start), self._column(there.end))
            for whole, own in zip(self.values[subject], moves.arrays(), strict=True):
                whole[place, into] = own[row, source]

    def _column(self, slot: int) -> int:
        return (slot - self.window.start) // self.step

    def _places(self, subject: Subject, due: Sequence[Due]) -> NDArray[np.intp]:
        rows = self.rows[subject]
        new = [item.site.key for item in due if item.site.key not in rows]
        if new or subject not in self.values:
            rows |= {site: len(rows) + n for n, site in enumerate(new)}
            more = np.full((PARTS, len(new), self._column(self.window.end)), np.nan, np.float16)
            known = self.values.get(subject)
            self.values[subject] = more if known is None else np.concatenate([known, more], axis=1)
        return np.array([rows[item.site.key] for item in due], np.intp)


@dataclass(slots=True, eq=False)
class Movement:
    """`whole` is as it was without late arrivals; `late`, by when they were seen, is what each changed."""

    whole: WholeMoves
    late: dict[Slot, list[Taken]] = field(default_factory=lambda: defaultdict(list))

    def take(self, batch: Batch, rules: Sequence[Rule]) -> None:
        if batch.at is None:
            self.whole.put(taken(batch, rules))
        else:
            self.late[batch.at] += taken(batch, rules)

    def as_it_went(self) -> Movement:
        """For somebody who goes through time once, and calls `learn` at each moment."""
        return Movement(self.whole.copied() if self.late else self.whole, self.late)

    def learn(self, at: Slot) -> None:
        self.whole.put(self.late.get(at, ()))
