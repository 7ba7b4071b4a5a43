"""`usagebot history backfill`: what the API still knows and the history does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot.altostrat.client import AltostratClient
from bot.app.build import Environment, build_client, system_clock
from bot.app.options import pull_options, retention_options
from bot.app.past import opened
from bot.app.start import CannotStartError
from bot.cli.choosing import chosen
from bot.cli.exits import Exit
from bot.cli.progress import steps
from bot.cli.terminal import TERMINAL
from bot.domain.times import Slot, to_slot
from bot.rules.model import Configuration
from bot.service.answers.phrases import count as number_of
from bot.service.backfill import Backfill, Filled, Gap
from bot.service.ports import History
from bot.settings import Settings

RECENT = 900
"""Seconds: where the API was asked within them, by a bot or an earlier backfill, a bot may run."""
SHARE = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """The command's arguments."""

    start: Slot
    until: Slot | None
    sites: Sequence[str]
    requests_per_minute: int | None
    dry_run: bool


async def backfill_history(settings: Settings, configuration: Configuration, asked: Asked) -> Exit:
    """Raises CannotStartError without a token, HistoryError."""
    now = to_slot(system_clock())
    if asked.start >= min(asked.until or now, now):
        raise CannotStartError(["--from: it is not before the end of what is asked for. Choose an earlier time."])
    async with opened(settings, configuration) as at:
        shares = await _shares(at.history, settings, configuration, asked, now)
        async with _clients(settings, configuration, shares) as clients:
            work = Backfill(at.history, clients, system_clock, pull_options(settings), retention_options(settings))
            gaps = await work.gaps(chosen(at.fleet, asked.sites), asked.start, asked.until)
            _estimate(gaps, shares)
            if asked.dry_run or not gaps:
                return Exit.OK
            total = sum(len(gap.windows) for gap in gaps)
            with steps(f"{total} requests", total) as tell:
                return _summarise(await work.run(gaps, tell))


async def _shares(
    history: History, settings: Settings, configuration: Configuration, asked: Asked, now: Slot
) -> Mapping[str, int]:
    """Workspace → requests a minute that this command may spend: two processes share one token's budget."""
    async with history.reading() as tx:
        names = [workspace.name for workspace in configuration.workspaces]
        keys = await tx.sites.workspaces(names)
        running = {name for name in names if await tx.pulls.count(keys[name], Slot(now - RECENT))}
    shares = {}
    for workspace in configuration.workspaces:
        whole = workspace.requests_per_minute or settings.altostrat_requests_per_minute
        share = max(1, whole // SHARE) if workspace.name in running else whole
        shares[workspace.name] = asked.requests_per_minute or share
    if running and asked.requests_per_minute is None:
        what = f"The API was asked within {RECENT // 60} minutes, so a bot may run: this takes 1/{SHARE} of the budget"
        TERMINAL.complain([f"{what} (--requests-per-minute changes it)."], style="yellow")
    return shares


@asynccontextmanager
async def _clients(
    settings: Settings, configuration: Configuration, shares: Mapping[str, int]
) -> AsyncIterator[Mapping[str, AltostratClient]]:
    tokens = {workspace.token_env for workspace in configuration.workspaces}
    problems = [problem for name in sorted(tokens) if (problem := settings.token_problem(name)) is not None]
    if problems:
        raise CannotStartError(problems)
    clients = {
        workspace.name: build_client(
            settings, replace(workspace, requests_per_minute=shares[workspace.name]), Environment()
        )
        for workspace in configuration.workspaces
    }
    try:
        yield clients
    finally:
        for client in clients.values():
            await client.close()


def _estimate(gaps: Sequence[Gap], shares: Mapping[str, int]) -> None:
    """Requests, and minutes: workspaces are asked side by side."""
    requests: Counter[str] = Counter()
    for gap in gaps:
        requests[gap.site.workspace] += len(gap.windows)
    if not requests:
        TERMINAL.say("Nothing is missing.")
        return
    minutes = max(-(-count // shares[name]) for name, count in requests.items())
    asked, sites = number_of(requests.total(), "request"), number_of(len(gaps), "site")
    TERMINAL.say(f"{asked} for {sites}: about {number_of(minutes, 'minute')}.")


def _summarise(done: Filled) -> Exit:
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(done.outcomes.items()))
    TERMINAL.say(f"Requests: {counts}. {number_of(done.buckets, 'bucket')} answered.")
    TERMINAL.complain(f"{workspace}: {why}; run it again later" for workspace, why in sorted(done.left.items()))
    if done.left:
        return Exit.UNAVAILABLE
    return Exit.OK if set(done.outcomes) <= {"answered"} else Exit.NO
