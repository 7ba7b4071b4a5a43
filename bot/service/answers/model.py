"""An answer in words, for any medium to draw."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text, each as long as `columns`; "" where a row has nothing to say. The first cell names the row."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question is answered with. `facts` are (label, value).

    All of it is plain text without markup. Text that others chose (names, error texts) has no control characters
    and one line, but may hold characters that mean something to a medium: whoever draws it escapes it.
    """

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    freshness: str = ""
