"""What assessing shares between rules: which sites are due, their block, and usage that more than one rule asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.alerts.model import Alert, Transition
from bot.domain.block import Block
from bot.domain.sites import Site
from bot.domain.times import HOUR, Slot, Window, floor
from bot.domain.usage import Direction, Usage
from bot.engine.ledger import Ledger
from bot.engine.spikes.scores import Scores
from bot.engine.spikes.seen import LOOK_BACK
from bot.engine.threshold import buckets_in
from bot.rules.model import NoData, Quota, Rule, Spike, Threshold
from bot.service.counting import Once
from bot.service.fleet import Fleet
from bot.service.ports import Progress, Transaction

BATCH_CELLS = 2_000_000
"""Sites times buckets of one block: bounds what assessing holds in memory (17 bytes a cell)."""
POOL = 0
"""Stands for a site's key where sites are judged together as one; no site has it."""
MOST_LOOKED_BACK = 6 * HOUR
"""A condition that looks back further sums what is older by the hour and the day, see `conditions.trailing`."""


@dataclass(frozen=True, slots=True)
class Due:
    """A site to be judged, and how far its history reaches. `dirty_from` and `until` bound what is new; `rewound`
    counts how often its past was judged again so far."""

    site: Site
    dirty_from: Slot
    until: Slot
    known_from: Slot
    judged_from: Slot | None
    judged_until: Slot | None
    is_settled_from: Slot | None
    rewound: int = 0

    @property
    def key(self) -> int | None:
        """As in an alert's key: the site's number, None of a pool."""
        return self.site.key if self.site.key != POOL else None

    def knows(self, slot: int) -> bool:
        """History is complete from `slot` on, or what is missing was given up."""
        return self.known_from <= slot or (self.is_settled_from is not None and self.is_settled_from >= self.known_from)

    @property
    def is_revised(self) -> bool:
        """Something changed that was judged before."""
        return self.judged_until is not None and self.dirty_from < self.judged_until


def due_sites(fleet: Fleet, progress: Mapping[int, Progress]) -> list[Due]:
    due = []
    for site in fleet.sites:
        row = progress.get(site.key)
        if row and row.dirty_from is not None and row.watermark is not None and row.known_from is not None:
            ends = (row.dirty_from, row.watermark, row.known_from, row.judged_from, row.judged_until)
            due.append(Due(site, *ends, row.gave_up_before, row.rewound))
    return due


def look_back(rules: Sequence[Rule], step: int) -> int:
    """Seconds before the first new bucket that conditions need to see, as far as that is read bucket by bucket."""
    columns = [buckets_in(span, step) for rule in rules for span in _spans(rule)]
    return max((width * step for width in columns if width * step <= MOST_LOOKED_BACK), default=step)


def _spans(rule: Rule) -> Sequence[timedelta]:
    match rule.judge:
        case Threshold(within=within):
            return (within,)
        case NoData(after=after):
            return (after,)
        case Quota(pace=pairs):
            return [span for pair in pairs for span in (pair.long, pair.short)]
        case Spike():
            return (timedelta(seconds=LOOK_BACK),)
        case _:
            return ()


class Scoring(Protocol):
    """Knows what is usual at every site."""

    async def see(self, tx: Transaction, due: Sequence[Due], block: Block) -> Scores:
        """Scores of a block's columns, unknown where nothing is new. Row i of `block` is of `due[i]`, whose buckets are
        new from `dirty_from` up to `until`."""

    async def again(self, tx: Transaction, due: Sequence[Due], block: Block, first: Slot) -> Scores:
        """Scores of `block`, which ends with what is known of each of `due`, from slot `first` on, as they would have
        been; nothing is remembered."""


@dataclass(slots=True)
class Batch:
    """Sites that are judged on one block. `due[i]` is row i of `block`.

    `at` is when the bot learns of what is new in it; None where it learns of each bucket at the bucket's end, as in
    operation without delay. `watched_since` says of each rule, by name, since when it is judged as it is now.
    """

    tx: Transaction
    due: Sequence[Due]
    block: Block
    at: Slot | None
    watched_since: Mapping[str, Slot]
    watch: Scoring | None = None
    alerts: list[Alert] = field(default_factory=list)
    moves: list[Transition] = field(default_factory=list)
    once: Once = field(init=False)
    ledgers: dict[Direction, Ledger] = field(default_factory=dict)
    _scores: Scores | None = None

    def __post_init__(self) -> None:
        self.once = Once(self.tx.buckets, self.block.step)

    @property
    def found(self) -> Scores | None:
        """The scores of its block, where any rule asked for them."""
        return self._scores

    def learnt(self, end: Slot) -> Slot:
        """When the bot knew of what is true since `end`."""
        return end if self.at is None else self.at

    def rows(self, rule: Rule) -> list[int]:
        return [row for row, due in enumerate(self.due) if rule.sites.matches(due.site)]

    def ledger(self, direction: Direction) -> Ledger:
        """Running totals of the block, row by row, summed once, however many rules need them."""
        if direction not in self.ledgers:
            self.ledgers[direction] = Ledger.of(self.block, direction)
        return self.ledgers[direction]

    async def scores(self, due: Sequence[Due], block: Block, since: NDArray[np.intp]) -> Scores:
        """How unusual the buckets of a block are, whose row i is of `due[i]`, from column `since[i]` on. Those of the
        batch's own block are found once, however many rules need them."""
        assert self.watch is not None  # noqa: S101 - whoever judges spikes has one
        first = Slot(block.start + int(since[0]) * block.step)
        is_own = (block.start, block.end) == (self.block.start, self.block.end)
        if not is_own or first < due[0].dirty_from:
            return await self.watch.again(self.tx, due, block, first)
        if self._scores is None:
            self._scores = await self.watch.see(self.tx, self.due, self.block)
        place = {item.site.key: row for row, item in enumerate(self.due)}
        return self._scores.of_rows(np.array([place[item.site.key] for item in due], np.intp))

    async def read(self, sites: NDArray[np.int64], window: Window) -> Block:
        """The buckets of some sites; none of a pool, which has no buckets of its own."""
        if not sites.any():
            return Block.unknown(sites, window, self.block.step)
        return await self.tx.buckets.block(sites, window, self.block.step)

    async def usage(self, sites: Sequence[int], start: Slot, end: Slot) -> Mapping[int, Usage]:
        """Usage of `[start, end)` for each site, asked of the history once, however many rules need it."""
        return await self.once.usage(sites, start, end)

    def is_news_after(self, rule: Rule, due: Due) -> Slot:
        """A breach that began until then is no news where nobody recorded it: its buckets were judged before the rule
        was as it is, or before the site was watched. Buckets that nobody judged are news, whenever they are from."""
        judged = (due.judged_from or due.until, due.judged_until or due.until)
        return max(judged[0], min(self.watched_since[rule.name], judged[1]))

    def note(self, alerts: Sequence[Alert], moves: Sequence[Transition]) -> None:
        self.alerts += alerts
        self.moves += moves


def batches(due: Sequence[Due], back: int, step: int) -> list[tuple[Window, list[Due]]]:
    """Sites grouped by the hour of their first new bucket, each group cut so that its block stays bounded.

    A block begins `back` before that hour, so a site's new buckets have what they are compared with, and its
    opening usage ends on a whole hour and needs no raw buckets.
    """
    groups: dict[Slot, list[Due]] = {}
    for item in due:
        groups.setdefault(floor(min(item.dirty_from, item.until - step), HOUR), []).append(item)
    cut = []
    for start, group in sorted(groups.items()):
        begin = floor(start - back, HOUR)
        end = max(item.until for item in group)
        size = max(1, BATCH_CELLS // ((end - begin) // step))
        cut += [(Window(begin, end), group[n : n + size]) for n in range(0, len(group), size)]
    return cut


def keys_of(due: Sequence[Due]) -> NDArray[np.int64]:
    return np.array([item.site.key for item in due], np.int64)
