"""What the history says of the bot's work: how far each workspace is read, and what waits to be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.alerts.model import Alert, Kind
from bot.domain.sites import Site
from bot.domain.times import Slot
from bot.rules.promises import Means, sweeps_of
from bot.service.fleet import Fleet
from bot.service.notices import TOKEN, notice_key
from bot.service.ports import Progress, Pull, StoredSite, Transaction
from bot.service.vitals.checks import LONGEST_WAIT, MINUTE
from bot.service.vitals.facts import Behind, Reach, Stuck

LEAST_ALLOWED = 30 * MINUTE
LEAST_HOLD = 5 * MINUTE
ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast sites can be read: requests a minute where a workspace has none of its own, and how long after its end a
    bucket is taken for complete (seconds)."""

    means: Means
    settle: int

    def allowed(self, sweep: int) -> int:
        """How old a site's data may be, where asking for every site once takes so long. All in seconds."""
        return self.settle + max(LEAST_ALLOWED, 3 * sweep)


async def open_notices(tx: Transaction, at: Slot) -> list[Alert]:
    """What the bot says about itself, pending and firing; of everything that is open it is a small part."""
    return [alert for alert in await tx.alerts.overlapping(Kind.SELF, [None], at) if alert.is_open]


async def reaches_of(tx: Transaction, fleet: Fleet, at: Slot, pace: Pace, unlisted: Mapping[str, str]) -> list[Reach]:
    """Of every configured workspace. `unlisted` says why one's sites were not listed when that was last asked."""
    progress = await tx.progress.all()
    known = {alert.key for alert in await open_notices(tx, at)}
    sweeps = sweeps_of(fleet.configuration, fleet.sites, pace.means)
    found = []
    for workspace in fleet.configuration.workspaces:
        name, bucket = workspace.name, pace.means.bucket
        sweep = int(max(bucket, sweeps[name].takes if name in sweeps else bucket).total_seconds())
        reach = await _reach(tx, fleet, name, progress, Slot(at - pace.allowed(sweep)))
        nothing = "" if fleet.in_workspace(name) else unlisted.get(name, "")
        hold = pace.allowed(sweep) if nothing else max(LEAST_HOLD, sweep + MINUTE)
        is_refused = notice_key(name, TOKEN) in known
        found.append(replace(reach, unlisted=nothing, hold=hold, is_refused=is_refused))
    return found


async def _reach(tx: Transaction, fleet: Fleet, name: str, progress: Mapping[int, Progress], before: Slot) -> Reach:
    """Which of a workspace's sites have no data until then. Where all have, which is nearly always, nothing is read."""
    sites = fleet.in_workspace(name)
    if all((row := progress.get(site.key)) and row.watermark and row.watermark >= before for site in sites):
        return Reach(name, len(sites))
    stored = {site.key: site for site in await tx.sites.all()}
    sites = _expected(sites, {site.id for site in fleet.configuration.sites if site.workspace == name}, stored)
    behind = _behind(sites, progress, stored, before)
    keys = await tx.sites.workspaces([name])
    return Reach(name, len(sites), behind, _why(await tx.pulls.last(keys[name]), behind))


def _expected(sites: Sequence[Site], named: Collection[str], stored: Mapping[int, StoredSite]) -> tuple[Site, ...]:
    """The sites that should be read: not those that the API lists no more and the rules do not name (`named`)."""
    listed = max((stored[site.key].last_at for site in sites if site.id not in named), default=0)
    return tuple(site for site in sites if site.id in named or stored[site.key].last_at >= listed)


def _behind(
    sites: Sequence[Site], progress: Mapping[int, Progress], stored: Mapping[int, StoredSite], before: Slot
) -> tuple[Behind, ...]:
    """A site that was never read counts from when it was first listed."""
    found = []
    for site in sites:
        row = progress.get(site.key)
        until = row.watermark if row is not None else None
        if (stored[site.key].first_at if until is None else until) < before:
            found.append(Behind(site.name, until))
    return tuple(sorted(found, key=lambda one: (one.until or 0, one.site)))


def _why(last: Mapping[str, Pull], behind: Sequence[Behind]) -> str:
    """Why the latest request failed, where that was since they were read."""
    since = min((one.until or 0 for one in behind), default=None)
    failed = [pull for outcome, pull in last.items() if since is not None and outcome != ANSWERED]
    latest = max(failed, key=lambda pull: pull.answered_at, default=None)
    return latest.why if latest is not None and latest.answered_at >= (since or 0) else ""


async def stuck_of(tx: Transaction, at: Slot) -> Stuck | None:
    overdue = await tx.outbox.overdue(Slot(at - LONGEST_WAIT))
    if overdue is None:
        return None
    group = await tx.outbox.get_group(overdue.group)
    receiver = f"{group.receiver} ({group.endpoint})" if group is not None else "nobody"
    return Stuck(overdue.rows, overdue.since, receiver, overdue.why)
