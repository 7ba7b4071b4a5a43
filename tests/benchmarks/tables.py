"""The figures as people read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import methodcaller

from rich.table import Table

from tests.benchmarks import backfill, bulk, check, cycle
from tests.benchmarks.cycle import ASK, ASSESS, DELIVER, TOUCHING, WHOLE, WRITE
from tests.benchmarks.machine import Span, median

WORDS = {
    ASK: "requests and decoding",
    WRITE: "plan, buckets, rollups, progress",
    ASSESS: "read, judge, alerts, outbox",
    DELIVER: "deliver to nobody",
    WHOLE: "whole cycle, as in production",
}


def _ms(span: Span) -> str:
    return f"{span.wall * 1000:,.0f} ({span.cpu * 1000:,.0f})"


def _table(title: str, first: str, others: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def cycle_table(results: Sequence[cycle.Result], sites: int) -> Table:
    """Ratios are to the first case."""
    names = [results[0].name, *(f"{result.name}\nratio" for result in results[1:])]
    table = _table(f"One cycle of {sites} sites, by what is stored: ms, of the processor in ()", "part", names)

    def add(words: str, of: Callable[[cycle.Result], Span]) -> None:
        base = of(results[0])
        cells = [
            f"{_ms(of(result))}\n{of(result).wall / base.wall:.2f} ({of(result).cpu / base.cpu:.2f})"
            for result in results[1:]
        ]
        table.add_row(words, _ms(base), *cells)

    for part, words in WORDS.items():
        add(words, methodcaller("of", part))
    add("the two that touch the history", methodcaller("of", TOUCHING))
    add("first assessment", lambda result: result.first)
    again = [_ms(median(result.reread)) for result in results]
    table.add_row("hourly cycle that reads again\nall that is known of 2 days", *again)
    return table


def notes(results: Sequence[cycle.Result], sites: int) -> list[str]:
    """What the table's cases have in them."""
    lines = [
        f"{result.name}: {result.megabytes:,.0f} MB, {result.open_alerts} open alerts, {result.deliveries} deliveries, "
        f"and {result.stall * 1000:,.0f} ms the longest wait for the event loop when reading again"
        for result in results
    ]
    return [*lines, f"requests: {sites / results[0].of(ASK).wall:,.0f} a second, 13 buckets each"]


def backfill_table(results: Sequence[backfill.Result]) -> Table:
    names = [f"{result.sites} sites\n{result.days} days" for result in results]
    table = _table("A first start over loopback", "", names)

    def add(words: str, of: Callable[[backfill.Result], str]) -> None:
        table.add_row(words, *map(of, results))

    add("buckets", lambda r: f"{r.buckets:,}")
    add("seconds, of the processor in ()", lambda r: f"{r.span.wall:.1f} ({r.span.cpu:.1f})")
    add("buckets a second", lambda r: f"{r.buckets / r.span.wall:,.0f}")
    add("requests a second", lambda r: f"{r.requests / r.span.wall:,.1f}")
    add("longest wait for the event loop, ms", lambda r: f"{r.stall * 1000:,.0f}")
    add("memory before, MB", lambda r: f"{r.before / 1e6:,.0f}")
    add("the most during pull, assess, deliver, MB", lambda r: f"{r.peak / 1e6:,.0f}")
    add("after them, MB", lambda r: f"{r.after / 1e6:,.0f}")
    add(f"after {backfill.CYCLES_AFTER} more cycles, MB", lambda r: f"{r.settled / 1e6:,.0f}")
    return table


def bulk_table(results: Sequence[bulk.Result], sites: int) -> Table:
    """Rows a second, and milliseconds."""
    words = {
        "cycle": f"write 1 bucket of {sites} sites, with rollups",
        "hour": f"write 12 buckets of {sites} sites, with rollups",
        "backfill": "write 31 days of 1 new site, with rollups",
        "driver alone": "the second's buckets by the bare driver\ninto an empty table, no rollups",
        "read a day": f"read a day of {sites} sites as a block",
    }
    table = _table("The store in bulk: buckets a second, ms, of the processor in ()", "", [r.name for r in results])
    for label, text in words.items():
        cells = [f"{r.rows[label] / r.spans[label].wall:,.0f}\n{_ms(r.spans[label])}" for r in results]
        table.add_row(text, *cells)
    return table


def check_table(results: Sequence[check.Result], rules: int, sites: int) -> Table:
    """Milliseconds."""
    table = _table(
        f"The checker: {rules} rules, {sites} sites: ms, of the processor in ()", "", [r.name for r in results]
    )
    table.add_row("kB of text", *(f"{result.size / 1000:,.0f}" for result in results))
    table.add_row("read and check", *(_ms(result.read) for result in results))
    table.add_row("warn of what the named sites show", *(_ms(result.early) for result in results))
    table.add_row("warn of what all sites show", *(_ms(result.known) for result in results))
    return table
