"""How fast a backlog goes out to Slack: `python -m tests.benchmarks.delivery [pending] [channels]`.

A fake Slack in a process of its own takes one message a second in each channel and refuses whatever comes sooner.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console
from rich.table import Table

from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.app.build import system_clock
from bot.domain.sites import Site
from bot.domain.times import Slot, to_slot
from bot.history.migrate import upgrade
from bot.history.store import SqlHistory, SqlTransaction
from bot.notify.slack import SlackNotifier
from bot.notify.slack_client import slack_client
from bot.rules.check import parse
from bot.rules.model import Severity
from bot.service.announce import record
from bot.service.deliver import Deliver
from bot.service.fleet import Fleet
from bot.service.options import DeliverOptions, Pace
from tests.benchmarks.machine import Peak, Span, Stall, description, resident, timed
from tests.benchmarks.slack import Taken, slack_process
from tests.benchmarks.world import quiet

PENDING, CHANNELS, TOGETHER = 10_000, 100, 500
GB = 10**9


@dataclass(frozen=True, slots=True)
class Result:
    """One run: what went out, what it took of this process, and of the database (transactions that wrote)."""

    outcomes: Counter[str]
    taken: Taken
    span: Span
    written: int
    grown: int
    stall: float


def fleet(pending: int, channels: int) -> Fleet:
    """A site for each message, and a rule for each channel whose sites each have a message of their own."""
    sites = [
        Site(n, "default", f"{n:08}-0000-4000-8000-000000000000", f"site-{n}", ZoneInfo("UTC"))
        for n in range(1, pending + 1)
    ]
    receivers = ", ".join(f'n{n}: {{slack: "#channel-{n}"}}' for n in range(channels))
    rules = "\n".join(
        f"  - {{name: r{n}, quota: 1 GB, at: [80%], notify: [n{n}], group_by: [site]}}" for n in range(channels)
    )
    text = f"version: 1\nreceivers: {{{receivers}}}\ndefaults: {{receivers: [n0]}}\nrules:\n{rules}\n"
    parsed = parse([("fleet.yaml", text.encode())])
    assert parsed.configuration is not None, parsed.problems
    return Fleet(tuple(sites), parsed.configuration)


async def fill(history: SqlHistory, fleet_: Fleet, channels: int, at: Slot) -> None:
    """An alert of every site, told to its channel."""
    for start in range(0, len(fleet_.sites), TOGETHER):
        alerts = [alert(site.key, channels, at) for site in fleet_.sites[start : start + TOGETHER]]
        slot = Slot(at - fleet_.bucket)
        moves = [Transition(a, Change.FIRED, Reason.STEP_REACHED, slot, at, a.step, a.value) for a in alerts]
        async with history.writing() as tx:
            await record(tx, fleet_, alerts, moves, at)


def alert(site: int, channels: int, at: Slot) -> Alert:
    key, step = AlertKey("default", f"r{site % channels}", Kind.QUOTA, site), Fraction(80)
    return Alert(
        key, State.FIRING, at, Severity.WARNING, 8 * GB // 10, GB, step=step, steps={step: at}, fired_at=at
    )  # fmt: skip


def counting(history: SqlHistory) -> Counter[str]:
    """Counts the transactions that may write from now on."""
    writing, counted = history.writing, Counter[str]()

    @asynccontextmanager
    async def counted_writing() -> AsyncIterator[SqlTransaction]:
        counted["written"] += 1
        async with writing() as tx:
            yield tx

    history.writing = cast("Any", counted_writing)  # type: ignore[method-assign]
    return counted


async def measure(folder: Path, url: str, pending: int, channels: int) -> Result:
    database = f"sqlite:///{folder / 'usage.db'}"
    upgrade(database)
    history, whole = SqlHistory(database), fleet(pending, channels)
    await history.open()
    try:
        await fill(history, whole, channels, to_slot(system_clock()))
        return await told(history, whole, url)
    finally:
        await history.close()


async def told(history: SqlHistory, whole: Fleet, url: str) -> Result:
    notifier = SlackNotifier(slack_client("xoxb-benchmark", url))
    options = DeliverOptions(pace=Pace(time.monotonic, asyncio.sleep))
    random = Random(1)  # noqa: S311 - jitter that is the same at every run
    deliver = Deliver(history, notifier, lambda: whole, system_clock, random, owner="benchmark", options=options)
    counted, before = counting(history), resident()
    with timed() as span, Peak() as peak:
        async with Stall() as stall:
            outcomes = await deliver.run()
    async with httpx.AsyncClient() as client:
        taken = Taken(**(await client.get(f"{url}stats")).json())
    return Result(outcomes, taken, span, counted["written"], peak.bytes - before, stall.seconds)


def table(result: Result, pending: int, channels: int) -> Table:
    shown = Table(title=f"{pending:,} notifications to {channels} channels", show_header=False)
    taken = result.taken
    rate = taken.messages / taken.seconds if taken.seconds else 0
    for words, figure in (
        ("outcomes", ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(result.outcomes.items()))),
        ("seconds", f"{result.span.wall:,.1f} ({result.span.cpu:,.1f} of the processor)"),
        ("messages a second", f"{rate:,.1f}, of {channels / taken.gap:,.0f} that the channels take"),
        ("refused for coming too soon", f"{taken.refused:,}"),
        ("on their way at once, at most", f"{taken.at_once:,}"),
        ("transactions that wrote", f"{result.written:,}, {result.written / max(1, taken.messages):.2f} a message"),
        ("memory grew by, at most", f"{result.grown / 1e6:,.1f} MB"),
        ("event loop held up, at most", f"{result.stall * 1000:,.0f} ms"),
    ):
        shown.add_row(words, figure)
    return shown


def main(pending: int = PENDING, channels: int = CHANNELS) -> None:
    quiet()
    console = Console(width=118)
    console.print(description())
    with slack_process(1.0) as url, tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(measure(Path(folder), url, pending, channels))
    console.print(table(result, pending, channels))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
