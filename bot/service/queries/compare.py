"""Some sites beside each other, over the same window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from bot.domain.sites import Site
from bot.domain.times import Slot, Window, floor, to_instant
from bot.domain.usage import Direction
from bot.service.commands import Compare
from bot.service.fleet import Fleet, NotFound, Scope
from bot.service.ports import Transaction
from bot.service.queries.compare_replies import ComparedSite, Comparison, NotCompared
from bot.service.queries.inquiry import Inquiry, Known
from bot.service.queries.quotas import quota_states
from bot.service.queries.replies import QuotaState
from bot.service.queries.site import points
from bot.service.queries.top import change

LEAST, MOST = 2, 10
LONGEST_NAME = 6
"""So many words may be one name."""


async def comparison(tx: Transaction, inquiry: Inquiry, command: Compare) -> Comparison | NotCompared:
    sites = list(_sites(command.names, inquiry.fleet, inquiry.scope))
    unfound = tuple(site for site in sites if isinstance(site, NotFound))
    found = list(dict.fromkeys(site.key for site in sites if isinstance(site, Site)))
    if unfound or not LEAST <= len(found) <= MOST:
        return NotCompared(unfound[:MOST], len(found))
    known = await Known.read(tx, inquiry)
    return await _compared(tx, known, [site for site in known.sites if site.key in found], command)


async def _compared(tx: Transaction, known: Known, sites: Sequence[Site], command: Compare) -> Comparison:
    length, bucket = int(command.span.total_seconds()), known.inquiry.fleet.bucket
    end = known.common_end(length, sites)
    window, zone = Window(floor(end - length, bucket), end), _zone(known, sites)
    before = Window(Slot(window.start - length), window.start)
    keys = [site.key for site in sites]
    now, earlier = [await tx.buckets.usage(keys, one, bucket) for one in (window, before)]
    quotas = await quota_states(tx, known, sites)
    rows = [
        ComparedSite(
            site=known.ref(site),
            usage=now[site.key],
            change=change(now[site.key], earlier[site.key], Direction.TOTAL),
            points=await points(tx, site, window, bucket, zone),
            quota=_fullest(known, site, quotas),
        )
        for site in sites
    ]
    rows.sort(key=lambda row: (not row.usage.known, -row.usage.of(Direction.TOTAL), row.site.label))
    return Comparison(
        span=command.span,
        start=to_instant(window.start),
        end=to_instant(window.end),
        zone=zone,
        rows=tuple(rows),
        freshness=known.freshness(sites, now.values()),
    )


def _zone(known: Known, sites: Sequence[Site]) -> ZoneInfo:
    zones = {site.timezone.key: site.timezone for site in sites}
    return next(iter(zones.values())) if len(zones) == 1 else known.inquiry.fleet.configuration.timezone


def _fullest(known: Known, site: Site, quotas: Sequence[QuotaState]) -> QuotaState | None:
    """Its own, or its pool's."""
    rules = {rule.name for rule in known.inquiry.fleet.configuration.rules if rule.sites.matches(site)}
    own = [
        quota
        for quota in quotas
        if quota.site.id == site.id or (quota.pool and quota.site.workspace == site.workspace and quota.rule in rules)
    ]
    return max(own, key=lambda quota: quota.percent_used or -1, default=None)


def _sites(names: Sequence[str], fleet: Fleet, scope: Scope) -> Iterator[Site | NotFound]:
    """What each name means; as many words as make the whole name of a site are one name."""
    whole = fleet.by_whole_name(scope)
    place = 0
    while place < len(names):
        rest = names[place : place + LONGEST_NAME]
        found = ((length, whole(" ".join(rest[:length]))) for length in range(len(rest), 0, -1))
        taken, site = next(((length, site) for length, site in found if site is not None), (1, None))
        yield site if site is not None else fleet.find(names[place], scope)
        place += taken
