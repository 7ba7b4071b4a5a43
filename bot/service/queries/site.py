"""One site: usage of a window, its course, its quotas and open alerts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.domain.periods import Calendar, Per
from bot.domain.sites import Site
from bot.domain.times import DAY, HOUR, Slot, Window, floor, to_instant
from bot.domain.usage import Usage
from bot.rules.contracts import contract, holders
from bot.rules.model import Quota
from bot.service.commands import SiteUsage, Span
from bot.service.fleet import NotFound
from bot.service.ports import Grain, Transaction
from bot.service.queries.alerts import visible_alerts
from bot.service.queries.inquiry import Inquiry, Known
from bot.service.queries.quotas import quota_states
from bot.service.queries.replies import Point, SiteReport

HOURLY_UP_TO = 3 * DAY
"""Windows up to this long are drawn by the hour, longer ones by the (UTC) day."""


async def site_report(tx: Transaction, inquiry: Inquiry, command: SiteUsage) -> SiteReport | NotFound:
    """The window ends where the site's data end, so that what was asked for is what is counted."""
    site = inquiry.fleet.find(command.name, inquiry.scope)
    if isinstance(site, NotFound):
        return site
    known = await Known.read(tx, inquiry)
    window, rule = _window(known, site, command.span)
    usages = await tx.buckets.usage([site.key], window, inquiry.fleet.bucket)
    usage = usages[site.key]
    return SiteReport(
        site=known.ref(site),
        span=command.span,
        start=to_instant(window.start),
        end=to_instant(window.end),
        usage=usage,
        points=await points(tx, site, window, inquiry.fleet.bucket, site.timezone),
        quotas=tuple(await quota_states(tx, known, [site])),
        alerts=tuple(await visible_alerts(tx, known, site.key)),
        freshness=known.freshness([site], [usage]),
        rule=rule,
    )


def _window(known: Known, site: Site, span: Span) -> tuple[Window, str]:
    end, bucket = known.until(site.key) or known.inquiry.end, known.inquiry.fleet.bucket
    if isinstance(span, timedelta):
        return Window(floor(end - int(span.total_seconds()), bucket), end), ""
    calendar, rule = _calendar(known.inquiry, site)
    # The period of the last bucket: at the first instant of a new one, there is nothing to show of it.
    return Window(calendar.period(end - bucket).start, end), rule


def _calendar(inquiry: Inquiry, site: Site) -> tuple[Calendar, str]:
    """Of the first quota rule about the site, its pool's too, or local calendar months where there is none."""
    fleet = inquiry.fleet
    for rule in fleet.configuration.rules:
        if isinstance(rule.judge, Quota) and rule.sites.matches(site):
            (holder,) = holders(rule.judge, [site], fleet.configuration.timezone)
            own = contract(rule.judge, holder)
            if own.has_quota:
                return own.calendar, rule.name
    return Calendar(Per.MONTH, site.timezone), ""


async def points(tx: Transaction, site: Site, window: Window, bucket: int, zone: ZoneInfo) -> tuple[Point, ...]:
    """Whole hours that start inside the window; of a long one days of `zone`, the first and last as the window cuts
    them.

    Days are summed from the hours that start in them, so in zones at :30 half an hour counts for the neighbour.
    """
    hours = await tx.buckets.series(site.key, window, Grain.HOURLY)
    if window.end - window.start <= HOURLY_UP_TO:
        starts = range(-(-window.start // HOUR) * HOUR, window.end, HOUR)
        found = dict(hours)
        return tuple(_point(found, slot, min(HOUR, window.end - slot), bucket) for slot in starts)
    days = (day.overlap(window) for day in Calendar(Per.DAY, zone).periods(window))
    return tuple(_days(hours, [day for day in days if day is not None], bucket))


def _days(hours: Sequence[tuple[Slot, Usage]], days: Sequence[Window], bucket: int) -> Iterator[Point]:
    """Both ascend, and the days leave no gap: each hour is looked at once."""
    place = 0
    for day in days:
        known, length = Usage(expected=(day.end - day.start) // bucket), timedelta(seconds=day.end - day.start)
        while place < len(hours) and hours[place][0] < day.end:
            known, place = known + hours[place][1], place + 1
        yield Point(to_instant(day.start), length, known)


def _point(found: dict[Slot, Usage], slot: int, length: int, bucket: int) -> Point:
    usage = found.get(Slot(slot), Usage()) + Usage(expected=length // bucket)
    return Point(to_instant(slot), timedelta(seconds=length), usage)
