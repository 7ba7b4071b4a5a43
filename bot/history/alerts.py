"""Alerts and their transitions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, bindparam, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts.flapping import CHANGES
from bot.alerts.model import Alert, AlertKey, Kind, Reason, State, Transition
from bot.domain.times import Slot, Window
from bot.domain.usage import Direction
from bot.history.rows import alert_of, alert_row, transition_of, transition_row
from bot.history.sql import Sql
from bot.history.tables import ALERTS, TRANSITIONS

# Spelt out as in the partial index: a bound value would keep the planner from using it.
IS_OPEN = ALERTS.c.state != literal_column(f"'{State.RESOLVED}'")
NOTIFYING = [reason for reason in Reason if reason.notifies]


class SqlAlerts:
    """`AlertTable` in SQL."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._sql = Sql(connection)

    async def open(self) -> Sequence[Alert]:
        return await self._alerts(IS_OPEN)

    async def taken(self) -> Sequence[Alert]:
        is_taken = (ALERTS.c.acknowledged_at.is_not(None), ALERTS.c.acknowledged_until.is_not(None))
        return await self._alerts(IS_OPEN, *is_taken)

    async def open_at(self, sites: Sequence[int | None]) -> Sequence[Alert]:
        return await self._alerts(IS_OPEN, self._at(sites)) if sites else []

    async def flapping(self) -> Sequence[Alert]:
        return await self._alerts(ALERTS.c.flapping.is_not(None))

    async def changes(
        self, subjects: Collection[AlertKey], since: Slot
    ) -> Mapping[AlertKey, Sequence[tuple[int, Slot]]]:
        about = (ALERTS.c.workspace, ALERTS.c.rule, ALERTS.c.kind, ALERTS.c.site, ALERTS.c.direction)
        query = select(TRANSITIONS.c.id, TRANSITIONS.c.known_at, *about).join(ALERTS).order_by(TRANSITIONS.c.id)
        is_change = (TRANSITIONS.c.change.in_(CHANGES), TRANSITIONS.c.reason.in_(NOTIFYING))
        sites = self._at(list({subject.site for subject in subjects}))
        found: defaultdict[AlertKey, list[tuple[int, Slot]]] = defaultdict(list)
        for row in await self._connection.execute(query.where(TRANSITIONS.c.known_at > since, *is_change, sites)):
            key = AlertKey(row.workspace, row.rule, Kind(row.kind), row.site, Direction(row.direction))
            if key in subjects:
                found[key].append((row.id, Slot(row.known_at)))
        return found

    async def overlapping(self, kind: Kind, sites: Sequence[int | None], since: Slot) -> Sequence[Alert]:
        lasts = or_(IS_OPEN, ALERTS.c.resolved_at > since)
        return await self._alerts(
            ALERTS.c.kind == kind,
            self._at(sites),
            or_(ALERTS.c.period_end > since, and_(ALERTS.c.period_end.is_(None), lasts)),
        )

    async def noticed(self, kind: Kind | None, window: Window) -> Sequence[Alert]:
        at = func.coalesce(ALERTS.c.told_at, ALERTS.c.fired_at)
        has_fired = ALERTS.c.fired_at.is_not(None)
        is_meant = (ALERTS.c.kind == kind,) if kind is not None else ()
        return await self._alerts(*is_meant, has_fired, at >= window.start, at < window.end)

    def _at(self, sites: Sequence[int | None]) -> ColumnElement[bool]:
        is_theirs = self._sql.among(ALERTS.c.site, [site for site in sites if site is not None])
        return or_(is_theirs, ALERTS.c.site.is_(None)) if None in sites else is_theirs

    async def save(self, alerts: Sequence[Alert]) -> Sequence[Alert]:
        old = [{"key": alert.id, **alert_row(alert)} for alert in alerts if alert.id]
        if old:
            statement = update(ALERTS).where(ALERTS.c.id == bindparam("key"))
            await self._connection.execute(statement, old)
        new = await self._sql.add(ALERTS, [alert_row(alert) for alert in alerts if not alert.id])
        ids = iter(new)
        return [alert if alert.id else replace(alert, id=next(ids)) for alert in alerts]

    async def record(self, transitions: Sequence[Transition]) -> Sequence[Transition]:
        ids = await self._sql.add(TRANSITIONS, [transition_row(one) for one in transitions])
        return [replace(one, id=key) for one, key in zip(transitions, ids, strict=True)]

    async def watched_since(self, signatures: Sequence[str], at: Slot) -> Mapping[str, Slot]:
        insert = "INSERT INTO watches (signature, since) VALUES (?, ?) ON CONFLICT (signature) DO NOTHING"
        known = await self.watches()
        new = {signature: at for signature in signatures if signature not in known}
        await self._sql.tell_each(insert, list(new.items()))
        return {signature: known.get(signature, at) for signature in signatures}

    async def watches(self) -> Mapping[str, Slot]:
        return {row[0]: Slot(row[1]) for row in await self._sql.ask("SELECT signature, since FROM watches")}

    async def get(self, alert: int) -> Alert | None:
        return next(iter(await self._alerts(ALERTS.c.id == alert)), None)

    async def past(self, rule: str, site: int | None, limit: int) -> Sequence[Alert]:
        is_about = ALERTS.c.site.is_(None) if site is None else ALERTS.c.site == site
        query = select(ALERTS).where(is_about, ALERTS.c.rule == rule).order_by(ALERTS.c.id.desc()).limit(limit)
        return [alert_of(row) for row in await self._connection.execute(query)]

    async def some(self, ids: Sequence[int]) -> Sequence[Alert]:
        """The alerts with these ids, by id."""
        return await self._alerts(self._sql.among(ALERTS.c.id, ids))

    async def transitions(self, alert: int) -> Sequence[Transition]:
        return await self._transitions(TRANSITIONS.c.alert_id == alert)

    async def some_transitions(self, ids: Sequence[int]) -> Sequence[Transition]:
        """The transitions with these ids, by id, with their alerts as they are now."""
        return await self._transitions(self._sql.among(TRANSITIONS.c.id, ids))

    async def _alerts(self, *conditions: ColumnElement[bool]) -> list[Alert]:
        rows = await self._connection.execute(select(ALERTS).where(*conditions).order_by(ALERTS.c.id))
        return [alert_of(row) for row in rows]

    async def _transitions(self, condition: ColumnElement[bool]) -> list[Transition]:
        query = select(TRANSITIONS).where(condition).order_by(TRANSITIONS.c.id)
        rows = (await self._connection.execute(query)).all()
        alerts = {alert.id: alert for alert in await self.some(sorted({row.alert_id for row in rows}))}
        return [transition_of(row, alerts[row.alert_id]) for row in rows]
