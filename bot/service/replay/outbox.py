"""What is told, and what is held back, in memory."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

from bot.alerts.model import Alert, Transition
from bot.alerts.silences import Silence
from bot.domain.times import Slot
from bot.service.ports import AuditEntry, Group, HeldBack, OutboxRow, Standing
from bot.service.replay.records import MemoryAlerts

CLOCKS_DIFFER = 300
"""Seconds by which two clocks may differ, as in the store: what is further ahead was written by one that was wrong."""


class MemoryOutbox:
    """`OutboxTable` in memory. What is settled is forgotten."""

    def __init__(self, alerts: MemoryAlerts) -> None:
        self._alerts = alerts
        self._groups: dict[int, Group] = {}
        self._holding: defaultdict[int, set[int]] = defaultdict(set)
        self._named: defaultdict[str, list[tuple[Slot, int]]] = defaultdict(list)
        self._waiting: dict[int, OutboxRow] = {}
        self._rows = 0

    async def groups_with(self, alerts: Sequence[int]) -> Sequence[Group]:
        ids = {group for alert in alerts for group in self._holding.get(alert, ())}
        return [self._groups[group] for group in sorted(ids)]

    async def groups_named(self, name: str, since: Slot) -> Sequence[Group]:
        opened = self._named.get(name, [])
        later = opened[bisect_left(opened, (since, 0)) :]
        return [self._groups[group] for group in sorted(group for _, group in later)]

    async def save_group(self, group: Group) -> Group:
        if not group.id:
            group = replace(group, id=len(self._groups) + 1)
            insort(self._named[group.name], (group.opened_at, group.id))
        old = self._groups[group.id].alerts if group.id in self._groups else frozenset()
        for alert in old - group.alerts:
            self._holding[alert].discard(group.id)
        for alert in group.alerts - old:
            self._holding[alert].add(group.id)
        self._groups[group.id] = group
        return group

    async def last_told(self) -> Mapping[tuple[str, str], Slot]:
        found: dict[tuple[str, str], Slot] = {}
        for group in self._groups.values():
            for alert in self._alerts.some(sorted(group.alerts)) if group.told_at is not None else ():
                key = alert.key.rule, alert.key.workspace
                found[key] = max(found.get(key, Slot(0)), group.told_at or Slot(0))
        return found

    async def rows_of(self, group: int) -> Sequence[OutboxRow]:
        """Those that wait: of the others nothing is left."""
        return [row for row in self._waiting.values() if row.group == group]

    async def waiting(self, group: int) -> OutboxRow | None:
        rows = (row for row in reversed(self._waiting.values()) if row.group == group)
        return next((row for row in rows if row.attempts == 0 and row.attempted_at is None), None)

    async def save(self, row: OutboxRow) -> OutboxRow:
        if not row.id:
            self._rows += 1
            row = replace(row, id=self._rows)
        self._keep(row)
        return row

    def _keep(self, row: OutboxRow) -> None:
        if row.standing is Standing.WAITING:
            self._waiting[row.id] = row
        else:
            self._waiting.pop(row.id, None)

    async def claim(
        self,
        owner: str,
        now: Slot,
        lease: timedelta,
        limit: int,
        *,
        apart_from: Collection[str] = (),
        among: Collection[str] | None = None,
    ) -> Sequence[OutboxRow]:
        """A replay tells everything at once: lanes do not wait for one another."""
        seconds = int(lease.total_seconds())
        wanted = [row for row in self._first() if row.way not in apart_from and (among is None or row.way in among)]
        due = [row for row in wanted if _is_due(row, now) and _is_free(row, now, seconds)]
        due.sort(key=lambda row: (row.attempts, row.due_at, row.id))
        until = Slot(now + seconds)
        claimed = [replace(r, leased_by=owner, leased_until=until, attempts=r.attempts + 1) for r in due[:limit]]
        for row in claimed:
            self._keep(replace(row, attempted_at=now))
        return claimed

    async def settle(self, row: OutboxRow, owner: str) -> bool:
        held = self._waiting.get(row.id)
        if held is None or (held.leased_by, held.attempts) != (owner, row.attempts):
            return False
        self._keep(row)
        return True

    async def posted(self, group: int, ref: str | None, at: Slot) -> None:
        known = self._groups[group]
        posted_at = known.posted_at if known.posted_at is not None else at
        self._groups[group] = replace(known, ref=ref if ref is not None else known.ref, posted_at=posted_at)

    async def pause(self, lane: str, until: Slot) -> None:
        """Nobody asks a replay to wait."""

    async def failing(self, lanes: str) -> bool:
        return any(row.failing_since is not None and row.lane.startswith(lanes) for row in self._waiting.values())

    async def get_group(self, group: int) -> Group | None:
        return self._groups.get(group)

    async def groups(self, ids: Sequence[int]) -> Sequence[Group]:
        return [self._groups[group] for group in sorted(set(ids)) if group in self._groups]

    async def transitions(self, ids: Sequence[int]) -> Sequence[Transition]:
        return self._alerts.moves(ids)

    async def alerts(self, ids: Sequence[int]) -> Sequence[Alert]:
        return self._alerts.some(ids)

    async def some(self, ids: Sequence[int]) -> Sequence[OutboxRow]:
        """Those of them that wait, as in `rows_of`."""
        return [self._waiting[row] for row in sorted(ids) if row in self._waiting]

    async def standing(self, standings: Collection[Standing], since: Slot, limit: int | None) -> Sequence[OutboxRow]:
        """As in `some`."""
        del since
        waiting = [row for _, row in sorted(self._waiting.items())] if Standing.WAITING in standings else []
        return waiting if limit is None else waiting[-limit:]

    async def backlog(self) -> tuple[int, Slot | None]:
        return len(self._waiting), min((row.created_at for row in self._waiting.values()), default=None)

    async def overdue(self, before: Slot) -> NoReturn:
        raise NotImplementedError("a replay is not watched")

    def next_due(self) -> Slot | None:
        """When something is to be delivered next; None where nothing waits."""
        return min((row.due_at for row in self._first()), default=None)

    def _first(self) -> list[OutboxRow]:
        """The oldest row that waits in each group: a later one must not overtake it."""
        first: dict[int, OutboxRow] = {}
        for _, row in sorted(self._waiting.items()):
            first.setdefault(row.group, row)
        return list(first.values())


def _is_due(row: OutboxRow, now: Slot) -> bool:
    written = row.attempted_at if row.attempted_at is not None else row.created_at
    return row.due_at <= now or written > now + CLOCKS_DIFFER


def _is_free(row: OutboxRow, now: Slot, lease: int) -> bool:
    until = row.leased_until
    return until is None or until <= now or until > now + CLOCKS_DIFFER + lease


class MemorySilences:
    """`SilenceTable` in memory."""

    def __init__(self) -> None:
        self._silences: dict[int, Silence] = {}

    async def save(self, silence: Silence) -> Silence:
        kept = silence if silence.id else replace(silence, id=len(self._silences) + 1)
        self._silences[kept.id] = kept
        return kept

    async def get(self, silence: int) -> Silence | None:
        return self._silences.get(silence)

    async def ending_after(self, at: Slot) -> Sequence[Silence]:
        return [silence for _, silence in sorted(self._silences.items()) if silence.ends_at > at]


class MemoryHeld:
    """`HeldTable` in memory."""

    def __init__(self) -> None:
        self._rows: dict[tuple[int, str], HeldBack] = {}

    async def all(self) -> Sequence[HeldBack]:
        return [row for _, row in sorted(self._rows.items())]

    async def of(self, alerts: Sequence[int]) -> Sequence[HeldBack]:
        wanted = set(alerts)
        return [row for (alert, _), row in sorted(self._rows.items()) if alert in wanted]

    async def by_sources(self) -> Sequence[HeldBack]:
        return [row for _, row in sorted(self._rows.items()) if row.source is not None]

    async def save(self, rows: Sequence[HeldBack]) -> None:
        self._rows.update(((row.alert, row.receiver), row) for row in rows)

    async def drop(self, rows: Sequence[HeldBack]) -> None:
        for row in rows:
            self._rows.pop((row.alert, row.receiver), None)


class MemoryAudit:
    """`AuditTable` in memory."""

    def __init__(self) -> None:
        self._entries: list[AuditEntry] = []

    async def add(self, entry: AuditEntry) -> AuditEntry:
        self._entries.append(replace(entry, id=len(self._entries) + 1))
        return self._entries[-1]

    async def since(self, at: Slot, limit: int | None, actions: Collection[str] = ()) -> Sequence[AuditEntry]:
        found = [entry for entry in reversed(self._entries) if entry.at >= at]
        return [entry for entry in found if not actions or entry.action in actions][:limit]

    async def latest(self, action: str) -> AuditEntry | None:
        return next(iter(await self.since(Slot(0), 1, [action])), None)

    async def actions(self) -> Sequence[str]:
        return sorted({entry.action for entry in self._entries})
