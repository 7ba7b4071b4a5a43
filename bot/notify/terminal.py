"""Tells whoever sits at the terminal. Texts are rich `Text`, never markup strings: nothing in a name can style them,
and names come without control characters, so that none can drive the terminal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from rich.console import Console, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.notify.facts import Fact, Row
from bot.notify.frames import FRAME, below, framed
from bot.notify.plain import listed
from bot.notify.terminal_answer import answer_panel
from bot.notify.terminal_chart import text_chart
from bot.notify.tones import Tone
from bot.notify.wording import Message, compose
from bot.service.charts.model import Chart
from bot.service.ports import Delivered, Outcome
from bot.service.views import Notification

ChartOf = Callable[[Notification], Awaitable[Chart | None]]
"""What a notification's alerts look like; None of what has no chart, or cannot be read just now."""
SHOWN_ROWS = 30
WIDEST = 100
_STYLES = {
    Tone.CRITICAL: "red",
    Tone.WARNING: "yellow",
    Tone.INFO: "blue",
    Tone.ATTENDED: "magenta",
    Tone.GOOD: "green",
    Tone.QUIET: "bright_black",
}


class TerminalNotifier:
    """A Notifier that prints: a panel for what people must notice, with its chart where `chart_of` knows one, and one
    dim line for what would only be edited."""

    def __init__(self, console: Console, chart_of: ChartOf | None = None) -> None:
        self._console = console
        self._chart_of = chart_of

    async def deliver(self, notification: Notification) -> Outcome:
        message = compose(notification)
        if notification.loud:
            chart = await self._chart_of(notification) if self._chart_of is not None else None
            self._console.print(panel(message, min(self._console.width, WIDEST), chart))
        else:
            line = f"{message.headline} · {message.status} · rule {message.rule}"
            self._console.print(Text(line, style="dim"), overflow="ellipsis", no_wrap=True)
        return Delivered("printed")


def panel(message: Message, width: int = WIDEST, chart: Chart | None = None) -> Panel:
    """The whole message, in a frame of its tone's colour."""
    if message.answer is not None:
        return answer_panel(message.answer, message.status, message.footer, width)
    style = _STYLES[message.tone]
    parts: list[RenderableType] = [Text(message.headline, style="bold")]
    parts += [Text(line) for line in message.detail.splitlines()]
    parts += [Text(line) for line in listed(message.told, SHOWN_ROWS)]
    parts += [below(part) for part in (_facts(message.facts), _rows(message.rows)) if part is not None]
    if message.rows and message.next:
        parts.append(below(Text(message.next)))
    drawn = text_chart(chart, width - FRAME) if chart is not None else None
    if drawn is not None:
        parts.append(below(drawn))
    return framed(parts, style, message.status, message.footer, width)


def _facts(facts: Sequence[Fact]) -> Table | None:
    if not facts:
        return None
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(ratio=1)
    for fact in facts:
        table.add_row(Text(fact.label), Text(fact.value))
    return table


def _rows(rows: Sequence[Row]) -> Table | None:
    if not rows:
        return None
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(style="bold", overflow="ellipsis", no_wrap=True, max_width=30)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    table.add_column(style="dim", no_wrap=True)
    for row in rows[:SHOWN_ROWS]:
        table.add_row(Text(row.site), Text(row.state), Text(row.numbers), Text(row.alert))
    if len(rows) > SHOWN_ROWS:
        table.add_row(Text(f"+{len(rows) - SHOWN_ROWS} more"))
    return table
