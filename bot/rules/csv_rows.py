"""A CSV file as rows of located cells: the library's reader does not say where a cell stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.rules.nodes import Scalar
from bot.rules.problems import Place, Report, Wrong

Cells = list[Scalar]
"""Cells of one line; `plain` is False of those in quotes."""

MOST_CELLS = 100
_CELL = re.compile(r'[ \t]*(?:"((?:[^"]|"")*)"[ \t]*|([^",]*))(?:,|$)')


def rows(name: str, text: str, report: Report, most: int) -> Iterator[tuple[Place, Cells]]:
    """Every line that says something, `most` of them, with its place. A line that cannot be split is reported and left
    out, and so is what follows where there are more."""
    count = 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip(", \t"):
            continue
        count, place = count + 1, Place(name, number, 1)
        if count > most:
            report.error(place, f"a table has at most {most:,} lines; the rest is not read")
            return
        try:
            yield place, _cells(name, number, line)
        except Wrong as wrong:
            report.error(wrong.place or place, wrong.message)


def _cells(name: str, number: int, line: str) -> Cells:
    if line.count(",") >= MOST_CELLS:
        raise Wrong(f"a line has at most {MOST_CELLS} cells")
    return _quoted(name, number, line) if '"' in line else _plain(name, number, line)


def _plain(name: str, number: int, line: str) -> Cells:
    found, column = [], 1
    for cell in line.split(","):
        text = cell.strip()
        indent = len(cell) - len(cell.lstrip()) if text else 0
        found.append(Scalar(Place(name, number, column + indent), text))
        column += len(cell) + 1
    return found


def _quoted(name: str, number: int, line: str) -> Cells:
    found, at = [], 0
    while at <= len(line):
        place = Place(name, number, at + 1)
        match = _CELL.match(line, at)
        if match is None:
            message = "quotes stand around a whole cell, and end on its line; a quote within them is written twice"
            raise Wrong(message, place=place)
        inside, bare = match.group(1), match.group(2)
        start = match.start(1) if inside is not None else match.start(2)
        value = inside.replace('""', '"') if inside is not None else bare.strip()
        found.append(Scalar(place._replace(column=start + 1), value, plain=inside is None))
        if match.end() == len(line) and not match.group().endswith(","):
            break
        at = match.end()
    return found
