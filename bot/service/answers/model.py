"""An answer in words, for any medium to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.service.charts.model import Chart


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text, each as long as `columns`; "" where a row has nothing to say. The first cell names the row.

    Where rows are about open alerts, `alerts` holds the short id of each row's ("A17"; "" of none): a medium that has
    buttons can offer to take it.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question is answered with. `facts` are (label, value).

    All of it is plain text without markup. Text that others chose (names, error texts) has no control characters
    and one line, but may hold characters that mean something to a medium: whoever draws it escapes it. `chart` shows
    what the words say; they say it without it, too.
    """

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    freshness: str = ""
    chart: Chart | None = None
