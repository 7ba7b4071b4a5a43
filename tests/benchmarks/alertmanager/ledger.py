"""Facts for the bot, written into its database as an assessment writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.domain.sites import Site
from bot.domain.times import Slot, to_slot
from bot.history.migrate import upgrade
from bot.history.store import SqlHistory
from bot.rules.check import parse
from bot.rules.model import Configuration, Severity
from bot.rules.sites import ListedSite
from bot.service.announce import record
from bot.service.fleet import Fleet

SITES = 20
ID = "00000000-0000-4000-8000-{:012d}"
RULES = """
version: 1
defaults: {{receivers: [noc]}}
receivers: {{noc: {{slack: "#noc"}}}}
routes: [{{match: {{kind: threshold}}, group_by: [site], group_wait: {wait}s, group_interval: {interval}s}}]
rules: [{{name: usage, threshold: {{over: 1 GB, within: 1h}}}}]
"""
BUCKET = 300


def configured(wait: int, interval: int) -> Configuration:
    parsed = parse([("fleet.yaml", RULES.format(wait=wait, interval=interval).encode())])
    assert parsed.configuration is not None, parsed.problems
    return parsed.configuration


def _now() -> Slot:
    return to_slot(datetime.now(UTC))  # noqa: TID251 - what is measured lives in real time


class Ledger:
    """Sites `site-1.`, `site-2.` … with a threshold each."""

    def __init__(self, url: str, wait: int, interval: int) -> None:
        self._url = url
        self._configuration = configured(wait, interval)
        self._history: SqlHistory | None = None
        self._alerts: dict[int, Alert] = {}

    async def open(self) -> None:
        """The first time only; the database is made, and its sites."""
        if self._history is not None:
            return
        upgrade(self._url)
        self._history = SqlHistory(self._url)
        await self._history.open()
        listed = [ListedSite("default", ID.format(n), f"site-{n}.", "UTC") for n in range(1, SITES + 1)]
        async with self._history.writing() as tx:
            await tx.sites.workspaces(["default"])
            await tx.sites.save(listed, _now())
            stored = await tx.sites.all()
        zone = ZoneInfo("UTC")
        sites = (Site(one.key, "default", one.listed.id, one.listed.name or "", zone) for one in stored)
        self._fleet = Fleet(tuple(sites), self._configuration, BUCKET)

    async def close(self) -> None:
        if self._history is not None:
            await self._history.close()

    async def fire(self, site: int) -> None:
        at = _now()
        key = AlertKey("default", "usage", Kind.THRESHOLD, site)
        alert = Alert(key, State.FIRING, at, Severity.WARNING, value=2 * 10**9, limit=10**9, fired_at=at)
        await self._record(site, alert, Change.FIRED, Reason.LIMIT_PASSED, at)

    async def resolve(self, site: int) -> None:
        at = _now()
        assert self._history is not None
        async with self._history.reading() as tx:
            alert = await tx.alerts.get(self._alerts[site].id)
        assert alert is not None
        over = replace(alert, state=State.RESOLVED, resolved_at=at, reason=Reason.BACK_TO_NORMAL)
        await self._record(site, over, Change.RESOLVED, Reason.BACK_TO_NORMAL, at)

    async def _record(self, site: int, alert: Alert, change: Change, reason: Reason, at: Slot) -> None:
        assert self._history is not None
        move = Transition(alert, change, reason, Slot(at - BUCKET), at, value=alert.value)
        async with self._history.writing() as tx:
            (stored,) = await record(tx, self._fleet, [alert], [move], at)
        self._alerts[site] = stored.alert
