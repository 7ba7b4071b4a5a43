"""Slack's documented limits on its native tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakes.slack_elements import size

Block = Mapping[str, Any]

ROWS = 101
"""The header among them."""
COLUMNS = 20
PAGE = 100
CELLS = 10_000
"""Characters in all cells of a message."""
_CELL_KEYS = {"raw_text": {"type", "text"}, "raw_number": {"type", "text", "value"}, "rich_text": {"type", "elements"}}


def data_table_problems(block: Block) -> Iterator[str]:
    rows = block.get("rows") or []
    if not 2 <= len(rows) <= ROWS:
        yield f"a table of {len(rows)} rows"
    widths = {len(row) for row in rows}
    if len(widths) > 1 or not widths <= set(range(1, COLUMNS + 1)):
        yield f"rows of {sorted(widths)} cells"
    if not isinstance(block.get("caption"), str) or not block["caption"]:
        yield "a table without a caption"
    if not 1 <= block.get("page_size", 5) <= PAGE:
        yield f"pages of {block['page_size']} rows"
    if block.get("row_header_column_index", 0) not in range(max(widths, default=1)):
        yield "a row header that is no column"
    for number, row in enumerate(rows):
        for cell in row:
            yield from _cell(cell, is_header=number == 0)


def cells_of(block: Block) -> int:
    """Characters of the cells that are text."""
    return sum(size(cell.get("text") or "") for row in block.get("rows") or [] for cell in row)


def _cell(cell: Block, *, is_header: bool) -> Iterator[str]:
    kind = cell.get("type", "")
    if kind not in _CELL_KEYS or (is_header and kind == "rich_text"):
        yield f"{kind!r} in {'the header of ' if is_header else ''}a table"
        return
    if set(cell) != _CELL_KEYS[kind]:
        yield f"a cell with the keys {sorted(cell)}"
    if kind != "rich_text" and not cell.get("text"):
        yield "an empty cell"
    if kind == "raw_number" and (
        isinstance(cell.get("value"), bool) or not isinstance(cell.get("value"), (int, float))
    ):
        yield f"a number {cell.get('value')!r}"
