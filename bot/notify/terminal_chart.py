"""Charts for a terminal, of block characters: the gist of a picture where none can be shown.

Nothing is only a colour: what is expected is shaded, breaching bars have a mark beneath, what is unknown a dot, and the
limit is a line with its amount beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.text import Text

from bot.domain.limits import limit_words, rate_words
from bot.domain.moments import day, moment
from bot.domain.units import format_bytes, format_duration, format_rate
from bot.domain.usage import Direction
from bot.service.charts.model import Bar, BurnDown, Chart, Course, Span, Unit, Unusual
from bot.service.spikes.hours import BandHour

HEIGHT = 6
"""Rows below a limit, or in all where there is none."""
ABOVE = 2
"""Rows above a limit at most: what is beyond is cut off, and the words say how much it is."""
MARGIN = 9
NARROWEST, WIDEST = 40, 72
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_EXPECTED, _UNKNOWN, _BREACH, _USUAL = "░", "·", "▲", "‾"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its height, None where unknown, or yet to come. `usual` is a mark of its own, at the top of what is
    usual."""

    height: int | None
    is_expected: bool = False
    is_breach: bool = False
    usual: int | None = None


def text_chart(chart: Chart, width: int) -> RenderableType | None:
    """The chart in so many characters; None where it has nothing to show there, or there is no room. A ranking has
    nothing to show: the rows of words above it say the same."""
    room = min(width, WIDEST) - MARGIN
    if room < NARROWEST - MARGIN:
        return None
    match chart:
        case BurnDown():
            return _burn_down(chart, room)
        case Course() if chart.bars:
            return _course(chart, room)
        case Unusual() if chart.hours:
            return _unusual(chart, room)
        case _:
            return None


def _burn_down(chart: BurnDown, room: int) -> RenderableType:
    step = (chart.end - chart.start) / room
    columns = [_used(chart, chart.start + step * place) for place in range(1, room + 1)]
    limit = limit_words(chart.limit)
    ends = (day(chart.start, chart.zone, chart.end), day(chart.end - timedelta(seconds=1), chart.zone, chart.end))
    key = f"{_EXPECTED} expected" if chart.fan is not None and chart.until < chart.end else ""
    return Group(*_plot(columns, chart.limit, limit), *_below(ends, room, key))


def _used(chart: BurnDown, at: datetime) -> Column:
    known = [amount for instant, amount in chart.used if instant <= at]
    used = known[-1] if known else 0
    if at <= chart.until:
        return Column(used)
    if (fan := chart.fan) is None:
        return Column(None, is_expected=True)
    part = (at - chart.until) / (chart.end - chart.until)
    last = chart.used[-1][1] if chart.used else 0
    return Column(last + round((fan.middle - last) * part), is_expected=True)


def _course(chart: Course, room: int) -> RenderableType:
    bars = chart.bars[-room:]
    heights = [_height(chart, bar) for bar in bars]
    columns = [
        Column(height, is_breach=_is_in(bar.start, bar.length, chart.breaches))
        for bar, height in zip(bars, heights, strict=True)
    ]
    words, exact = (format_rate, rate_words) if chart.unit is Unit.RATE else (format_bytes, limit_words)
    limit = exact(chart.limit) if chart.limit else ""
    ends = _ends(bars[0].start, bars[-1].start + bars[-1].length, chart.zone)
    key = "   ".join(filter(None, (_each(bars[0].length, chart.unit), _unknown(columns))))
    return Group(*_spread(columns, room, chart.limit, limit or words(_highest(columns))), *_below(ends, room, key))


def _each(length: timedelta, unit: Unit) -> str:
    return "" if unit is Unit.RATE else f"in {format_duration(length)} each"


def _unknown(columns: Sequence[Column]) -> str:
    is_there = any(column.height is None and not column.is_expected for column in columns)
    return f"{_UNKNOWN} nothing known" if is_there else ""


def _height(chart: Course, bar: Bar) -> int | None:
    amount = bar.of(chart.direction or Direction.TOTAL)
    if amount is None or chart.unit is Unit.BYTES:
        return amount
    return round(amount * 8 / bar.length.total_seconds())


def _unusual(chart: Unusual, room: int) -> RenderableType:
    hours = chart.hours[-room:]
    columns = [_hour(hour, chart.breaches) for hour in hours]
    ends = _ends(hours[0].start, hours[-1].start + timedelta(hours=1), chart.zone)
    marks = (_each(timedelta(hours=1), Unit.BYTES), f"{_USUAL} top of what is usual", f"{_BREACH} unusual")
    key = "   ".join(filter(None, (*marks, _unknown(columns))))
    return Group(*_spread(columns, room, None, format_bytes(_highest(columns))), *_below(ends, room, key))


def _hour(hour: BandHour, breaches: Sequence[Span]) -> Column:
    return Column(hour.came, is_breach=_is_in(hour.start, timedelta(hours=1), breaches), usual=hour.top)


def _is_in(start: datetime, length: timedelta, spans: Sequence[Span]) -> bool:
    return any(start < span.end and span.start < start + length for span in spans)


def _highest(columns: Sequence[Column]) -> int:
    return max((one for column in columns for one in (column.height, column.usual) if one is not None), default=0)


def _ends(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[str, str]:
    return moment(start, zone, end), moment(end, zone, end)


# --- rows of characters -----------------------------------------------------------------------------------


def _spread(columns: Sequence[Column], room: int, limit: int | None, label: str) -> Iterator[Text]:
    """Over all the room that there is."""
    return _plot([columns[place * len(columns) // room] for place in range(room)], limit, label)


def _plot(columns: Sequence[Column], limit: int | None, label: str) -> Iterator[Text]:
    """Rows from the top down; the line of the limit between those above it and those below."""
    highest = _highest(columns)
    top = limit or highest or 1
    above = max(0, min(ABOVE, -(-(highest - top) * HEIGHT // top)))
    for row in range(HEIGHT + above - 1, -1, -1):
        if limit and row == HEIGHT - 1:
            line = "".join(_crossing(column, limit) for column in columns)
            yield Text.assemble(f"{label:>{MARGIN - 2}} ┤", (line, "red"))
        margin = f"{label:>{MARGIN - 2}} ┤" if not limit and row == HEIGHT - 1 else f"{'│':>{MARGIN}}"
        yield Text(margin).append_text(_row(columns, row, top))
    marks = "".join(_BREACH if column.is_breach else "─" for column in columns)
    yield Text(f"{'0 ┼':>{MARGIN}}{marks}")


def _crossing(column: Column, limit: int) -> str:
    """What the limit's line looks like where a column goes beyond it."""
    if (column.height or 0) <= limit:
        return "─"
    return _EXPECTED if column.is_expected else _EIGHTHS[-1]


def _row(columns: Sequence[Column], row: int, top: int) -> Text:
    text = Text()
    for column in columns:
        style = "red" if column.is_breach else "dim" if column.is_expected else ""
        text.append(_cell(column, row, top), style=style)
    return text


def _cell(column: Column, row: int, top: int) -> str:
    if column.height is None:
        return _UNKNOWN if row == 0 and not column.is_expected else " "
    eighths = round(column.height * HEIGHT * 8 / top)
    filled = max(0, min(8, eighths - row * 8)) or (1 if row == 0 and column.height else 0)
    if column.is_expected:
        return _EXPECTED if filled >= len(_EIGHTHS) // 2 else " "
    is_usual_here = column.usual is not None and row == min(column.usual * HEIGHT // top, HEIGHT - 1)
    return _USUAL if is_usual_here and not filled else _EIGHTHS[filled]


def _below(ends: tuple[str, str], room: int, key: str) -> Iterator[Text]:
    first, last = ends
    yield Text(f"{'':>{MARGIN}}{first}{last:>{max(1, room - len(first))}}", style="dim")
    if key:
        yield Text(f"{'':>{MARGIN}}{key}", style="dim")
