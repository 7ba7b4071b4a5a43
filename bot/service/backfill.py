"""Ask the API for usage that is missing, on somebody's wish: newest first, within a budget, and resumable.

What is known of a site is said by its progress and by its daily sums, so a backfill that was stopped goes on
where it was, and windows that an import filled are not asked for.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.sites import Site
from bot.domain.times import DAY, Slot, Window, floor, to_slot
from bot.domain.usage import Bucket
from bot.service.chunks import Chunks
from bot.service.finish import to_its_end
from bot.service.options import PullOptions, RetentionOptions
from bot.service.past import OnConflict, write_past
from bot.service.plan import Want, last_complete
from bot.service.ports import (
    Answered,
    Clock,
    Declined,
    Grain,
    History,
    Progress,
    PullOutcome,
    StagedRow,
    Transaction,
    Unauthorized,
    Unavailable,
    UsageSource,
)
from bot.service.reach import complete_since
from bot.service.write import Fetched, write_fetched

WORKERS = 4
GIVE_UP_AFTER = 3
"""Answers in a row that say "unavailable" before the rest of a workspace is left to another run."""
ROWS_WRITTEN = 8_000
PAUSE = 0.05


@dataclass(slots=True)
class Filled:
    """What came of it: outcomes of requests, buckets answered with, and why a workspace was left alone."""

    outcomes: Counter[str] = field(default_factory=Counter)
    buckets: int = 0
    left: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Gap:
    """What is missing of a site: windows, newest last. `is_unseen`: it was never asked of the API."""

    site: Site
    windows: list[Window]
    is_unseen: bool


class Backfill:
    """The use case, for one run."""

    def __init__(
        self,
        history: History,
        sources: Mapping[str, UsageSource],
        clock: Clock,
        pull: PullOptions,
        keep: RetentionOptions,
    ) -> None:
        self._history, self._sources, self._clock = history, sources, clock
        self._pull, self._keep = pull, keep
        self._chunks = Chunks(pull)
        self.done = Filled()

    async def gaps(self, sites: Sequence[Site], start: Slot, until: Slot | None) -> list[Gap]:
        """What is to be asked for of `[start, until)`; a request each window."""
        end = last_complete(to_slot(self._clock()), self._pull)
        found = []
        async with self._history.reading() as tx:
            progress = await tx.progress.all()
            for site in sites:
                row = progress.get(site.key, Progress(site.key))
                gap = await self._gap(tx, site, row, Window(floor(start, DAY), min(until or end, end)), end)
                if gap.windows:
                    found.append(gap)
        return found

    async def _gap(self, tx: Transaction, site: Site, row: Progress, asked: Window, now: Slot) -> Gap:
        if row.known_from is None:
            newest = [Window(max(asked.end, Slot(now - DAY)), now)] if asked.end < now else []
            # What is newest comes first: a watermark in the past would have all that follows judged as news.
            return Gap(site, _tiles([asked], self._pull.chunk) + newest, is_unseen=True)
        end = min(asked.end, await complete_since(tx, site.key, row.known_from, self._pull.bucket))
        if end <= asked.start:
            return Gap(site, [], is_unseen=False)
        days = await tx.buckets.series(site.key, Window(asked.start, end), Grain.DAILY)
        whole = {day for day, usage in days if usage.known * self._pull.bucket >= DAY}
        return Gap(site, _tiles(_missing(Window(asked.start, end), whole), self._pull.chunk), is_unseen=False)

    async def run(self, gaps: Sequence[Gap], asked: Callable[[int], None]) -> Filled:
        """Ask for all of it. `asked` is told of each request. Raises only what the history raises."""
        by_workspace: dict[str, list[Gap]] = {}
        for gap in gaps:
            by_workspace.setdefault(gap.site.workspace, []).append(gap)
        async with asyncio.TaskGroup() as rounds:
            for workspace, some in by_workspace.items():
                rounds.create_task(_Round(self, workspace, some, asked).run())
        return self.done

    async def ask(self, site: Site, window: Window, *, is_unseen: bool) -> PullOutcome:
        """One request, written down."""
        want = Want(site, window, is_live=is_unseen, is_first=is_unseen)
        asked_at = to_slot(self._clock())
        outcome = await self._sources[site.workspace].usage([site.id], window)
        fetched = Fetched(want, outcome, asked_at, to_slot(self._clock()))
        self.done.outcomes[type(outcome).__name__.lower()] += 1
        if isinstance(outcome, Answered):
            self.done.buckets += len(outcome.buckets)
            await self._write(fetched, outcome)
        elif isinstance(outcome, Declined) and outcome.status == 400:
            self._chunks.refused(want)
        return outcome

    def shorter(self, site: Site, window: Window) -> list[Window]:
        """The window in the pieces that the API is asked for now, newest last; none where that did not help."""
        chunk = self._chunks.of(site)
        return _tiles([window], chunk) if chunk < window.end - window.start else []

    async def _write(self, fetched: Fetched, outcome: Answered) -> None:
        """Old days become sums first, as an import's do, in short transactions; then the answer is recorded, of
        which only what is younger becomes buckets."""
        step, site = self._pull.bucket, fetched.want.site.key
        edge = floor(fetched.answered_at - self._keep.raw, DAY)
        old = [_row(site, bucket, step) for bucket in outcome.buckets if bucket.slot < edge]
        for rows in _by_days(old, ROWS_WRITTEN):
            await to_its_end(self._write_old(rows, fetched.answered_at))
            await asyncio.sleep(PAUSE)
        await to_its_end(self._record(fetched))

    async def _write_old(self, rows: Sequence[StagedRow], now: Slot) -> None:
        async with self._history.writing() as tx:
            await write_past(tx, rows, self._keep, now, OnConflict.KEEP, self._pull.bucket)

    async def _record(self, fetched: Fetched) -> None:
        await write_fetched(self._history, [fetched], self._pull)


class _Round:
    """One workspace's share: its sites in turn, whoever has the newest gap first."""

    def __init__(self, backfill: Backfill, workspace: str, gaps: Sequence[Gap], asked: Callable[[int], None]) -> None:
        self._backfill, self._workspace, self._asked = backfill, workspace, asked
        self._gaps = list(gaps)
        self._unavailable = 0
        self._is_stopped = False

    async def run(self) -> None:
        """The first request alone: where the token is refused, one finds out."""
        await self._next()
        async with asyncio.TaskGroup() as workers:
            for _ in range(WORKERS):
                workers.create_task(self._work())

    async def _work(self) -> None:
        while self._gaps and not self._is_stopped:
            await self._next()

    async def _next(self) -> None:
        gap = max(self._gaps, key=lambda gap: gap.windows[-1].end)
        self._gaps.remove(gap)
        window = self._cut(gap)
        outcome = await self._backfill.ask(gap.site, window, is_unseen=gap.is_unseen)
        self._asked(1)
        self._note(gap, window, outcome)
        if gap.windows:
            self._gaps.append(gap)

    def _cut(self, gap: Gap) -> Window:
        """The newest window, as long as the API takes by now."""
        window = gap.windows.pop()
        gap.windows += self._backfill.shorter(gap.site, window) or [window]
        return gap.windows.pop()

    def _note(self, gap: Gap, window: Window, outcome: PullOutcome) -> None:
        match outcome:
            case Answered():
                self._unavailable, gap.is_unseen = 0, False
            case Declined():
                # What is older would leave a hole before it: it waits until this can be had.
                gap.windows = [*gap.windows, *pieces] if (pieces := self._backfill.shorter(gap.site, window)) else []
            case Unavailable(why):
                gap.windows = []
                self._unavailable += 1
                self._stop(why, if_so=self._unavailable >= GIVE_UP_AFTER)
            case Unauthorized(why):
                self._stop(why, if_so=True)

    def _stop(self, why: str, *, if_so: bool) -> None:
        if if_so:
            self._is_stopped = True
            self._backfill.done.left[self._workspace] = why


def _row(site: int, bucket: Bucket, step: int) -> StagedRow:
    in_bytes, out_bytes = bucket.in_bytes, bucket.out_bytes
    return StagedRow(site, bucket.slot, step, in_bytes, out_bytes, max(in_bytes, out_bytes), 1, 0, 0)


def _by_days(rows: Sequence[StagedRow], size: int) -> Iterator[Sequence[StagedRow]]:
    """Cut at UTC midnights, at least `size` rows each where there are."""
    first = 0
    while first < len(rows):
        last = min(first + size, len(rows))
        while last < len(rows) and rows[last].slot // DAY == rows[last - 1].slot // DAY:
            last += 1
        yield rows[first:last]
        first = last


def _missing(asked: Window, whole: Collection[int]) -> list[Window]:
    """The window without its whole days, ascending."""
    found: list[Window] = []
    start = asked.start
    while start < asked.end:
        end = min(asked.end, Slot(floor(start, DAY) + DAY))
        if start not in whole:
            joined = found.pop().start if found and found[-1].end == start else start
            found.append(Window(joined, end))
        start = end
    return found


def _tiles(windows: Sequence[Window], chunk: int) -> list[Window]:
    """Ascending, at most a chunk each; the newest of a window are whole chunks."""
    return [tile for window in windows for tile in reversed(list(window.chunks(chunk)))]
