"""Pictures of what messages are about: read here, drawn by whoever can draw, and never holding back the words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

import structlog

from bot.service.charts.alerts import chart_of
from bot.service.charts.model import Chart
from bot.service.fleet import Fleet
from bot.service.ports import History, Picture
from bot.service.views import Notification

DRAWN, FAILED, UNREAD = "drawn", "failed", "unread"
READ_WITHIN = timedelta(seconds=5)
log = structlog.get_logger(__name__)


class Painter(Protocol):
    async def drawn(self, chart: Chart) -> Picture | None:
        """None, and a line in the log, where it fails or takes too long."""


class ChartPictures:
    """`Pictures` of the history. `count` is told what came of each: drawn, failed, or unread. Alerts that have no
    chart count as nothing."""

    def __init__(
        self,
        history: History,
        fleet: Callable[[], Fleet],
        painter: Painter,
        count: Callable[[str], None],
        within: timedelta = READ_WITHIN,
    ) -> None:
        self._history = history
        self._fleet = fleet
        self._painter = painter
        self._count = count
        self._within = within.total_seconds()

    async def of(self, notification: Notification) -> Picture | None:
        chart = await self.chart(notification)
        return await self.drawn(chart) if chart is not None else None

    async def chart(self, notification: Notification) -> Chart | None:
        """What there is to draw, for a medium that draws by itself; None of what has no chart, or cannot be read."""
        try:
            return await self._read(notification)
        except Exception as trouble:
            # Whatever it is, the words are out or will be.
            log.warning("chart_not_read", notification=notification.id, why=type(trouble).__name__, exc_info=trouble)
            self._count(UNREAD)
            return None

    async def drawn(self, chart: Chart) -> Picture | None:
        picture = await self._painter.drawn(chart)
        self._count(DRAWN if picture is not None else FAILED)
        return picture

    async def _read(self, notification: Notification) -> Chart | None:
        if notification.digest is not None:
            return notification.digest.chart
        async with asyncio.timeout(self._within), self._history.reading() as tx:
            return await chart_of(tx, self._fleet(), notification)
