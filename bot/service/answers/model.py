"""An answer in words, for any medium to draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.service.charts.model import Chart
    from bot.service.views import AlertView


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text, each as long as `columns`; "" where a row has nothing to say. The first cell names the row.

    Where rows are about open alerts, `alerts` has the alert of each row: a medium that has buttons can offer to take
    it. Rows of a `grid` are to be compared with each other: a medium that has tables of its own shows one, and sorts a
    column by its `numbers`, one a row, where it has any.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    alerts: tuple[AlertView, ...] = ()
    grid: bool = False
    numbers: Mapping[int, Sequence[int]] = field(default_factory=dict)


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
