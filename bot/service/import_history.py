"""Take history from files: understood and sorted first, then written in short transactions, newest day first.

Nothing is written before every file was read. What is written is idempotent, so an import that was stopped at any
moment is finished by doing it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bot.domain.times import iso, to_slot
from bot.service.finish import to_its_end
from bot.service.import_rows import Grid, Refused, RowReader, RowText, Why
from bot.service.options import RetentionOptions
from bot.service.past import OnConflict, Written, write_past
from bot.service.ports import Clock, History, Stage, StagedRow
from bot.service.reach import reach_back
from bot.service.site_names import SiteNames

ROWS_READ = 20_000
ROWS_WRITTEN = 8_000
"""A transaction's rows: about a tenth of a second, for which a running bot may have to wait."""
PAUSE = 0.05
"""Seconds between two transactions, in which a running bot gets its turn."""
SITES_REACHED = 100

Steps = Callable[[int], None]
"""Told of so many more rows that are done."""


def nobody(_: int) -> None:
    return None


@dataclass(slots=True)
class Imported:
    """What became of every row: by word (new, same, replaced, kept, repeated), refusals by reason, sites by number.

    `has_placed`: whether times named no zone, and were taken as of the grid's.
    """

    rows: Counter[str] = field(default_factory=Counter)
    refused: Counter[Why] = field(default_factory=Counter)
    sites: set[int] = field(default_factory=set)
    created: int = 0
    is_written: bool = False
    has_placed: bool = False


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`bucket` is in seconds; `keep` says what is kept of which age."""

    bucket: int
    keep: RetentionOptions
    on_conflict: OnConflict = OnConflict.KEEP


class ImportHistory:
    """The use case, for one run. `refuse` is told of each row that is not taken."""

    def __init__(
        self,
        history: History,
        names: SiteNames,
        clock: Clock,
        pause: Callable[[float], Awaitable[object]],
        options: ImportOptions,
        refuse: Callable[[Refused], None],
    ) -> None:
        self._history = history
        self._names = names
        self._clock = clock
        self._pause = pause
        self._options = options
        self._refuse = refuse
        self.done = Imported()

    async def stage(
        self, stage: Stage, file: int, rows: Iterable[tuple[int, RowText] | Refused], grid: Grid, tell: Steps = nobody
    ) -> None:
        """Read one file's rows into `stage`."""
        reader = RowReader(grid, self._names.key)
        waiting: list[StagedRow] = []
        for row in rows:
            read = row if isinstance(row, Refused) else reader.read(file, *row)
            if isinstance(read, Refused):
                self._refused(read)
                continue
            waiting.append(read)
            if len(waiting) >= ROWS_READ:
                stage.add(waiting)
                tell(len(waiting))
                waiting = []
                await self._pause(0)  # for whoever wants to stop it
        stage.add(waiting)
        tell(len(waiting))
        self.done.has_placed |= reader.has_placed

    def compare(self, stage: Stage) -> None:
        """Find what the files say twice, and what they say differently: of that nothing is taken."""
        self.done.rows["repeated"] += stage.drop_repeated()
        for row, other in stage.drop_contradictions():
            detail = f"line {other.line} says otherwise"
            self._refused(self._of_row(row, Why.CONTRADICTION, detail))

    async def write(self, stage: Stage, tell: Steps = nobody) -> None:
        """Store what is staged. Raises only what the history raises."""
        self.done.is_written = True
        async with self._history.writing() as tx:
            keys = await self._names.settle(tx, to_slot(self._clock()))
        self.done.created = len(keys)
        for batch in stage.batches(ROWS_WRITTEN):
            rows = [row._replace(site=keys[row.site]) if row.site < 0 else row for row in batch]
            await to_its_end(self._commit(rows))
            tell(len(rows))
            await self._pause(PAUSE)
        await self._reach(sorted(self.done.sites))

    async def _commit(self, rows: Sequence[StagedRow]) -> None:
        options, now = self._options, to_slot(self._clock())
        async with self._history.writing() as tx:
            written: Written = await write_past(tx, rows, options.keep, now, options.on_conflict, options.bucket)
        self.done.rows += written.counts
        self.done.sites.update(row.site for row in rows)
        for row in written.refused:
            self._refused(
                self._of_row(row, Why.CONFLICT, "the history has another value; --on-conflict replace takes this")
            )

    async def _reach(self, sites: Sequence[int]) -> None:
        """Progress follows at the end, so that a period is judged when all of it is there, and not by halves."""
        for first in range(0, len(sites), SITES_REACHED):
            some = sites[first : first + SITES_REACHED]
            async with self._history.writing() as tx:
                await reach_back(tx, some, self._options.bucket)

    def _refused(self, refused: Refused) -> None:
        self.done.refused[refused.why] += 1
        self._refuse(refused)

    def _of_row(self, row: StagedRow, why: Why, detail: str) -> Refused:
        workspace, id_ = self._names.identity(row.site)
        text = RowText(
            id_,
            iso(row.slot),
            str(row.in_bytes),
            str(row.out_bytes),
            workspace,
            str(row.length // 60),
            str(row.max_bytes),
            str(row.known),
        )
        return Refused(row.file, row.line, why, detail, text)
