"""Pictures without drawing any."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.service.charts.model import Chart
from bot.service.ports import Picture
from bot.service.views import Notification


@dataclass
class Easel:
    """Draws what it is told to, or not, and is slow if told so."""

    picture: Picture | None = field(default_factory=lambda: Picture(b"png", "A chart of 3 sites", 720, 400, "d1"))
    hangs: bool = False

    async def of(self, notification: Notification) -> Picture | None:
        return await self._picture()

    async def drawn(self, chart: Chart) -> Picture | None:
        return await self._picture()

    async def _picture(self) -> Picture | None:
        if self.hangs:
            await asyncio.Event().wait()
        return self.picture
