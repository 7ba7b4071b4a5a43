"""Several bots on one PostgreSQL: each message once, and what one of them leaves behind is taken over."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from bot.domain.times import Slot
from bot.history.store import SqlHistory
from bot.service.options import DeliverOptions
from tests.acceptance.life.facts import Facts
from tests.acceptance.life.scenery import living
from tests.acceptance.life.script import time_of
from tests.acceptance.life.stage import Life
from tests.fakes.slack_faults import Fault, drops, server_error
from tests.faults.servers import SlackWeather, calm
from tests.nursery import Nursery, nursed

VICTIM = "tests.acceptance.life.victim"
START = time_of(1780444800, "10:00")
SITES = 12
NAMES = [f"s{number}" for number in range(1, SITES + 1)]
ROUTES = {"routes": "routes: [{notify: [noc, boss], group_by: [site], group_interval: 0s}]"}
LEASE = DeliverOptions().lease


@asynccontextmanager
async def replica(url: str, folder: Path) -> AsyncIterator[Life]:
    """A bot on this database that is started, and its receivers."""
    async with opened(url) as history, living(history, folder, START, ROUTES, sites=SITES, has_usage=False) as life:
        await life.start()
        yield life


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[SqlHistory]:
    history = SqlHistory(url)
    await history.open()
    try:
        yield history
    finally:
        await history.close()


def heard(life: Life) -> Counter[tuple[str, int]]:
    """How often each notification was noticed by each, edits left out."""
    return Counter((one.ear, one.notification) for one in life.ears.noticed if not one.is_edit)


async def test_three_replicas_send_each_message_exactly_once(
    migrated_postgres: str, tmp_path: Path, no_proxy: None
) -> None:
    url = migrated_postgres
    async with replica(url, tmp_path) as first, opened(url) as second, opened(url) as third:
        bots = [first.running, await first.beside(second), await first.beside(third)]
        first.slack.weather = _stormy()
        done, turns = [0, 0, 0], 0
        for step in (50, 80, 100):
            await Facts(first).reach(NAMES, step, "", None)
            for _ in range(10):
                order = [(turns + number) % 3 for number in range(3)]  # who comes first may take everything there is
                turns += 1
                outcomes = await asyncio.gather(*(bots[number].deliver.run() for number in order))
                for number, outcome in zip(order, outcomes, strict=True):
                    done[number] += outcome.total()
                first.clock.advance(timedelta(seconds=20))
                if not await _waiting(first):
                    break
    assert set(heard(first).values()) == {1}
    assert len(heard(first)) == 2 * 3 * SITES
    assert sum(count > 0 for count in done) > 1, "one of them did all the work"


def _stormy() -> SlackWeather:
    """Every fifth post fails, or is taken without an answer, in turn."""
    posts = 0

    def weather(method: str) -> Fault | None:
        nonlocal posts
        posts += method == "chat.postMessage"
        if method != "chat.postMessage" or posts % 5:
            return None
        return server_error() if posts % 2 else drops(takes_effect=True)

    return weather


async def test_a_replica_that_is_killed_in_a_post_is_taken_over_when_its_lease_ends(
    migrated_postgres: str, tmp_path: Path, no_proxy: None
) -> None:
    """Once before Slack has the message, and once when it has it and nobody is there for the answer."""
    async with replica(migrated_postgres, tmp_path) as life:
        environment = {**life.environment, "DATABASE_URL": migrated_postgres}
        async with nursed(VICTIM, tmp_path, environment) as nursery:
            for is_taken, sites in ((False, NAMES[:3]), (True, NAMES[3:6])):
                await _killed_and_taken_over(life, nursery, sites, is_taken=is_taken)
    assert set(heard(life).values()) == {1}
    assert Counter(ear for ear, _ in heard(life)) == {"noc": 6, "boss": 6}


async def _killed_and_taken_over(life: Life, nursery: Nursery, sites: Sequence[str], *, is_taken: bool) -> None:
    begun = life.now
    await Facts(life).reach(sites, 50, "", None)
    life.slack.weather = _deadly(nursery, is_taken=is_taken)
    assert await nursery.live(life.clock.now.isoformat()) == -signal.SIGKILL
    life.slack.weather = calm
    before = heard(life)
    await life.go(Slot(begun + LEASE - 1))
    await life.look()
    assert heard(life) == before, "somebody sent on another one's lease"
    await life.go(Slot(begun + LEASE + 1))
    assert (await _waiting(life)) == 0


async def _waiting(life: Life) -> int:
    async with life.history.reading() as tx:
        waiting, _ = await tx.outbox.backlog()
    return waiting


def _deadly(nursery: Nursery, *, is_taken: bool) -> SlackWeather:
    """The first post kills whoever makes it."""

    def weather(method: str) -> Fault | None:
        if method != "chat.postMessage":
            return None
        nursery.kill()
        return drops(takes_effect=is_taken)

    return weather
