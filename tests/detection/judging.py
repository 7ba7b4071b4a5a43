"""Traffic through the engine, and what became of the changes in it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.times import Slot, Window
from bot.domain.usage import Direction
from bot.engine.edges import BREACH, UNKNOWN
from bot.engine.spikes.memory import Memory
from bot.engine.spikes.offsets import Offsets
from bot.engine.spikes.scores import Scores
from bot.engine.spikes.verdicts import bars_of, judge_scores
from bot.engine.spikes.watch import watch
from bot.rules.model import Spike
from tests.detection.traffic import A_DAY, STEP, Traffic

DIRECTIONS = (Direction.IN, Direction.OUT)
AT_ONCE = 7
"""Days that are seen in one block."""
MERGED = 6
"""Alarms of a site that are at most so many buckets apart are one."""
IN_TIME = 3
"""An alarm may begin so many buckets after the end of what it tells of (the smallest scale needs them)."""
EXPLAINED = 12
"""One that begins so many buckets after that is told of the same."""
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Change:
    """Something happened at a site, from column `start` up to `end`. `visible`: it adds more than what like times reach
    above their middle in 97 of 100 cases."""

    row: int
    kind: str
    start: int
    end: int
    visible: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """`visible` and `recall`: shares of the changes that were told, of the visible ones and of all. `false`: alarms a
    site and week that tell of nothing. `delay`: median buckets until a change is told."""

    visible: float
    recall: float
    false: float
    delay: float
    count: int

    def __str__(self) -> str:
        return (
            f"visible {self.visible:.2f}, all {self.recall:.2f} of {self.count}, "
            f"false {self.false:.2f} a site and week, delay {self.delay:.0f} buckets"
        )


def begun(traffic: Traffic) -> Memory:
    memory = Memory.empty(len(traffic), DIRECTIONS, STEP)
    memory.begin(np.arange(len(traffic)), traffic.start)
    return memory


def copied(memory: Memory, times: int = 1) -> Memory:
    """The sites so many times over, so that several futures are seen at once."""
    return memory.taken(np.tile(np.arange(len(memory)), times))


def see(memory: Memory, traffic: Traffic, first: int = 0, end: int | None = None) -> Scores:
    """Scores of days `first` up to `end` of the traffic; the memory must end where they begin."""
    end = traffic.days if end is None else end
    begin = traffic.part(first, end)
    columns = (end - first) * A_DAY
    scores = Scores.unknown(DIRECTIONS, begin.start, STEP, len(traffic), columns)
    for day in range(first, end, AT_ONCE):
        part = traffic.part(max(day - 1, 0), min(day + AT_ONCE, end))
        at = A_DAY if day else 0
        block = part.block()
        seen = watch(memory, np.arange(len(traffic)), block, offsets(part), at)
        place = (day - first) * A_DAY
        scores.put(slice(place, place + seen.score.shape[-1]), seen)
    return scores


def offsets(traffic: Traffic) -> Offsets:
    block_end = traffic.start + traffic.days * A_DAY * STEP
    return Offsets.of(traffic.zones, Window(traffic.start, Slot(block_end)))


def told(scores: Scores) -> Mask:
    """Shape (S, N): where an alarm of a rule of medium sensitivity begins, in either direction."""
    rows, spike = scores.score.shape[0], Spike()
    fired = np.zeros((rows, scores.score.shape[-1]), np.bool_)
    for place in range(len(scores.directions)):
        quiet, start = np.zeros(rows, np.bool_), np.zeros(rows, np.intp)
        bars = bars_of(scores, place, spike, len(scores.directions))
        states = judge_scores(scores, place, spike, bars, quiet, start).states
        on = _held(states)
        fired |= on & ~np.concatenate([np.zeros((rows, 1), np.bool_), on[:, :-1]], axis=1)
    return fired


def _held(states: NDArray[np.int8]) -> Mask:
    """Breach, and what is not known after it: a gap ends no alarm."""
    columns = np.arange(states.shape[1])
    known = np.maximum.accumulate(np.where(states == UNKNOWN, -1, columns), axis=1)
    last = np.take_along_axis(states, np.maximum(known, 0), axis=1)
    on: Mask = (last == BREACH) & (known >= 0)
    return on


def episodes(fired: Mask) -> NDArray[np.intp]:
    """Columns of a row where alarms begin, those that follow closely taken as one."""
    found = np.flatnonzero(fired)
    return found[np.diff(found, prepend=-MERGED - 1) > MERGED]


def begins(fired: Mask, row: int, start: int, end: int) -> int:
    """How many alarms begin at a site in columns `start` up to `end`."""
    at = episodes(fired[row])
    return int(((at >= start) & (at < end)).sum())


def figures(fired: Mask, changes: Sequence[Change], first: int) -> Figures:
    """Of changes and alarms from column `first` on."""
    starts = [at[at >= first] for at in map(episodes, fired)]
    delays = [_delay(starts[change.row], change) for change in changes]
    hits = np.array([delay is not None for delay in delays])
    visible = np.array([change.visible for change in changes], np.bool_)
    weeks = fired.shape[0] * (fired.shape[1] - first) / A_DAY / 7
    false = sum(_unexplained(at, [c for c in changes if c.row == row]) for row, at in enumerate(starts))
    found = [delay for delay in delays if delay is not None]
    late = float(np.median(found)) if found else float("nan")
    return Figures(_share(hits[visible]), _share(hits), false / weeks, late, len(changes))


def _delay(starts: NDArray[np.intp], change: Change) -> int | None:
    inside = starts[(starts >= change.start) & (starts < change.end + IN_TIME)]
    return int(inside[0]) - change.start if len(inside) else None


def _unexplained(starts: NDArray[np.intp], changes: Iterable[Change]) -> int:
    own = np.zeros(len(starts), np.bool_)
    for change in changes:
        own |= (starts >= change.start) & (starts < change.end + EXPLAINED)
    return int((~own).sum())


def say(*lines: str) -> None:
    """What a run with `-s`, or of the package itself, shows."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _share(hits: NDArray[np.bool_]) -> float:
    return float(hits.mean()) if len(hits) else float("nan")
