"""How long people wait for answers: `python -m tests.benchmarks.answers [sites] [months] [database]`.

Makes a history of so many months (hours; buckets of the last 35 days) of a provider's fleet in a temporary folder, or
asks the one that an earlier run left in `database`; then asks every question many times, of sites all over the fleet,
as an operator and as one customer, through `Questions`, `render` and what Slack is sent.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from bot.demo.large import fleet
from bot.domain.times import DAY, Slot, Window, to_slot
from bot.history.migrate import upgrade
from bot.history.store import SqlHistory
from bot.notify.answer_blocks import message
from bot.rules.check import parse
from bot.rules.model import Configuration
from bot.rules.sites import ListedSite
from bot.service.answers import render
from bot.service.commands import Request
from bot.service.fleet import Scope
from bot.service.ports import Progress
from bot.service.queries.ask import Questions
from bot.service.survey import Survey
from bot.service.words import parse_command
from tests.benchmarks.machine import Span, description, timed
from tests.benchmarks.world import quiet
from tests.benchmarks.years import write_alerts, write_memories, write_usage

NOW = datetime(2026, 11, 24, 14, 3, tzinfo=UTC)
END = to_slot(datetime(2026, 11, 24, 14, tzinfo=UTC))
CUSTOMERS = 10
TIMES = 12
GOAL = 0.5
HEAD = """
version: 1
defaults: {timezone: Africa/Johannesburg, receivers: [noc]}
operators: [noc]
receivers: {noc: {slack: "#noc"}}
"""
RULES = """
rules:
  - {name: monthly, quota: 100 GB, per: month, at: [50%, 80%, 100%], forecast: {reaches: 100%, sure: 80%}}
  - {name: own, sites: {tags: {plan: "lte-*"}}, quota: 50 GB, per: month, starts: 15, at: [80%]}
  - {name: pool, sites: {tags: {plan: satellite-100}}, quota: 20 TB, per: month, pool: true, at: [80%]}
  - {name: burst, threshold: {over: 5 GB, within: 15m}}
  - {name: night, sites: {tags: {kind: store}}, threshold: {over: 2 GB, within: 1h}, direction: out}
  - {name: transit, sites: {tags: {plan: "fibre-*"}}, percentile: {p: 95, over: 100 Mbps}, per: month}
  - {name: silent, no_data: {after: 1h}}
  - {name: unusual, spike: {sensitivity: medium}}
"""
WORDS = (
    *("help", "site {a}", "site {a} 7d", "site {a} 30d", "site {a} period", "top", "top 20 30d out"),
    *("compare {a}, {b}", "compare {all} 30d", "quota", "quota {a}", "whatif {a} +20GB"),
    *("alerts", "why {alert}", "whynot {a} monthly", "whynot {a} yesterday 14:00", "history {alert}"),
    *("silences all", "noise", "rules", "rule monthly", "status", "site {a}x"),
)


def configuration() -> Configuration:
    names = "\n".join(f"  - {{name: {name}}}" for name in customers())
    parsed = parse([("rules.yaml", f"{HEAD}workspaces:\n{names}\n{RULES}".encode())])
    assert parsed.configuration is not None, parsed.problems
    return parsed.configuration


def customers() -> list[str]:
    return [f"customer-{number}" for number in range(CUSTOMERS)]


async def made(database: Path, sites: int, months: int) -> None:
    """The history, its sites and what happened to them."""
    url, names = f"sqlite:///{database}", customers()
    upgrade(url)
    history = SqlHistory(url)
    await history.open()
    window = Window(Slot(END - END % DAY - months * 365 * DAY // 12), END)
    async with history.writing() as tx:
        await tx.sites.workspaces(names)
        listed = [
            ListedSite(names[n % CUSTOMERS], site.id, site.name, site.timezone.key, site.tags)
            for n, site in enumerate(fleet(sites, 1).sites)
        ]
        await tx.sites.save(listed, window.start)
        keys = [site.key for site in await tx.sites.all()]
        ends = (window.start, window.end, None, window.end, window.start, END, window.start)
        await tx.progress.save([Progress(key, *ends) for key in keys])
    write_usage(database, keys, window)
    survey = Survey(history, {}, configuration(), lambda: NOW, 300)
    listed_sites = list((await survey.load()).sites)
    await write_memories(history, listed_sites, configuration().rules, window)
    alerts = await write_alerts(history, listed_sites, window)
    Console().print(f"{alerts:,} alerts")
    await history.close()


@dataclass(frozen=True, slots=True)
class Measured:
    words: str
    spans: Sequence[Span]

    @property
    def p50(self) -> float:
        return statistics.median(span.wall for span in self.spans)

    @property
    def p95(self) -> float:
        return sorted(span.wall for span in self.spans)[int(len(self.spans) * 0.95) - 1]

    @property
    def cpu(self) -> float:
        return statistics.median(span.cpu for span in self.spans)


async def measured(questions: Questions, words: str, scope: Scope) -> Measured:
    """Of a bot that runs: the first time of each, with what it imports, does not count."""
    spans = []
    for asked in _asked(questions, words, scope):
        with timed() as span:
            reply = await questions.ask(asked.command, scope)  # type: ignore[arg-type] # these are questions
            message(render(reply, questions.fleet().configuration.timezone, "/usage"))
        spans.append(span)
    return Measured(words, spans[1:])


def _asked(questions: Questions, words: str, scope: Scope) -> Iterator[Request]:
    """The same question of sites and alerts from all over."""
    seen = questions.fleet().visible(scope)
    for turn in range(TIMES + 1):
        names = [seen[(turn * 37 + n * 101) % len(seen)].name for n in range(10)]
        text = words.format(a=names[0], b=names[1], all=", ".join(names), alert=f"A{1 + turn * 997}")
        asked = parse_command(text)
        assert isinstance(asked, Request), asked
        yield asked


@asynccontextmanager
async def asking(database: Path) -> AsyncIterator[Questions]:
    history = SqlHistory(f"sqlite:///{database}")
    await history.open()
    try:
        survey = Survey(history, {}, configuration(), lambda: NOW, 300)
        await survey.load()
        gc.freeze()  # as in production
        yield Questions(history, survey.fleet, lambda: NOW)
    finally:
        await history.close()


async def ask_all(database: Path, console: Console) -> None:
    async with asking(database) as questions:
        for scope in (questions.fleet().everything, frozenset(customers()[:1])):
            whose = "operators" if len(scope) > 1 else "a customer"
            table = Table("question", "p50", "p95", "processor", title=f"{whose}, {TIMES} times each, milliseconds")
            for words in WORDS:
                one = await measured(questions, words, scope)
                cells = [f"{1000 * seconds:,.0f}" for seconds in (one.p50, one.p95, one.cpu)]
                table.add_row(words, *cells, style="red" if one.p95 > GOAL else "")
            console.print(table)


def main(sites: int = 2000, months: int = 15, database: str = "") -> None:
    quiet()
    console, begun = Console(width=100), time.monotonic()
    console.print(description())
    with TemporaryDirectory(prefix="usagebot-bench-") as name:
        path = Path(database) if database else Path(name) / "usage.db"
        if not path.exists():
            asyncio.run(made(path, sites, months))
            console.print(f"{path.stat().st_size / 1e9:.2f} GB made in {time.monotonic() - begun:.0f} s")
        asyncio.run(ask_all(path, console))
    console.print(f"took {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    sites_, months_, database_ = (*sys.argv[1:4], *("2000", "15", "")[len(sys.argv) - 1 :])
    main(int(sites_), int(months_), database_)
