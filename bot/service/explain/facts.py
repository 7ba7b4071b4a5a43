"""What was known of one site at one time: pulls, buckets and the revisions that came later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.sites import Site
from bot.domain.times import DAY, Slot, Window, floor, to_instant
from bot.domain.usage import Bucket, Usage
from bot.service.explain.model import BucketAt, Revised
from bot.service.ports import Progress, Pull, Transaction
from bot.service.queries.inquiry import Inquiry
from bot.service.spikes.band import Looked

ANSWERED = "answered"
LONG_AGO = 8 * DAY
MOST_REVISED = 50
AHEAD = 2
"""How many buckets that nobody has read are shown after those that were."""
Revision = tuple[Slot, Bucket, Bucket]
"""Seen at, before, after."""


@dataclass(frozen=True, slots=True)
class Facts:
    """`end` is the end of the last bucket that was complete at `at`; `until` that of what had been read by then, None
    where nothing had. `pulls` are the site's of about that time, also later ones."""

    tx: Transaction
    inquiry: Inquiry
    site: Site
    at: Slot
    end: Slot
    until: Slot | None
    pulls: Sequence[Pull]
    progress: Progress | None
    looked: dict[Window, Looked] = field(default_factory=dict, compare=False)
    """What was worked out of spikes, once for all rules."""

    @property
    def known_from(self) -> Slot | None:
        return self.progress.known_from if self.progress is not None else None

    @property
    def bucket(self) -> int:
        return self.inquiry.fleet.bucket

    @classmethod
    async def read(cls, tx: Transaction, inquiry: Inquiry, site: Site, at: Slot) -> Facts:
        progress = (await tx.progress.all()).get(site.key)
        end = floor(at - inquiry.pull.settle, inquiry.fleet.bucket)
        pulls = await tx.pulls.of(site.key, Slot(at - DAY))
        if not any(_is_answer(pull, at) for pull in pulls):
            pulls = await tx.pulls.of(site.key, Slot(at - LONG_AGO))
        return cls(tx, inquiry, site, at, end, _until(pulls, progress, at, end), pulls, progress)

    async def block(self, window: Window) -> Block:
        """The window's buckets as they were known then."""
        block = await self.tx.buckets.block(np.array([self.site.key], np.int64), window, self.bucket)
        block.known[0] &= self._read_by_then(block)
        for slot, (_, before, _) in self._later(await self.tx.buckets.revisions(self.site.key, window)).items():
            column = block.column(Slot(slot))
            block.in_bytes[0, column], block.out_bytes[0, column] = before.in_bytes, before.out_bytes
        block.in_bytes[~block.known] = block.out_bytes[~block.known] = 0
        return block

    async def usages(self, sites: Sequence[int], start: Slot, end: Slot) -> Mapping[int, Usage]:
        """Usage of `[start, end)` as it was known then, whatever was revised since.

        Of a pool of more than `MOST_REVISED` sites it is as it is known now.
        """
        if start >= end:
            return dict.fromkeys(sites, Usage())
        window = Window(start, end)
        found = dict(await self.tx.buckets.usage(sites, window, self.bucket))
        for site in sites if len(sites) <= MOST_REVISED else ():
            found[site] += await self._taken_back(site, window)
        return found

    async def _taken_back(self, site: int, window: Window) -> Usage:
        """What was known then, less what is known now, of the buckets that were revised since."""
        revisions = await self.tx.buckets.revisions(site, window)
        last = {one[1].slot: one[2] for one in revisions}
        later = self._later(revisions).items()
        return sum((_difference(before, last[slot]) for slot, (_, before, _) in later), Usage())

    def knows(self, site: int, slot: Slot) -> bool:
        """Whether the site's history is there from a slot on; of a pool's others it is taken so."""
        if site != self.site.key:
            return True
        row = self.progress
        gave_up = row is not None and row.gave_up_before is not None and row.known_from is not None
        return row is not None and row.known_from is not None and (row.known_from <= slot or gave_up)

    def _later(self, revisions: Sequence[Revision]) -> Mapping[int, Revision]:
        """Slot → the first revision that came after `at`: what stood before it was known then."""
        found: dict[int, Revision] = {}
        for one in revisions:
            if one[0] > self.at:
                found.setdefault(one[1].slot, one)
        return found

    def _read_by_then(self, block: Block) -> NDArray[np.bool_]:
        """Shape (N,). Pulls are not kept for ever: where none is left that brought a bucket, it is taken as read in
        time."""
        late, in_time = np.zeros((2, block.length), np.bool_)
        for pull in self.pulls:
            if pull.outcome == ANSWERED:
                read = in_time if pull.answered_at <= self.at else late
                read[_first_within(block, pull.window.start) : _first_within(block, pull.window.end)] = True
        return in_time | ~late

    async def buckets(self, count: int) -> tuple[BucketAt, ...]:
        """The last `count` complete buckets, as they were known then; none where nothing was."""
        if self.until is None:
            return ()
        end = min(self.end, Slot(self.until + AHEAD * self.bucket))
        window = Window(Slot(end - count * self.bucket), end)
        block = await self.block(window)
        revisions = await self.tx.buckets.revisions(self.site.key, window)
        slots = range(window.start, window.end, self.bucket)
        return tuple(self._bucket(block, Slot(slot), revisions) for slot in slots)

    def _bucket(self, block: Block, slot: Slot, revisions: Sequence[Revision]) -> BucketAt:
        column = block.column(slot)
        is_known = bool(block.known[0, column])
        why, pull = self._why(slot, is_known=is_known)
        return BucketAt(
            to_instant(slot),
            int(block.in_bytes[0, column]) if is_known else None,
            int(block.out_bytes[0, column]) if is_known else None,
            why,
            to_instant(pull.asked_at) if pull else None,
            pull.why if pull else "",
            tuple(_revised(*one) for one in revisions if one[1].slot == slot),
        )

    def _why(self, slot: int, *, is_known: bool) -> tuple[str, Pull | None]:
        by_then = [pull for pull in self.pulls if slot in pull.window and pull.answered_at <= self.at]
        answered = [pull for pull in by_then if pull.outcome == ANSWERED]
        if answered:
            return (ANSWERED, answered[0]) if is_known else ("no row", answered[-1])
        if is_known:
            return "kept", None
        return ("failed", by_then[-1]) if by_then else ("not asked", None)

    def last_failure(self) -> Pull | None:
        """The latest request by then, if it failed."""
        by_then = [pull for pull in self.pulls if pull.answered_at <= self.at]
        return by_then[-1] if by_then and by_then[-1].outcome != ANSWERED else None


def _first_within(block: Block, slot: Slot) -> int:
    """The column of the first bucket that does not start before the slot."""
    return block.column(Slot(slot + block.step - 1))


def _is_answer(pull: Pull, at: Slot) -> bool:
    return pull.outcome == ANSWERED and pull.answered_at <= at


def _until(pulls: Sequence[Pull], progress: Progress | None, at: Slot, end: Slot) -> Slot | None:
    if progress is None or progress.watermark is None:
        return None
    marks = [pull.window.end for pull in pulls if _is_answer(pull, at)]
    until = min(end, max(marks)) if marks else min(end, progress.watermark)
    is_before = progress.known_from is not None and until <= progress.known_from
    return None if is_before else until


def _difference(before: Bucket, after: Bucket) -> Usage:
    return Usage(
        before.in_bytes - after.in_bytes,
        before.out_bytes - after.out_bytes,
        max(before.in_bytes, before.out_bytes) - max(after.in_bytes, after.out_bytes),
    )


def _revised(seen_at: Slot, before: Bucket, after: Bucket) -> Revised:
    return Revised(to_instant(seen_at), (before.in_bytes, before.out_bytes), (after.in_bytes, after.out_bytes))
