"""When things run: APScheduler ticks, and jobs that never overlap with themselves.

A tick only says that a job is wanted. A job that is wanted while it runs, by a tick or by `kick`, runs once more
afterwards: however many ticks were missed, one run catches up.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

log = structlog.get_logger(__name__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Trigger(Protocol):
    """Says when a job is wanted next: a pure function of the time."""

    def next_after(self, at: datetime, fraction: float) -> datetime:
        """The first tick strictly after `at` (aware UTC). `fraction`, 0 to 1, is the share of the jitter."""


@dataclass(frozen=True, slots=True)
class EveryBucket:
    """`settle` after the end of each bucket, and up to `jitter` later, so that fleets do not ask in step.

    Raises ValueError unless `0 <= jitter < bucket_seconds`: ticks would overtake each other.
    """

    bucket_seconds: int
    settle: timedelta
    jitter: timedelta = timedelta()

    def __post_init__(self) -> None:
        if not timedelta() <= self.jitter < timedelta(seconds=self.bucket_seconds):
            raise ValueError(f"a jitter of {self.jitter} does not fit into a bucket of {self.bucket_seconds} s")

    def next_after(self, at: datetime, fraction: float) -> datetime:
        bucket = timedelta(seconds=self.bucket_seconds)
        ticks = (at - EPOCH - self.settle) // bucket
        return EPOCH + self.settle + (ticks + 1) * bucket + self.jitter * fraction


@dataclass(frozen=True, slots=True)
class Every:
    """Each `seconds` after the tick before. Raises ValueError unless it is more than none."""

    seconds: float

    def __post_init__(self) -> None:
        if self.seconds <= 0:
            raise ValueError("a job cannot run every 0 seconds")

    def next_after(self, at: datetime, fraction: float) -> datetime:
        del fraction
        return at + timedelta(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day at a time of UTC."""

    at: time

    def next_after(self, at: datetime, fraction: float) -> datetime:
        del fraction
        today = datetime.combine(at.date(), self.at, UTC)
        return today if today > at else today + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Job:
    """What runs when. `at_start` runs it at once too, to catch up; a `trigger` of None leaves it to `kick` alone."""

    name: str
    run: Callable[[], Awaitable[None]]
    trigger: Trigger | None
    at_start: bool = False
    expected: tuple[type[Exception], ...] = ()
    """Errors that say all there is to say: they are logged without a traceback."""


class RunOutcome(StrEnum):
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


Observe = Callable[[str, RunOutcome, float], None]
"""Told of each run: the job's name, how it ended, how many seconds it took."""


class _Ticks(BaseTrigger):  # type: ignore[misc] # APScheduler has no types
    def __init__(self, trigger: Trigger, fraction: Callable[[], float]) -> None:
        self._trigger = trigger
        self._fraction = fraction

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        return self._trigger.next_after((previous_fire_time or now).astimezone(UTC), self._fraction())


class _Runner:
    """One job, at most once at a time."""

    def __init__(self, job: Job, observe: Observe | None) -> None:
        self.job = job
        self.task: asyncio.Task[None] | None = None
        self._observe = observe
        self._wanted = False

    def kick(self) -> None:
        self._wanted = True
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._until_unwanted(), name=self.job.name)

    def forget(self) -> None:
        """Let a run end, and not begin another."""
        self._wanted = False

    async def _until_unwanted(self) -> None:
        while self._wanted:
            self._wanted = False
            await self._once()

    async def _once(self) -> None:
        began, outcome = asyncio.get_running_loop().time(), RunOutcome.CANCELLED
        try:
            await self.job.run()
            outcome = RunOutcome.DONE
        except self.job.expected as error:
            outcome = RunOutcome.FAILED
            log.error("job_failed", job=self.job.name, error=type(error).__name__, why=str(error))  # noqa: TRY400
        except Exception as error:
            outcome = RunOutcome.FAILED
            log.exception("job_failed", job=self.job.name, error=type(error).__name__)
        finally:
            if self._observe is not None:
                self._observe(self.job.name, outcome, asyncio.get_running_loop().time() - began)


class Scheduler:
    """Runs jobs on the running event loop, from `start` to `stop`."""

    def __init__(
        self,
        jobs: Sequence[Job],
        *,
        fraction: Callable[[], float] = random.random,
        observe: Observe | None = None,
    ) -> None:
        self._runners = {job.name: _Runner(job, observe) for job in jobs}
        if len(self._runners) != len(jobs):
            raise ValueError("two jobs have the same name")
        self._fraction = fraction
        self._ticks = AsyncIOScheduler(timezone=UTC)
        self._stopped = False

    def start(self) -> None:
        """Begin to tick. Call it on the event loop that the jobs belong to."""
        for runner in self._runners.values():
            if runner.job.trigger is not None:
                self._tick(runner.job.name, runner.job.trigger)
            if runner.job.at_start:
                runner.kick()
        self._ticks.start()

    def _tick(self, name: str, trigger: Trigger) -> None:
        """A late tick still means "catch up": none is too late, and many are one."""
        self._ticks.add_job(
            self._on_tick,
            _Ticks(trigger, self._fraction),
            args=(name,),
            id=name,
            name=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    async def _on_tick(self, name: str) -> None:
        """A coroutine, because APScheduler calls plain functions in a thread."""
        self.kick(name)

    def kick(self, name: str) -> None:
        """Run a job now, or once more when its present run ends. Does nothing once stopped. KeyError: no such job."""
        runner = self._runners[name]
        if not self._stopped:
            runner.kick()

    def next_tick(self, name: str) -> datetime | None:
        """When the job is wanted next; None if only `kick` runs it, or before the start."""
        job = self._ticks.get_job(name)
        return getattr(job, "next_run_time", None)

    def running(self) -> tuple[str, ...]:
        """Names of the jobs that run now."""
        return tuple(name for name, r in self._runners.items() if r.task is not None and not r.task.done())

    async def idle(self, name: str) -> None:
        """Wait until the job neither runs nor is wanted. KeyError: no such job."""
        task = self._runners[name].task
        if task is not None:
            await asyncio.wait([task])

    async def stop(self, timeout: timedelta) -> None:  # noqa: ASYNC109 - what is left when it ends is cancelled here
        """Begin no new run, wait for the running ones up to `timeout`, then cancel them. May be called twice."""
        self._stopped = True
        for runner in self._runners.values():
            runner.forget()
        if self._ticks.running:
            self._ticks.shutdown(wait=False)
        tasks = [r.task for r in self._runners.values() if r.task is not None and not r.task.done()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=timeout.total_seconds())
            for task in late:
                log.warning("job_cancelled", job=task.get_name())
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def build_scheduler(
    jobs: Sequence[Job], *, fraction: Callable[[], float] = random.random, observe: Observe | None = None
) -> Scheduler:
    """A scheduler that has not started. `fraction` draws the share of the jitter; `observe` is told of each run."""
    return Scheduler(jobs, fraction=fraction, observe=observe)
