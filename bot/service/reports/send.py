"""Have digests told that are due: a row that says which was taken up, and one for each endpoint that is to be told, in
one transaction. So each is told once, whoever restarts; of those that came due meanwhile only the latest, as late.

What it says is read when it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import structlog

from bot.domain.times import DAY, HOUR, Slot, iso, to_slot
from bot.rules.audience import audience, is_operator
from bot.rules.model import Configuration, Endpoint
from bot.rules.telling import Report
from bot.service.finish import to_its_end
from bot.service.fleet import Fleet
from bot.service.notices import EVERY_WORKSPACE
from bot.service.ports import Clock, Digested, Group, History, OutboxRow, Schedule, Transaction
from bot.service.reports.due import last_due

log = structlog.get_logger()

LATE = 15 * 60
"""Seconds after which a digest says that it is late."""
PATIENCE = HOUR
"""Seconds for which this process must have known nothing of a report before it is forgotten: of replicas that are
renewed one after another, some still have the older rules."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One digest for one endpoint of a receiver."""

    receiver: str
    endpoint: Endpoint
    digest: Digested


class SendDigests:
    """The use case. `announced` is called after a commit that left something to deliver."""

    def __init__(
        self, history: History, fleet: Callable[[], Fleet], clock: Clock, announced: Callable[[], None] = lambda: None
    ) -> None:
        self._history = history
        self._fleet = fleet
        self._clock = clock
        self._announced = announced
        self._rules: tuple[str, Slot] = ("", Slot(0))

    async def run(self) -> list[Digested]:
        """Take up what is due. Raises only what the history raises."""
        at, fleet = to_slot(self._clock()), self._fleet()
        if not await self._is_needed(fleet.configuration, at):
            return []
        taken = await to_its_end(self._take(fleet, at))
        for one in taken:
            log.info("digest_taken_up", report=one.report, start=iso(one.window.start), end=iso(one.window.end))
        if taken:
            self._announced()
        return taken

    async def _is_needed(self, configuration: Configuration, at: Slot) -> bool:
        """Writers queue: whoever has nothing to do keeps out of their way."""
        async with self._history.reading() as tx:
            known = await tx.reports.schedules()
            reports = configuration.reports
            is_edited = any(_begins(one, configuration, known, at) for one in reports)
            if is_edited or self._gone(configuration, known, at):
                return True
            due = [await _due(tx, configuration, one, known[one.name].since, at) for one in reports]
        return any(one is not None for one in due)

    def _gone(self, configuration: Configuration, known: Collection[str], at: Slot) -> list[str]:
        """Reports that the rules have not had for a while."""
        version, since = self._rules
        if version != configuration.version or at < since:
            self._rules = configuration.version, at
        written = {report.name for report in configuration.reports}
        return [name for name in known if name not in written] if at >= self._rules[1] + PATIENCE else []

    async def _take(self, fleet: Fleet, at: Slot) -> list[Digested]:
        """The transaction. Another replica may have taken it up just now."""
        configuration, taken = fleet.configuration, list[Digested]()
        async with self._history.writing() as tx:
            known = await tx.reports.schedules()
            await tx.reports.forget(self._gone(configuration, known, at))
            for report in configuration.reports:
                if _begins(report, configuration, known, at):
                    await tx.reports.begin(report.name, Schedule(schedule_of(report, configuration), at))
                    continue
                digest = await _due(tx, configuration, report, known[report.name].since, at)
                if digest is not None and await tx.reports.take(digest, at):
                    taken.append(digest)
                    for parcel in parcels(fleet, report, digest):
                        await _enqueue(tx, parcel, at)
        return taken


def schedule_of(report: Report, configuration: Configuration) -> str:
    """What its moments depend on, as a text."""
    zone = report.timezone or configuration.timezone
    return f"{report.rhythm} {report.day} {report.time:%H:%M} {zone.key}"


def _begins(report: Report, configuration: Configuration, known: Mapping[str, Schedule], at: Slot) -> bool:
    """Whether it is written, or moved, since it was looked at last; or since a clock that was ahead."""
    schedule = known.get(report.name)
    return schedule is None or schedule.text != schedule_of(report, configuration) or schedule.since > at


async def _due(tx: Transaction, configuration: Configuration, report: Report, since: Slot, at: Slot) -> Digested | None:
    """The latest digest that came due since then and was not taken up; with no workspaces yet."""
    due = last_due(report, configuration.timezone, at)
    until = await tx.reports.taken_until(report.name, report.rhythm, at)
    # A report that is moved to another zone is about other hours of the same days.
    if due.at <= since or (until is not None and due.window.end < until + DAY):
        return None
    zone = report.timezone or configuration.timezone
    is_late = at > due.at + LATE
    return Digested(report.name, report.rhythm, due.window, zone.key, due.at, (), is_late=is_late)


def parcels(fleet: Fleet, report: Report, digest: Digested) -> Iterator[Parcel]:
    """One for each endpoint, of what its receiver may see. What two receivers were to be told in one place, of the same
    workspaces, is told once."""
    configuration, told = fleet.configuration, set[tuple[Endpoint, tuple[str, ...]]]()
    for name in report.receivers:
        seen = tuple(sorted(audience(configuration, report, name, fleet.everything)))
        for endpoint in configuration.receivers[name].endpoints:
            if seen and (endpoint, seen) not in told:
                told.add((endpoint, seen))
                own = replace(digest, workspaces=seen, is_operators=is_operator(configuration, name))
                yield Parcel(name, endpoint, own)


async def _enqueue(tx: Transaction, parcel: Parcel, at: Slot) -> None:
    group = await tx.outbox.save_group(group_of(parcel.receiver, parcel.endpoint, parcel.digest, at))
    await tx.outbox.save(OutboxRow(group.id, (), True, at, at, lane=str(parcel.endpoint)))


def group_of(receiver: str, endpoint: Endpoint, digest: Digested, at: Slot) -> Group:
    """The message of a digest, which is about no alert."""
    name = f"{EVERY_WORKSPACE}/{digest.report}"
    return Group(receiver, endpoint, name, at, frozenset(), at, told_at=at, digest=digest)
