"""A whole process on a fast clock, through one fault after another without being started again, and what it says."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from bot.demo import faults as demo
from bot.demo.api import SimulatedApi, serve
from bot.domain.times import floor, to_slot
from tests.acceptance.world import TOKEN
from tests.fakes.slack_faults import drops
from tests.faults.campaign import Campaign, Result, span
from tests.faults.fast import moment
from tests.faults.judge import Likeness, judge
from tests.faults.kills import environment
from tests.faults.servers import WeatheredSlack, WeatheredSmtp, WorldClock, calm
from tests.faults.stage import BEGIN, FEW, TICK, is_caught_up
from tests.faults.stores import PostgresStore, SqliteStore, Store

PROCESS = "a running process"
SCALE = 60.0
NOTICES_WITHIN = timedelta(minutes=10)
"""In which `/readyz` must have turned, either way. Ten seconds in life, since a busy machine is not the bot's fault."""
STRIKES = 10
"""Wrong answers in a row that count: the door's five seconds of patience are a twelfth of one here."""
RECOVERS_WITHIN = timedelta(minutes=30)
STARTS_WITHIN = timedelta(hours=2)
"""Two minutes in life, nearly all of them for reading in the code on a busy machine."""


class FastClock(WorldClock):
    """The world's time, which nobody moves: it runs."""

    def __init__(self, start: float) -> None:
        self._start = start
        super().__init__(BEGIN)

    @property
    def now(self) -> datetime:
        return moment(self._start, SCALE)

    @now.setter
    def now(self, _moment: datetime) -> None:
        """It cannot be set."""


@dataclass
class Running:
    """The process, its servers, and what it logs."""

    process: asyncio.subprocess.Process
    clock: FastClock
    api: SimulatedApi
    slack: WeatheredSlack
    smtp: WeatheredSmtp
    store: Store
    log: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0

    async def read_log(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            try:
                event = json.loads(line)
            except ValueError:
                event = {"event": "unreadable", "line": line.decode(errors="replace")}
            self.log.append(event)
            if event["event"] == "http_listening":
                self.port = event["port"]

    async def is_ready(self) -> bool:
        """What `/readyz` says; whoever gives no answer is not."""
        if not self.port:
            return False
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=5) as door:
                return (await door.get(f"http://127.0.0.1:{self.port}/readyz")).status_code == 200
        except httpx.HTTPError:
            return False

    async def until(self, so: Callable[[], bool], within: timedelta) -> timedelta | None:
        """How long it took until it was so, by the world's time; None where it took too long."""
        began = self.clock.now
        while self.clock.now - began < within:
            if await asyncio.to_thread(so):
                return self.clock.now - began
            await asyncio.sleep(0.05)
        return None

    async def until_ready(self, *, wanted: bool, within: timedelta = NOTICES_WITHIN) -> timedelta | None:
        began = self.clock.now
        while self.clock.now - began < within:
            if await self.is_ready() is wanted:
                return self.clock.now - began
            await asyncio.sleep(0.05)
        return None

    def is_caught_up(self) -> bool:
        return is_caught_up(self.store, to_slot(self.clock.now))

    def is_told(self) -> bool:
        """All that is known is judged, and nothing waits at all."""
        ((behind,),) = self.store.ask("SELECT count(*) FROM progress WHERE dirty_from IS NOT NULL")
        ((waiting,),) = self.store.ask("SELECT count(*) FROM outbox WHERE standing = 'waiting'")
        return bool(behind == 0 and waiting == 0)

    def set_wall(self, error: timedelta) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{error.total_seconds()}\n".encode())

    def mistakes(self) -> list[str]:
        """What is logged with a traceback, or cannot be read."""
        odd = [event for event in self.log if "exception" in event or event["event"] == "unreadable"]
        return [f"logged: {json.dumps(event)[:300]}" for event in odd[:3]]

    def loudest(self) -> tuple[str, int]:
        """The warning or error logged most often."""
        counts = Counter(str(event["event"]) for event in self.log if event.get("level") in {"warning", "error"})
        return counts.most_common(1)[0] if counts else ("", 0)


Happening = Callable[[Running], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class Trial:
    """One fault of a running process. `keeps_ready`: what `/readyz` must say meanwhile."""

    name: str
    happens: Happening
    lasts: timedelta
    keeps_ready: bool


@asynccontextmanager
async def locked(running: Running) -> AsyncIterator[None]:
    assert isinstance(running.store, SqliteStore)
    with running.store.locked():
        yield


@asynccontextmanager
async def full(running: Running) -> AsyncIterator[None]:
    """The small file system has no byte left."""
    assert isinstance(running.store, SqliteStore)
    filler = running.store.path.with_name("filler")
    await asyncio.to_thread(fill, filler)
    yield
    await asyncio.to_thread(filler.unlink)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


@asynccontextmanager
async def api_down(running: Running) -> AsyncIterator[None]:
    running.api.faults.switch_on(demo.Down())
    yield
    running.api.faults.switch_off()


@asynccontextmanager
async def nobody_to_tell(running: Running) -> AsyncIterator[None]:
    running.slack.weather = lambda _method: drops()
    running.smtp.shut()
    yield
    running.slack.weather = calm
    await running.smtp.reopen()


def wall_wrong_by(error: timedelta) -> Happening:
    @asynccontextmanager
    async def happens(running: Running) -> AsyncIterator[None]:
        running.set_wall(error)
        yield
        running.set_wall(timedelta(0))

    return happens


@asynccontextmanager
async def gone(running: Running) -> AsyncIterator[None]:
    assert isinstance(running.store, PostgresStore)
    await asyncio.to_thread(running.store.server.kill)
    yield
    await asyncio.to_thread(running.store.server.start)


@asynccontextmanager
async def frozen(running: Running) -> AsyncIterator[None]:
    assert isinstance(running.store, PostgresStore)
    with running.store.server.frozen():
        yield


HOUR, SHORT = timedelta(hours=1), timedelta(minutes=20)
COMMON = (
    Trial("the usage API is down", api_down, SHORT, keeps_ready=True),
    Trial("Slack and the mail server are down", nobody_to_tell, 2 * SHORT, keeps_ready=True),
    Trial("the clock is set an hour back, then right", wall_wrong_by(-HOUR), SHORT, keeps_ready=True),
    Trial("the clock is set an hour forth, then right", wall_wrong_by(HOUR), SHORT, keeps_ready=True),
)
TRIALS = {
    "sqlite": (
        Trial("the database is locked for an hour", locked, HOUR, keeps_ready=False),
        Trial("the file system is full", full, SHORT, keeps_ready=False),
        *COMMON,
    ),
    "postgresql": (
        Trial("the database server is gone for an hour", gone, HOUR, keeps_ready=False),
        Trial("the database server is frozen", frozen, SHORT, keeps_ready=False),
        *COMMON,
    ),
}


async def run(campaign: Campaign, trials: Sequence[Trial], tell: Callable[[str], None]) -> list[Result]:
    """One process through all the trials; a result for each, the judgement of the end in the last."""
    store, _ = await campaign.copy_and_calm(1, f"running_{campaign.database}")
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            running = await stack.enter_async_context(started(store, Path(folder)))
            reading = asyncio.create_task(running.read_log())
            problems: dict[str, list[str]] = {}
            recoveries: dict[str, timedelta | None] = {}
            assert await running.until_ready(wanted=True, within=STARTS_WITHIN) is not None, running.log[-3:]
            assert await running.until(running.is_caught_up, RECOVERS_WITHIN) is not None, running.log[-3:]
            for trial in trials:
                problems[trial.name], recoveries[trial.name] = await tried(running, trial)
                tell(f"{trial.name}: caught up after {recoveries[trial.name]}")
            ticks = await at_a_tick(running)
            problems[trials[-1].name] += await ended(running, reading)
            _, calm_run = await campaign.copy_and_calm(ticks, f"unused_{campaign.database}")
            verdict = judge(store, running.slack, running.smtp, span(ticks), calm_run, Likeness.STATES)
            problems[trials[-1].name] += running.mistakes()
            tell(f"{len(running.log)} lines were logged, {running.loudest()} the most frequent trouble")
    empty = verdict.__class__((), 0, 0, 0)
    return [
        Result(
            PROCESS, trial.name, 1, verdict if trial is trials[-1] else empty, recoveries[trial.name], 0,
            tuple(problems[trial.name]),
        )
        for trial in trials
    ]  # fmt: skip


@asynccontextmanager
async def started(store: Store, folder: Path) -> AsyncIterator[Running]:
    start = time.monotonic()
    clock = FastClock(start)
    api = SimulatedApi(FEW, clock, token=TOKEN)
    async with serve(api) as base_url, WeatheredSlack(clock) as slack, WeatheredSmtp() as smtp:
        for channel in ("noc", "ops"):
            slack.add_channel(channel)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.fast", str(start), str(SCALE),
            env={**environment(store, base_url, slack, smtp), "HTTP_PORT": "0"}, cwd=folder,
            stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, limit=1 << 20,
        )  # fmt: skip
        try:
            yield Running(process, clock, api, slack, smtp, store)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def tried(running: Running, trial: Trial) -> tuple[list[str], timedelta | None]:
    """One fault from its beginning until all is caught up after its end: what was wrong, and how long that took."""
    wrong = []
    async with trial.happens(running):
        began = running.clock.now
        if not trial.keeps_ready and await running.until_ready(wanted=False) is None:
            wrong.append(f"/readyz did not notice within {NOTICES_WITHIN}")
        strikes = 0
        while running.clock.now - began < trial.lasts:
            strikes = 0 if await running.is_ready() is trial.keeps_ready else strikes + 1
            if strikes == STRIKES:
                wrong.append(f"/readyz said the wrong thing {running.clock.now - began} after the beginning")
            await asyncio.sleep(0.1)
    over = running.clock.now
    if await running.until_ready(wanted=True) is None:
        wrong.append(f"/readyz did not notice the end within {NOTICES_WITHIN}")
    caught_up = await running.until(running.is_caught_up, RECOVERS_WITHIN)
    recovery = None if caught_up is None else running.clock.now - over
    if running.process.returncode is not None:
        wrong.append(f"the process ended with {running.process.returncode}")
    return wrong, recovery


async def at_a_tick(running: Running) -> int:
    """Stop usage where an undisturbed run of so many ticks would end, and wait until all of it is judged and told."""

    def watermark() -> int | None:
        ((first, last),) = running.store.ask("SELECT min(watermark), max(watermark) FROM progress")
        is_there = first == last <= to_slot(running.clock.now) and first % 600 == 0
        return int(first) if is_there else None

    for _ in range(20):
        assert await running.until(lambda: watermark() is not None, RECOVERS_WITHIN) is not None, "it does not pull"
        running.api.faults.switch_on(demo.Down())
        await asyncio.sleep(0.5)
        end = watermark()
        if end is not None:
            break
        running.api.faults.switch_off()
    else:
        raise AssertionError("it pulled on while the API was down")
    assert await running.until(running.is_told, RECOVERS_WITHIN) is not None, "it never caught up in the end"
    return (end - floor(to_slot(BEGIN) - 120, 600)) // int(TICK.total_seconds()) + 1


async def ended(running: Running, reading: asyncio.Task[None]) -> list[str]:
    """SIGTERM, which must be enough."""
    running.process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(10):
            code = await running.process.wait()
            await reading
    except TimeoutError:
        return ["SIGTERM did not end the process"]
    return [] if code == 0 else [f"the process ended with {code}: {running.log[-2:]}"]
