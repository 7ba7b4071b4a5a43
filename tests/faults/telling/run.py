"""One run: a story, its troubles, its kills, and what the judge makes of what people were shown. All by a seed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy import func, select

from bot.demo.clock import HandClock
from bot.domain.times import Slot, to_instant
from bot.history.errors import HistoryError
from bot.history.store import SqlHistory
from bot.history.tables import LANES, OUTBOX
from bot.service.options import DeliverOptions
from tests.faults.stores import Store
from tests.faults.telling.judge import Judge, Verdict
from tests.faults.telling.plan import Plan
from tests.faults.telling.process import IDLE, PATIENCE, Fuse, Place, Process, started, together
from tests.faults.telling.story import BEGIN, LASTS, Act, story
from tests.faults.telling.troubles import Spells
from tests.faults.telling.world import World, opened

RESTART = timedelta(seconds=10)
TICK = timedelta(seconds=5)
"""How often the outbox is looked at in life; the clock jumps to the first of these looks that has something to do."""
LAST = BEGIN + LASTS + timedelta(minutes=25)
"""Every trouble that ends is over by then."""
LEASE = timedelta(seconds=DeliverOptions().lease + 10)
STALLED = "process: held up for longer than its lease"
NEVER = LAST + timedelta(hours=6)
LONGEST = 120
"""Real seconds for one run."""


@dataclass(frozen=True)
class Result:
    """What came of one run: the troubles that struck in it and how often, and how many lives it took."""

    seed: int
    database: str
    replicas: int
    is_child: bool
    lives: int
    verdict: Verdict
    strikes: Counter[str]
    mistakes: tuple[str, ...] = ()

    @property
    def wrong(self) -> tuple[str, ...]:
        return (*self.verdict.wrong, *self.mistakes)


async def nothing() -> None:
    return None


@dataclass
class Telling:
    """Tells a story to its end, by one process after the other or by several at a time. Each burns one of the `fuses`;
    `before` is awaited before each look. From `stalls_at` on the last of them is held up once, while it sends."""

    where: Place
    clock: HandClock
    acts: Sequence[Act]
    seed: int
    replicas: int = 1
    fuses: list[Fuse] = field(default_factory=list)
    before: Callable[[], Awaitable[None]] = nothing
    stalls_at: datetime | None = None
    stalls: int = 0
    lives: int = 0
    looks: int = 0
    mistakes: list[str] = field(default_factory=list)

    async def tell(self) -> None:
        """The whole story, and until everything is told, or will never be."""
        observer = SqlHistory(self.where.database)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(observer.close)
            processes = [await self._start(stack, place) for place in range(self.replicas)]
            while True:
                self.looks += 1
                await self.before()
                if self.stalls_at is not None and self.clock.now >= self.stalls_at:
                    relief, self.stalls_at = await self._start(stack, len(processes)), None
                    processes[-1].fuse.stall = partial(self._stall, relief)
                for place in await together(processes):
                    self.mistakes += processes[place].mistakes
                    processes[place] = await self._start(stack, place)
                    self.clock.now += RESTART
                waiting = await upcoming(observer)
                if self._is_over(processes[0], waiting):
                    break
                self.clock.now = self._next(processes, waiting)
            self.mistakes += [mistake for process in processes for mistake in process.mistakes]

    def _is_over(self, leader: Process, waiting: Mapping[str, Slot]) -> bool:
        is_told = leader.happened == len(self.acts) and not waiting
        return self.clock.now > NEVER or (self.clock.now >= LAST and is_told)

    def _next(self, processes: Sequence[Process], waiting: Mapping[str, Slot]) -> datetime:
        """The next look that has something to do."""
        leader = processes[0]
        dues = [self.clock.now + IDLE, to_instant(leader.timers._idle_until)]
        dues += [to_instant(act.at) for act in self.acts[leader.happened or 0 :][:1]]
        dues += [
            max(to_instant(due), min(one.left_alone_until(lane) for one in processes)) for lane, due in waiting.items()
        ]
        return max(self.clock.now + TICK, min(dues))

    async def _stall(self, relief: Process) -> None:
        """The lease ends meanwhile, and somebody else takes over what was to be sent."""
        self.stalls += 1
        self.clock.now += LEASE
        await relief.deliver.run()
        await asyncio.sleep(2 * PATIENCE)  # which is cut short: the attempt has no more time than that

    async def _start(self, stack: AsyncExitStack, place: int) -> Process:
        self.lives += 1
        fuse = self.fuses.pop(0) if self.fuses else Fuse()
        process = started(self.where, self.acts, self.clock, fuse, self.seed, f"{place}.{self.lives}")
        return await stack.enter_async_context(process)


async def upcoming(history: SqlHistory) -> dict[str, Slot]:
    """When something of each lane that something waits on can be tried next."""
    paused = func.coalesce(LANES.c.paused_until, 0)
    columns = (OUTBOX.c.lane, OUTBOX.c.due_at, func.coalesce(OUTBOX.c.leased_until, 0), paused)
    waiting = select(*columns).join(LANES, LANES.c.lane == OUTBOX.c.lane, isouter=True)
    try:
        async with history.reading() as tx:
            rows = (await tx.connection.execute(waiting.where(OUTBOX.c.standing == "waiting"))).all()
    except HistoryError:
        return {"unknown": Slot(0)}
    dues: dict[str, Slot] = {}
    for lane, *times in rows:
        dues[lane] = min(Slot(max(times)), dues.get(lane, Slot(max(times))))
    return dues


async def run(plan: Plan, store: Store) -> Result:
    """On a history of one's own. Lives end at a place, and what they were about to do is not done."""
    clock, acts = HandClock(BEGIN), story(plan.seed, plan.acts)
    async with opened(clock) as world:
        spells = weather(world, plan)
        fuses = [Fuse(int(end)) for end in plan.ends]
        telling = Telling(Place.of(store.url, world), clock, acts, plan.seed, plan.replicas, fuses)
        telling.stalls_at = plan.stalls_at
        telling.before = lambda: plan.nature.turn(store, clock.now)
        try:
            async with asyncio.timeout(LONGEST):
                await telling.tell()
        except TimeoutError:
            telling.mistakes.append(f"the run did not end within {LONGEST} seconds")
        spells.strikes[STALLED] += telling.stalls
        return result(plan, store, world, spells, telling.lives, telling.mistakes)


def weather(world: World, plan: Plan) -> Spells:
    spells = Spells(world, plan.spells, Random(f"weather {plan.seed}"))  # noqa: S311 - seeded weather
    world.set_weather(spells)
    return spells


def result(plan: Plan, store: Store, world: World, spells: Spells, lives: int, mistakes: Sequence[str]) -> Result:
    """What the judge makes of it."""
    over_at = max(spells.over_at, plan.nature.over_at)
    verdict = Judge.of(story(plan.seed, plan.acts), world.ledger, store, over_at).verdict()
    return Result(
        plan.seed, plan.database, plan.replicas, plan.is_child, lives,
        verdict, spells.strikes + plan.nature.strikes, tuple(dict.fromkeys(mistakes)),
    )  # fmt: skip
