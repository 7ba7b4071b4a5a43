"""How long charts take to draw: `python -m tests.benchmarks.charts [times]`."""

from __future__ import annotations

import asyncio
import statistics
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from rich.console import Console
from rich.table import Table

from bot.notify.charts.painter import Painter
from bot.service.charts.model import Chart, Compared, Line
from tests.benchmarks.machine import Span, Stall, description, resident, timed
from tests.notify.charts.extremes import courses, others
from tests.notify.charts.samples import bars, compared, every

TIMES = 40
WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Result:
    """One kind of chart, drawn again and again: what each took, of the wall clock and of the processor; and the size of
    its picture."""

    spans: list[Span]
    size: int


def charts() -> Mapping[str, Chart]:
    """As people see them; and the largest."""
    whole = compared()
    six = Compared(whole.zone, whole.direction, tuple(Line(f"Site {at}", bars(168)) for at in range(6)))
    extreme = {"course of 400 bars": courses()["many"], "ranking of 10 rows": others()["many rows"], "six sites": six}
    return {**every(), **extreme}


async def measured(times: int) -> tuple[Span, Mapping[str, Result], float, int]:
    """The first chart of a process; each kind, drawn in turn; how long the loop waited meanwhile; bytes of memory."""
    painter, every_one, before = Painter(WITHIN), charts(), resident()
    with timed() as cold:
        await painter.drawn(every_one["burn_down"])
    for chart in every_one.values():
        await painter.drawn(chart)
    found = {name: Result([], 0) for name in every_one}
    async with Stall() as stall:
        for _ in range(times):
            for name, chart in every_one.items():
                found[name] = await _drawn(painter, chart, found[name])
    await painter.close()
    return cold, found, stall.seconds, resident() - before


async def _drawn(painter: Painter, chart: Chart, so_far: Result) -> Result:
    with timed() as span:
        picture = await painter.drawn(chart)
    assert picture is not None
    return Result([*so_far.spans, span], len(picture.png))


def table(found: Mapping[str, Result]) -> Table:
    made = Table("chart, milliseconds (of the processor)")
    for column in ("median", "p95", "kB"):
        made.add_column(column, justify="right")
    for name, result in found.items():
        made.add_row(name, _told(result.spans, 50), _told(result.spans, 95), f"{result.size / 1000:.0f}")
    return made


def _told(spans: list[Span], percent: int) -> str:
    wall, cpu = ([getattr(span, part) * 1000 for span in spans] for part in ("wall", "cpu"))
    cut = [statistics.quantiles(values, n=100, method="inclusive")[percent - 1] for values in (wall, cpu)]
    return f"{cut[0]:.0f} ({cut[1]:.0f})"


def main(times: int = TIMES) -> None:
    console = Console(width=118)
    console.print(description())
    cold, found, stalled, grown = asyncio.run(measured(times))
    console.print(f"the first of a process: {cold.wall * 1000:.0f} ms ({cold.cpu * 1000:.0f} of the processor)")
    console.print(table(found))
    console.print(f"the loop waited {stalled * 1000:.0f} ms at most; memory grew by {grown / 1e6:.0f} MB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
