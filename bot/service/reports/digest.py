"""The digest of a week or a month: read at once, from sums, whenever it is told or asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.domain.sites import Site
from bot.domain.times import Slot, Window, to_instant
from bot.domain.usage import Direction, Usage
from bot.rules.telling import Rhythm
from bot.service.commands import Digest
from bot.service.ports import Transaction
from bot.service.queries.inquiry import Inquiry, Known
from bot.service.queries.quotas import quota_states
from bot.service.queries.replies import QuotaState
from bot.service.queries.top import change
from bot.service.reports.due import before, last_over
from bot.service.reports.happened import happened, ran_out, troubles
from bot.service.reports.model import DigestReport, Gap, Largest, Quotas, Requests, Sites, Told

SHOWN = 10
"""So many of each list are kept: a digest is read on a phone."""
WELL_KNOWN = 95
"""Percent of a site's buckets that are known where nothing need be said."""
ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class About:
    """A week or month on the clock of a zone, and which report it is for, if any. `is_operators`: with what was wrong
    with the bot."""

    rhythm: Rhythm
    zone: ZoneInfo
    window: Window
    is_operators: bool = False
    told: Told | None = None


async def digest_asked(tx: Transaction, inquiry: Inquiry, command: Digest) -> DigestReport:
    """Of what is over now, on the fleet's clock."""
    zone = inquiry.fleet.configuration.timezone
    window = last_over(command.rhythm, zone, inquiry.at)
    return await digest(tx, inquiry, About(command.rhythm, zone, window, inquiry.sees_everything))


async def digest(tx: Transaction, inquiry: Inquiry, about: About) -> DigestReport:
    known, window, step = await Known.read(tx, inquiry), about.window, inquiry.fleet.bucket
    keys = [site.key for site in known.sites]
    now = await tx.buckets.usage(keys, window, step)
    was = await tx.buckets.usage(keys, before(about.rhythm, about.zone, window), step)
    total, total_before = sum(now.values(), Usage()), sum(was.values(), Usage())
    told, gone = await happened(tx, known, window, SHOWN), await ran_out(tx, known, window)
    wrong = await troubles(tx, window) if about.is_operators else None
    return DigestReport(
        rhythm=about.rhythm,
        zone=about.zone,
        start=to_instant(window.start),
        end=to_instant(window.end),
        workspaces=tuple(sorted(inquiry.scope)),
        usage=total,
        before=total_before,
        change=change(total, total_before, Direction.TOTAL),
        sites=_sites(known, now, await _begun(tx, known), window),
        quotas=_quotas(await quota_states(tx, known, known.sites)),
        ran_out=tuple(gone[:SHOWN]),
        ran_out_count=len(gone),
        alerts=told.kinds,
        rules=told.rules,
        rule_count=told.rule_count,
        largest=tuple(_largest(known, now, was)),
        requests=await _requests(tx, known, window),
        troubles=tuple(wrong[:SHOWN]) if wrong is not None else None,
        trouble_count=len(wrong or ()),
        freshness=known.freshness(usages=now.values()),
        told=about.told,
    )


def _quotas(states: Sequence[QuotaState]) -> Quotas:
    over, near = sum(one.is_over for one in states), sum(one.is_near for one in states)
    return Quotas(len(states), over, near, tuple(states[:SHOWN]))


def _largest(known: Known, now: Mapping[int, Usage], was: Mapping[int, Usage]) -> list[Largest]:
    used = [site for site in known.sites if now[site.key].of(Direction.TOTAL)]
    used.sort(key=lambda site: (-now[site.key].of(Direction.TOTAL), known.labels[site.key]))
    return [
        Largest(
            known.ref(site),
            now[site.key].of(Direction.TOTAL),
            change(now[site.key], was[site.key], Direction.TOTAL),
        )
        for site in used[:SHOWN]
    ]


async def _begun(tx: Transaction, known: Known) -> dict[int, Slot]:
    """When each visible site was listed first."""
    visible = {site.key for site in known.sites}
    return {one.key: one.first_at for one in await tx.sites.all() if one.key in visible}


def _sites(known: Known, usages: Mapping[int, Usage], begun: Mapping[int, Slot], window: Window) -> Sites:
    """A site that is new, or newer than that, has no gaps yet, only a beginning."""
    named = sorted(known.sites, key=lambda site: known.labels[site.key])
    old = [site for site in named if begun.get(site.key, window.start) <= window.start]
    new = [site for site in named if window.start < begun.get(site.key, window.start) < window.end]
    dark = [site for site in old if not usages[site.key].known]
    idle = [site for site in old if usages[site.key].known and not usages[site.key].of(Direction.TOTAL)]
    gaps = [
        Gap(known.labels[site.key], usages[site.key].known, usages[site.key].expected)
        for site in old
        if 0 < usages[site.key].known * 100 < usages[site.key].expected * WELL_KNOWN
    ]
    gaps.sort(key=lambda gap: (gap.coverage, gap.site))
    return Sites(
        all=len(known.sites),
        new_count=len(new),
        gap_count=len(gaps),
        dark_count=len(dark),
        idle_count=len(idle),
        new=_labels(known, new),
        gaps=tuple(gaps[:SHOWN]),
        dark=_labels(known, dark),
        idle=_labels(known, idle),
    )


def _labels(known: Known, sites: Sequence[Site]) -> tuple[str, ...]:
    return tuple(known.labels[site.key] for site in sites[:SHOWN])


async def _requests(tx: Transaction, known: Known, window: Window) -> Requests:
    """Of the workspaces that have sites: the others were never asked anything."""
    names = sorted({site.workspace for site in known.sites})
    begin = await tx.pulls.begin()
    counts: dict[str, int] = {}
    for key in (await tx.sites.workspaces(names)).values() if names and begin is not None else ():
        for outcome, number in (await tx.pulls.count(key, window.start, window.end)).items():
            counts[outcome] = counts.get(outcome, 0) + number
    failed = {outcome: number for outcome, number in sorted(counts.items()) if outcome != ANSWERED}
    since = to_instant(begin) if begin is not None and begin > window.start and counts else None
    return Requests(sum(counts.values()), failed, since)
