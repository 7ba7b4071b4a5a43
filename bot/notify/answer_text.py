"""An answer as plain text: what a digest's mail begins with, and what a screen reader reads."""

from __future__ import annotations

from collections.abc import Sequence

from bot.service.answers.model import Answer, Table


def plain_answer(answer: Answer) -> str:
    """The whole answer as lines; it says everything without its chart."""
    blocks = [
        answer.title,
        _facts(answer.facts),
        *map(_table, answer.tables),
        "\n".join(answer.notes),
        answer.freshness,
    ]
    return "\n\n".join(filter(None, blocks))


def _facts(facts: Sequence[tuple[str, str]]) -> str:
    width = max((len(label) for label, _ in facts), default=0)
    return "\n".join(f"{label:<{width}}  {value}" for label, value in facts)


def _table(table: Table) -> str:
    """A line a row: what names it, then its cells; of more than one, each says what it is."""
    return "\n".join(filter(None, [table.title, *(f"- {_row(table.columns, row)}" for row in table.rows)]))


def _row(columns: Sequence[str], row: Sequence[str]) -> str:
    cells = [(column, cell) for column, cell in zip(columns[1:], row[1:], strict=True) if cell]
    words = [cell if len(columns) == 2 else f"{column.lower()} {cell}" for column, cell in cells]
    return f"{row[0]}: {'; '.join(words)}" if words else row[0]
