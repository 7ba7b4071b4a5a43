"""What came of all runs, as a paragraph and a table, and their place in the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.faults import report
from tests.faults.telling.run import STALLED, Result
from tests.faults.telling.troubles import TROUBLES

BEGIN, END = "<!-- written by `make faults`: telling -->", "<!-- the end of telling -->"
HEAD = (
    "| trouble | runs | struck | facts | messages | lost | seen twice | longest delay | after the last trouble |",
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
)
KILLED, KILLED_9, REPLICAS = "process: ends at any place", "process: kill -9", "process: two or three replicas"


@dataclass(frozen=True)
class Line:
    """One trouble, and all runs in which it struck, which had others too."""

    name: str
    results: Sequence[Result]
    strikes: int

    def __str__(self) -> str:
        verdicts = [result.verdict for result in self.results]
        counts = [
            len(verdicts), self.strikes, sum(one.facts for one in verdicts), sum(one.messages for one in verdicts),
            sum(one.lost for one in verdicts), sum(one.doubled for one in verdicts),
        ]  # fmt: skip
        spans = [longest(one.delay for one in verdicts), longest(one.after for one in verdicts)]
        cells = [self.name, *(f"{count:,}" for count in counts), *map(report.words, spans)]
        return f"| {' | '.join(cells)} |"


def lines(results: Sequence[Result]) -> Iterator[Line]:
    """Process and database first, then everything in the order of its definition, then all together."""
    struck: dict[str, list[Result]] = {}
    for result in results:
        for name in strikes_of(result):
            struck.setdefault(name, []).append(result)
    names = [KILLED, KILLED_9, REPLICAS, STALLED, *sorted(name for name in struck if name.startswith("database"))]
    for name in [*names, *(trouble.name for trouble in TROUBLES)]:
        if name in struck:
            yield Line(name, struck[name], sum(strikes_of(result)[name] for result in struck[name]))
    yield Line("all runs", results, sum(sum(strikes_of(result).values()) for result in results))


def strikes_of(result: Result) -> dict[str, int]:
    """Trouble → how often it struck in the run."""
    found = {name: count for name, count in result.strikes.items() if count}
    if result.lives > result.replicas:
        found[KILLED_9 if result.is_child else KILLED] = result.lives - result.replicas
    if result.replicas > 1:
        found[REPLICAS] = result.replicas
    return found


def longest(spans: Iterable[timedelta]) -> timedelta:
    return max(spans, default=timedelta(0))


def remark(results: Sequence[Result]) -> str:
    """All that was counted, in a sentence or two."""
    verdicts = [result.verdict for result in results]
    lives = sum(strikes_of(result).get(name, 0) for result in results for name in (KILLED, KILLED_9))
    on_postgresql = sum(result.database == "postgresql" for result in results)
    wrong = sum(bool(result.wrong) for result in results)
    return (
        f"{len(results):,} runs, {on_postgresql:,} of them on PostgreSQL, {wrong} with anything wrong. "
        f"{sum(one.facts for one in verdicts):,} facts, {sum(one.messages for one in verdicts):,} messages; "
        f"{sum(one.lost for one in verdicts)} lost, {sum(one.doubled for one in verdicts)} seen twice. "
        f"{sum(one.fallbacks for one in verdicts):,} facts were refused for good and told where the fallback is; "
        f"{sum(one.again for one in verdicts):,} mails and posts came again with the same key. "
        f"{lives:,} lives ended."
    )


def table(results: Sequence[Result]) -> str:
    return "\n".join((*HEAD, *map(str, lines(results))))


def write(path: Path, results: Sequence[Result]) -> None:
    """Raises ValueError where the document has no place for it."""
    report.put(path, BEGIN, f"{remark(results)}\n\n{table(results)}", END)
