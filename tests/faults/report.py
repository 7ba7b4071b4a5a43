"""The results as a table, and the table in the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.faults.campaign import Result

BEGIN, END = "<!-- the table is written by `make faults` -->", "<!-- the end of the table -->"
HEAD = ("| fault | database | tried | lost | seen twice | slowest recovery |", "|---|---|--:|--:|--:|--:|")


@dataclass(frozen=True)
class Line:
    """One row: a fault on one kind of database."""

    family: str
    name: str
    database: str
    results: Sequence[Result]
    tried: int

    def __str__(self) -> str:
        lost = sum(result.verdict.lost for result in self.results)
        doubled = sum(result.verdict.doubled for result in self.results)
        recoveries = [result.recovery for result in self.results if result.recovery is not None]
        slowest = words(max(recoveries)) if recoveries else "the next start"
        what = f"{self.family}: {self.name}"
        return f"| {what} | {self.database} | {self.tried} | {lost} | {doubled} | {slowest} |"


def words(span: timedelta) -> str:
    """`4 min 50 s`."""
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    if not minutes:
        return f"{seconds} s"
    return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"


def table(lines: Sequence[Line]) -> str:
    return "\n".join((*HEAD, *map(str, lines)))


def write(path: Path, lines: Sequence[Line], remark: str) -> None:
    """Put the table between its marks. Raises ValueError where the document has none."""
    put(path, BEGIN, f"{remark}\n\n{table(lines)}", END)


def put(path: Path, begin: str, content: str, end: str) -> None:
    """Replace what stands between two marks of a document. Raises ValueError where it has none."""
    text = path.read_text(encoding="utf-8")
    before, mark, rest = text.partition(begin)
    _, last, after = rest.partition(end)
    if not (mark and last):
        raise ValueError(f"{path} has no place for the table: {begin} … {end}")
    path.write_text(f"{before}{begin}\n{content}\n{end}{after}", encoding="utf-8")
