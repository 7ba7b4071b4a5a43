"""`sites_file`: sites as a table, with a line of column names and a line for each site."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import partial

from bot.rules.csv_rows import Cells, rows
from bot.rules.fields import text
from bot.rules.nodes import Node, Scalar, Table
from bot.rules.problems import Place, Report, Wrong, did_you_mean, shown
from bot.rules.reader import decode

COLUMNS = ("id", "name", "workspace", "timezone", "quota", "starts", "billing_factor", "tags")
TAG = "tag:"
MOST_LINES = 50_000
MOST_TAGS = 100
NUMBERS = frozenset({"quota", "starts", "billing_factor"})
"""Columns in which a number needs no quotes to be one; in the others it is text."""
_NAME = re.compile(r"[^/\\\x00-\x1f]{1,100}\.csv")
_OTHER = re.compile(r"[;\t|]")
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}")
_EMPTY = "the file is empty; it begins with a line of column names, like id,name,quota"


def table_of(tables: Collection[str], node: Node) -> str:
    """Decoder: the name of one of the CSV files in the rules folder."""
    name = text(node)
    if "/" in name or "\\" in name:
        raise Wrong("this file lies in the rules folder; write its name without a path, like sites.csv")
    if _NAME.fullmatch(name) is None or name.startswith("."):
        raise Wrong(f"{shown(name)} is not the name of a CSV file, like sites.csv")
    if name not in tables:
        raise Wrong(f"there is no file {shown(name)} beside this one", partial(did_you_mean, name, tables))
    return name


def site_rows(name: str, raw: bytes, report: Report) -> Iterator[Table]:
    """Each site of a table as the map that it would be in YAML; empty cells are left out."""
    content = decode(name, raw, report)
    if content is None:
        return
    lines = rows(name, content, report, MOST_LINES)
    place, head = next(lines, (Place(name, 1, 1), []))
    if not head and not content.strip(", \t\n"):
        report.error(place, _EMPTY)
    if not head:
        return
    columns = _columns(place, head, report)
    if "id" not in columns:
        return
    for place, cells in lines:
        if len(cells) == len(columns):
            yield _site(place, columns, cells, report)
        else:
            _miscounted(place, columns, cells, report)


def _columns(place: Place, head: Cells, report: Report) -> list[str | None]:
    """The name of each column; None of one that is not read, and reported."""
    if len(head) == 1 and _OTHER.search(head[0].text):
        report.error(place, "the columns are not separated by commas; save the file as CSV with commas")
        return []
    found: list[str | None] = []
    for cell in head:
        known = cell.text in COLUMNS or (cell.text.startswith(TAG) and cell.text != TAG)
        if known and cell.text in found:
            report.error(cell.place, f"the column {shown(cell.text)} is there already")
        elif not known:
            _unknown(cell, report)
        found.append(cell.text if known and cell.text not in found else None)
    if "id" not in found:
        report.error(place, "the first line names the columns, and one of them is `id`")
    return found


def _unknown(cell: Scalar, report: Report) -> None:
    if not cell.text:
        report.error(cell.place, "this column has no name; name it, or remove it")
    else:
        message = f"unknown column {shown(cell.text)}; they are {', '.join(COLUMNS)}, or tag: and the name of a tag"
        report.error(cell.place, message, partial(did_you_mean, cell.text, COLUMNS))


def _miscounted(place: Place, columns: Sequence[str | None], cells: Cells, report: Report) -> None:
    where = cells[len(columns)].place if len(cells) > len(columns) else place
    many = f"{len(cells)} cell{'s' * (len(cells) != 1)}"
    message = f"this line has {many}, and the first line names {len(columns)} columns"
    hint = "; a text with a comma stands in quotes" if len(cells) > len(columns) else ""
    report.error(where, message + hint)


def _site(place: Place, columns: Sequence[str | None], cells: Cells, report: Report) -> Table:
    site, tags = Table(place), Table(place)
    for column, cell in zip(columns, cells, strict=True):
        if column is None or not cell.text:
            continue
        if column == "tags":
            _put_tags(tags, cell, report)
        elif column.startswith(TAG):
            _put_tag(tags, column.removeprefix(TAG), cell, report)
        else:
            site.entries[column] = (cell.place, _value(column, cell))
    if tags.entries:
        site.entries["tags"] = (place, tags)
    return site


def _value(column: str, cell: Scalar) -> Node:
    if column == "starts":
        return _starts(cell)
    return Scalar(cell.place, cell.text, plain=column in NUMBERS)


def _starts(cell: Scalar) -> Node:
    """`8`, `mon`, `08:00` or a day and a time: `8 08:00`."""
    *day, last = cell.text.split()
    if not _TIME.fullmatch(last):
        return Scalar(cell.place, cell.text)
    starts = Table(cell.place)
    starts.entries["time"] = (cell.place, Scalar(cell.place, last, plain=False))
    if day:
        starts.entries["day"] = (cell.place, Scalar(cell.place, " ".join(day)))
    return starts


def _put_tags(tags: Table, cell: Scalar, report: Report) -> None:
    """`plan=lte-500;carrier=mtn`."""
    column = cell.place.column
    if cell.text.count(";") >= MOST_TAGS:
        report.error(cell.place, f"a site has at most {MOST_TAGS} tags")
        return
    for part in cell.text.split(";"):
        place = cell.place._replace(column=column + len(part) - len(part.lstrip()))
        column += len(part) + 1
        key, sign, value = part.strip().partition("=")
        if key and sign and value:
            _put_tag(tags, key.strip(), Scalar(place, value.strip()), report)
        elif part.strip():
            report.error(place, f"{shown(part.strip())} is no tag; write tags like plan=lte-500;carrier=mtn")


def _put_tag(tags: Table, key: str, cell: Scalar, report: Report) -> None:
    if key in tags.entries:
        report.error(cell.place, f"the tag {shown(key)} is given already, at {tags.entries[key][0]}")
    else:
        tags.entries[key] = (cell.place, Scalar(cell.place, cell.text, plain=False))
