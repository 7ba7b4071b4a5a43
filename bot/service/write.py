"""Write what was fetched: buckets, rollups, pulls and progress in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.times import Slot, ceil, floor
from bot.service.options import PullOptions
from bot.service.plan import Want, last_complete
from bot.service.ports import (
    ABOUT_THE_QUESTION,
    Answered,
    Declined,
    History,
    Progress,
    Pull,
    PullOutcome,
    Reading,
    Unauthorized,
    Unavailable,
)
from bot.service.reach import complete_since


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answered or failed request."""

    want: Want
    outcome: PullOutcome
    asked_at: Slot
    answered_at: Slot

    def asked(self, options: PullOptions) -> range | None:
        """The slots whose left-out rows mean zero: none where they mean unknown, or where a row could not be read."""
        if not options.empty_is_zero or not isinstance(self.outcome, Answered) or not self.outcome.is_sound:
            return None
        window, complete = self.want.window, last_complete(self.asked_at, options)
        return range(
            ceil(window.start, options.bucket), floor(min(window.end, complete), options.bucket), options.bucket
        )


async def write_fetched(history: History, fetched: Sequence[Fetched], options: PullOptions) -> Mapping[int, Progress]:
    """Store all of it; the new progress of the sites concerned."""
    async with history.writing() as tx:
        stored = await tx.progress.all()
        workspaces = await tx.sites.workspaces(sorted({item.want.site.workspace for item in fetched}))
        await tx.pulls.add([_pull(item, workspaces[item.want.site.workspace]) for item in fetched])
        progress: dict[int, Progress] = {}
        judged = {site: row.judged_until for site, row in stored.items() if row.judged_until is not None}
        for item in fetched:
            site = item.want.site.key
            progress.setdefault(site, stored.get(site, Progress(site)))
        readings = [
            Reading(item.want.site.key, item.outcome.buckets, item.asked(options))
            for item in fetched
            if isinstance(item.outcome, Answered)
        ]
        seen_at = max(item.answered_at for item in fetched)
        changed = await tx.buckets.write(readings, seen_at, judged)
        for item in fetched:
            site = item.want.site.key
            before, after = progress[site], advanced(progress[site], item, changed.get(site), options)
            if after.known_from is not None and after.known_from != before.known_from:
                # What was imported need not be asked for.
                known_from = await complete_since(tx, site, after.known_from, options.bucket)
                after = replace(after, known_from=known_from)
            progress[site] = after
        await tx.progress.save(list(progress.values()))
    return progress


def _pull(item: Fetched, workspace: int) -> Pull:
    outcome = item.outcome
    kind = type(outcome).__name__.lower()
    base = Pull(workspace, item.want.site.key, item.want.window, item.asked_at, item.answered_at, kind)
    match outcome:
        case Answered(buckets, refused):
            return replace(base, rows=len(buckets), refused=sum(refused.values()))
        case Unavailable(why) | Declined(why) | Unauthorized(why):
            return replace(base, why=why)


def advanced(progress: Progress, item: Fetched, changed: Slot | None, options: PullOptions) -> Progress:
    """Progress after one outcome. What failed moves nothing, but a backfill that is refused for good is given up."""
    window = item.want.window
    if isinstance(item.outcome, Declined) and not item.want.is_live:
        is_final = item.outcome.status not in ABOUT_THE_QUESTION or item.want.length <= options.shortest_chunk
        dirty = progress.dirty_from if progress.dirty_from is not None else progress.watermark
        return replace(progress, gave_up_before=window.end, dirty_from=dirty) if is_final else progress
    if not isinstance(item.outcome, Answered):
        return progress
    if progress.watermark is None or progress.known_from is None:
        newest = Slot(window.end - options.bucket)
        return replace(progress, known_from=window.start, watermark=window.end, dirty_from=newest, reread_at=window.end)
    if not item.want.is_live:
        if window.end < progress.known_from:
            return progress  # what lies between is not known, so nothing is said of it
        dirty = progress.dirty_from if progress.dirty_from is not None else progress.watermark
        return replace(progress, known_from=min(window.start, progress.known_from), dirty_from=dirty)
    watermark = _furthest(progress.watermark, item, options)
    ends = (progress.dirty_from, changed, progress.watermark, watermark)
    dirty = min(slot for slot in ends if slot is not None)
    return replace(
        progress,
        watermark=watermark,
        dirty_from=dirty,
        reread_at=window.end if item.want.is_reread else progress.reread_at,
    )


def _furthest(watermark: Slot, item: Fetched, options: PullOptions) -> Slot:
    """An answer that another process's overtook takes nothing back; only a watermark in the future was wrong."""
    end = item.want.window.end
    return end if watermark > last_complete(item.answered_at, options) else max(watermark, end)
