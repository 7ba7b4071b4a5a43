"""The largest sites, their share of the fleet, and how they changed."""

from __future__ import annotations

from fractions import Fraction

from bot.domain.times import Slot, Window, floor, to_instant
from bot.domain.usage import Direction, Usage
from bot.service.commands import Top
from bot.service.ports import Transaction
from bot.service.queries.inquiry import Inquiry, Known, is_known_enough
from bot.service.queries.replies import TopSite, TopSites


async def top_sites(tx: Transaction, inquiry: Inquiry, command: Top) -> TopSites:
    """Every site over the same window, which ends where all data reach but the stragglers'."""
    known, bucket = await Known.read(tx, inquiry), inquiry.fleet.bucket
    length = int(command.span.total_seconds())
    end = known.common_end(length)
    window = Window(floor(end - length, bucket), end)
    earlier = Window(Slot(window.start - length), window.start)
    keys = [site.key for site in known.sites]
    now = await tx.buckets.usage(keys, window, bucket)
    before = await tx.buckets.usage(keys, earlier, bucket)
    total, total_before = sum(now.values(), Usage()), sum(before.values(), Usage())
    seen = [site for site in known.sites if now[site.key].known]
    seen.sort(key=lambda site: (-now[site.key].of(command.direction), known.labels[site.key]))
    rows = [
        TopSite(
            site=known.ref(site),
            count=now[site.key].of(command.direction),
            usage=now[site.key],
            share=_percent(now[site.key].of(command.direction), total.of(command.direction)),
            change=change(now[site.key], before[site.key], command.direction),
        )
        for site in seen[: command.count]
    ]
    return TopSites(
        direction=command.direction,
        span=command.span,
        start=to_instant(window.start),
        end=to_instant(window.end),
        rows=tuple(rows),
        total=total.of(command.direction),
        change=change(total, total_before, command.direction),
        unknown=len(known.sites) - len(seen),
        freshness=known.freshness(usages=now.values()),
    )


def change(now: Usage, before: Usage, direction: Direction) -> Fraction | None:
    """Percent by which usage moved; None where it cannot be said: of gaps, or from nothing."""
    if not (is_known_enough(now.known, now.expected) and is_known_enough(before.known, before.expected)):
        return None
    earlier = before.of(direction)
    return Fraction((now.of(direction) - earlier) * 1000 // earlier, 10) if earlier else None


def _percent(part: int, whole: int) -> Fraction | None:
    return Fraction(part * 1000 // whole, 10) if whole else None
