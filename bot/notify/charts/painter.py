"""Draws charts on a thread of its own, one after the other, and never holds anything back."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from contextlib import suppress
from datetime import timedelta
from functools import partial

import structlog

from bot.notify.charts.easel import Easel
from bot.notify.charts.library import keep_to_a_temporary_folder
from bot.service.charts.model import Chart
from bot.service.ports.telling import Picture

WITHIN = timedelta(seconds=5)
CLOSES_WITHIN = timedelta(seconds=1)
"""So long a picture in the making is waited for in the end. One that takes longer ends with the process."""
MOST_WAITING = 16

_log = structlog.get_logger(__name__)


def paint(chart: Chart) -> Picture:
    """The chart, drawn here and now. Raises whatever goes wrong."""
    from bot.notify.charts.drawing import picture  # noqa: PLC0415 - drawing is loaded when the first chart is drawn

    return picture(chart)


class Painter:
    """Charts as pictures. To be made before other threads run: it readies the environment for matplotlib, which itself
    is loaded with the first chart, in a second or two."""

    def __init__(self, within: timedelta = WITHIN, most_waiting: int = MOST_WAITING) -> None:
        keep_to_a_temporary_folder()
        self._within, self._most_waiting = within.total_seconds(), most_waiting
        self._easel = Easel()
        self._given: list[Future[Picture | None]] = []
        self._is_closed = False

    async def drawn(self, chart: Chart) -> Picture | None:
        """The picture; None, and a line in the log, where it fails, is not there in time, or too many others wait."""
        self._given = [future for future in self._given if not future.done()]
        if self._is_closed:
            return None
        why: str | Exception = f"{len(self._given)} others wait already"
        if len(self._given) < self._most_waiting:
            try:
                return await self._in_time(chart)
            except TimeoutError:
                why = f"it took more than {self._within:g} s"
            except Exception as trouble:  # noqa: BLE001 - no picture is worth more than the words that it goes with
                why = trouble
        _tell(chart, why)
        return None

    async def _in_time(self, chart: Chart) -> Picture | None:
        future = self._easel.submit(partial(self._unless_closed, chart))
        self._given.append(future)
        async with asyncio.timeout(self._within):
            return await asyncio.wrap_future(future)

    def _unless_closed(self, chart: Chart) -> Picture | None:
        return None if self._is_closed else paint(chart)

    async def close(self) -> None:
        """Draw nothing more. What is being drawn is waited for, for a moment; what waits is given up."""
        if self._is_closed:
            return
        self._is_closed = True
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSES_WITHIN.total_seconds()):
                await asyncio.wrap_future(self._easel.close())


def _tell(chart: Chart, why: str | Exception) -> None:
    if isinstance(why, Exception):
        _log.warning("chart_not_drawn", chart=type(chart).__name__, why=type(why).__name__, exc_info=why)
    else:
        _log.warning("chart_not_drawn", chart=type(chart).__name__, why=why)
