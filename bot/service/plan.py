"""What to ask of the usage API next for one site. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from bot.domain.periods import Calendar
from bot.domain.sites import Site
from bot.domain.times import HOUR, Slot, Window, floor
from bot.engine.usual import LOOK_BACK
from bot.rules.contracts import contract, holders
from bot.rules.kinds import Judge
from bot.rules.model import Configuration, Percentile, Quota
from bot.service.options import PullOptions
from bot.service.ports import Progress


@dataclass(frozen=True, slots=True)
class Want:
    """A window wanted of a site. `is_live` ends at the last complete bucket; a backfill ends where the known begins."""

    site: Site
    window: Window
    is_live: bool
    is_first: bool = False
    is_reread: bool = False

    @property
    def length(self) -> int:
        return self.window.end - self.window.start


def last_complete(now: Slot, options: PullOptions) -> Slot:
    """End of the newest bucket that is complete at `now`."""
    return floor(now - options.settle, options.bucket)


def live_want(site: Site, progress: Progress | None, end: Slot, options: PullOptions, chunk: int) -> Want | None:
    """From the watermark, less what is read again, up to `end`, at most a chunk; None where there is nothing new.

    A watermark after `end` was set by a clock that was ahead: what was answered of the future is not known yet,
    so it is as if the watermark were `end`.
    """
    if progress is None or progress.watermark is None:
        return Want(site, Window(Slot(end - chunk), end), is_live=True, is_first=True)
    if progress.watermark == end:
        return None
    watermark = min(progress.watermark, end)
    is_reread = progress.reread_at is None or not 0 <= end - progress.reread_at < options.reread_every
    again = min(options.reread if is_reread else options.trailing, chunk - options.bucket)
    known_from = progress.known_from if progress.known_from is not None else watermark
    start = Slot(max(min(known_from, end - options.bucket), watermark - again))
    return Want(site, Window(start, min(end, Slot(start + chunk))), is_live=True, is_reread=is_reread)


def backfill_target(site: Site, configuration: Configuration, end: Slot, options: PullOptions) -> Slot:
    """Where the site's history should begin: with its current billing periods, what their rules measure them by, and
    the baseline's span."""
    starts = [
        start
        for rule in configuration.rules
        if (start := _start(rule.judge, site, configuration, end)) is not None and rule.sites.matches(site)
    ]
    return floor(min(end - options.baseline, *starts, end), options.bucket)


def _start(judge: Judge, site: Site, configuration: Configuration, end: Slot) -> Slot | None:
    """Of a rule that counts since its period's start; None of another, and of a site that has no such quota."""
    match judge:
        case Quota():
            return _quota_start(judge, site, configuration, end)
        case Percentile():
            zone = holders(judge, [site], configuration.timezone)[0].zone
            return _period_start(judge.calendar_of(replace(site, timezone=zone)), end)
        case _:
            return None


def _quota_start(quota: Quota, site: Site, configuration: Configuration, end: Slot) -> Slot | None:
    """A rollover needs the period before too, and what is usual the weeks before a gap."""
    (holder,) = holders(quota, [site], configuration.timezone)
    own = contract(quota, holder)
    if not own.has_quota:
        return None
    begin = _period_start(own.calendar, end)
    start = _period_start(own.calendar, Slot(begin - 1)) if quota.rollover else begin
    if quota.possible:
        start = min(start, Slot(begin - LOOK_BACK * HOUR))
    return start


@lru_cache(maxsize=1024)
def _period_start(calendar: Calendar, slot: Slot) -> Slot:
    """Most sites share a calendar, and its arithmetic is dear."""
    return calendar.period(slot).start


def backfill_want(site: Site, progress: Progress | None, target: Slot, chunk: int) -> Want | None:
    """The newest chunk that is missing before what is known; None where nothing is, or where it was given up."""
    if progress is None or progress.known_from is None or progress.known_from <= target:
        return None
    if progress.gave_up_before is not None and progress.gave_up_before >= progress.known_from:
        return None
    start = max(target, progress.known_from - chunk)
    return Want(site, Window(Slot(start), progress.known_from), is_live=False)
