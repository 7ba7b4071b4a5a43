"""Thresholds, percentiles and silences as charts: the last day or two, with what was wrong in it painted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bot.domain.block import Block
from bot.domain.periods import Calendar, Per
from bot.domain.times import DAY, HOUR, Slot, Window, floor, to_instant
from bot.domain.units import format_bytes, format_duration, format_hours, format_rate
from bot.domain.usage import Direction, Usage
from bot.engine.edges import BREACH
from bot.engine.threshold import buckets_in, judge_sums
from bot.engine.trailing import trailing
from bot.rules.model import Threshold
from bot.service.charts.bars import bar
from bot.service.charts.model import Bar, Course, Span, Unit
from bot.service.charts.sight import Mask, Sight, spans_of
from bot.service.quotas.periods import periods_of

FEWEST, MOST = 8, 36
"""Bars of a threshold's chart: each is as long as the threshold's own span, so that it compares with the limit."""
RAW = 3 * DAY
"""What is shown of a longer span is summed from rollups, and judged bar by bar."""
BURSTS = 2 * DAY
CELLS, SHORT = 600_000, 6 * HOUR
"""Sites times buckets from which on less is read of a large pool."""
BEFORE = DAY
"""So much is shown of what was heard before a silence; of one that lasts longer than `HOURLY`, days."""
HOURLY = 4 * DAY
LONGEST = 35 * DAY


async def threshold_course(sight: Sight) -> Course | None:
    """Bars that end where the limit was first passed, and before and after it; None where the rule is gone."""
    alert, view = sight.alert, sight.view
    site, span = alert.key.site, view.within
    if site is None or span is None or not view.limit:
        return None
    width = buckets_in(span, sight.step) * sight.step
    windows = _windows(width, alert.since, sight.until, drops_last=view.under)
    whole = Window(windows[0].start, sight.until)
    if whole.end - whole.start <= RAW:
        bars, breaches = await _by_bucket(sight, site, windows, Threshold(view.limit, span, view.under))
    else:
        bars, breaches = await _by_bar(sight, site, windows)
    said = f"{format_bytes(view.limit)} in {format_duration(span)}" if view.rate is None else format_rate(view.rate)
    return Course(
        subject=view.site,
        zone=view.zone,
        bars=tuple(bars),
        unit=Unit.BYTES if view.rate is None else Unit.RATE,
        direction=view.direction,
        limit=view.limit if view.rate is None else view.rate,
        limit_said=said,
        under=view.under,
        breaches=tuple(breaches),
    )


def _windows(width: int, since: Slot, until: Slot, *, drops_last: bool) -> list[Window]:
    """Windows of the threshold's span up to `until`, one of which ends at `since`; the last may be cut. One that is cut
    looks like less than there will be: where that would look wrong, it is left out."""
    count = min(MOST, max(FEWEST, -(-DAY // width)))
    end = since + -(-(until - since) // width) * width
    starts = range(end - count * width, end, width)
    found = [Window(Slot(start), min(Slot(start + width), until)) for start in starts if start < until]
    is_cut = found[-1].end - found[-1].start < width
    return found[:-1] if drops_last and is_cut and len(found) > 1 else found


async def _by_bucket(
    sight: Sight, site: int, windows: Sequence[Window], threshold: Threshold
) -> tuple[list[Bar], Sequence[Span]]:
    """The span before the first bar is read too, for the sums that begin in it."""
    width, direction = buckets_in(threshold.within, sight.step), sight.view.direction
    first, end = windows[0].start, sight.until
    block = await sight.block([site], Window(Slot(first - width * sight.step), end))
    states = judge_sums(trailing(block, direction, width), threshold).states[0]
    column = block.column(first)
    breaches = spans_of(states[column:] == BREACH, Slot(block.start + column * block.step), block.step)
    return [_bar(window, _usage(block, window)) for window in windows], breaches


async def _by_bar(sight: Sight, site: int, windows: Sequence[Window]) -> tuple[list[Bar], Sequence[Span]]:
    bars, breaches = list[Bar](), list[Span]()
    for window in windows:
        usage = (await sight.tx.buckets.usage([site], window, sight.step))[site]
        bars.append(_bar(window, usage))
        used, limit, is_whole = usage.of(sight.view.direction), sight.view.limit, usage.known == usage.expected
        if (used < limit and is_whole) if sight.view.under else used > limit:
            breaches.append(Span(to_instant(window.start), to_instant(window.end)))
    return bars, breaches


def _usage(block: Block, window: Window) -> Usage:
    """Of a block of one site."""
    own = slice(block.column(window.start), block.column(window.end))
    known = block.known[0, own]
    came, went = (values[0, own][known] for values in (block.in_bytes, block.out_bytes))
    return Usage(int(came.sum()), int(went.sum()), int(np.maximum(came, went).sum()), int(known.sum()), len(known))


def _bar(window: Window, usage: Usage) -> Bar:
    return bar(to_instant(window.start), window.span, usage)


async def percentile_course(sight: Sight) -> Course | None:
    """Rates by the hour, with the bursts painted: of an hour that has one the rate may be under the limit."""
    view, sites = sight.view, _sites(sight)
    if view.rate is None or not sites:
        return None
    window = Window(floor(sight.until - BURSTS, HOUR), sight.until)
    if len(sites) * (window.end - window.start) // sight.step > CELLS:
        window = Window(floor(sight.until - SHORT, HOUR), sight.until)
    block = await sight.block(sites, window)
    return Course(
        subject=view.site,
        zone=view.zone,
        bars=tuple(_rate_bar(block, hour) for hour in _hours(Window(block.start, block.end))),
        unit=Unit.RATE,
        direction=view.direction,
        limit=view.rate,
        limit_said=format_rate(view.rate),
        breaches=spans_of(_hot(block, view.direction, view.rate), block.start, block.step),
        detail=f"burst time {format_hours(view.value)} of {format_hours(view.limit)}",
    )


def _sites(sight: Sight) -> list[int]:
    """The alert's own, or those of its pool."""
    key, rule = sight.alert.key, sight.rule
    if key.site is not None:
        return [key.site]
    return [site.key for site in sight.fleet.in_workspace(key.workspace) if rule and rule.sites.matches(site)]


def _rate_bar(block: Block, hour: Window) -> Bar:
    """All sites of the block together: partial where any of them is not known throughout."""
    own = slice(block.column(hour.start), block.column(hour.end))
    known = block.known[:, own]
    came, went = (int(values[:, own][known].sum()) for values in (block.in_bytes, block.out_bytes))
    return _bar(hour, Usage(came, went, 0, int(known.sum()), known.size))


def _hot(block: Block, direction: Direction, rate: int) -> Mask:
    """As it is judged: what is known of some sites may be over the rate already."""
    used = np.where(block.known, block.of(direction), 0).sum(axis=0)
    hot: Mask = used * 8 > rate * block.step
    return hot


def _hours(window: Window) -> Iterator[Window]:
    for start in range(window.start, window.end, HOUR):
        yield Window(Slot(start), Slot(min(start + HOUR, window.end)))


async def silence_course(sight: Sight) -> Course | None:
    """What was heard before the silence, and its span."""
    site, until = sight.alert.key.site, sight.until
    if site is None:
        return None
    said = sight.alert.detail.get("silent_since")
    since = Slot(int(said) if said is not None else until - sight.alert.value)
    start = max(Slot(since - BEFORE), Slot(until - LONGEST))
    if until - start <= HOURLY:
        bars = await sight.hourly(site, Window(start, until))
    else:
        bars = await _daily(sight, site, Window(start, until))
    silent = (Span(to_instant(max(since, start)), to_instant(until)),) if since < until else ()
    return Course(sight.view.site, sight.view.zone, bars, silent=silent)


async def _daily(sight: Sight, site: int, window: Window) -> tuple[Bar, ...]:
    """Whole local days, the last up to the window's end."""
    found = []
    for day in periods_of(Calendar(Per.DAY, sight.view.zone), window, sight.step):
        shown = Window(day.start, min(day.end, window.end))
        found.append(_bar(shown, (await sight.tx.buckets.usage([site], shown, sight.step))[site]))
    return tuple(found)
