"""When things run: APScheduler ticks, and jobs that never overlap with themselves.

A tick only says that a job is wanted. A job that is wanted while it runs, by a tick or by `kick`, runs once more
afterwards: however many ticks were missed, one run catches up. A job that failed for a reason which may pass is wanted
again soon. Ticks follow the wall clock, and are planned anew where that is set back.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.scheduler.runner import RETRY_AFTER, Health, Job, Observe, Runner
from bot.scheduler.triggers import Trigger

log = structlog.get_logger(__name__)

LOOK_EVERY = 5.0
"""Seconds between looks at the wall clock."""
STEP = 2.0
"""Seconds by which the wall clock leaves the loop's own, between two looks, when it was set and does not just drift."""


class _Ticks(BaseTrigger):  # type: ignore[misc] # APScheduler has no types
    def __init__(self, trigger: Trigger, fraction: Callable[[], float]) -> None:
        self._trigger = trigger
        self._fraction = fraction

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """From now, not from the tick before: a clock that is set from 1970 to today has a hundred million ticks."""
        del previous_fire_time
        return self._trigger.next_after(now.astimezone(UTC), self._fraction())


class Scheduler:
    """Runs jobs on the running event loop, from `start` to `stop`."""

    def __init__(
        self,
        jobs: Sequence[Job],
        *,
        fraction: Callable[[], float] = random.random,
        observe: Observe | None = None,
        retry_after: float = RETRY_AFTER,
        look_every: float = LOOK_EVERY,
    ) -> None:
        self._runners = {job.name: Runner(job, observe, retry_after) for job in jobs}
        if len(self._runners) != len(jobs):
            raise ValueError("two jobs have the same name")
        self._fraction = fraction
        self._ticks = AsyncIOScheduler(timezone=UTC)
        self._stopped = False
        self._look_every = look_every
        self._watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to tick. Call it on the event loop that the jobs belong to."""
        for runner in self._runners.values():
            if runner.job.trigger is not None:
                self._tick(runner.job.name, runner.job.trigger)
            if runner.job.at_start:
                runner.kick()
        self._ticks.start()
        self._watching = asyncio.create_task(self._watch(), name="clock")

    async def _watch(self) -> None:
        """Where the wall clock was set back, ticks would wait until it has caught up with them: plan them anew. Where
        it was set forth they are due, and are looked for at once."""
        ahead = _ahead()
        while True:
            await asyncio.sleep(self._look_every)
            moved, ahead = _ahead() - ahead, _ahead()
            if abs(moved) > STEP:
                log.warning("clock_stepped", seconds=round(moved))
            if moved < -STEP:
                self._plan_anew()
            elif moved > STEP:
                self._ticks.wakeup()

    def _plan_anew(self) -> None:
        now = datetime.fromtimestamp(time.time(), UTC)
        for name, runner in self._runners.items():
            if runner.job.trigger is not None:
                tick = runner.job.trigger.next_after(now, self._fraction())
                self._ticks.modify_job(name, next_run_time=tick)

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

    def failing(self) -> Mapping[str, str]:
        """Jobs whose latest run failed, and why."""
        return {name: r.trouble.why for name, r in self._runners.items() if r.trouble is not None}

    def health(self) -> Mapping[str, Health]:
        """How every job does."""
        return {name: runner.health for name, runner in self._runners.items()}

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
        if self._watching is not None:
            self._watching.cancel()
        if self._ticks.running:
            self._ticks.shutdown(wait=False)
        tasks = [r.task for r in self._runners.values() if r.task is not None and not r.task.done()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=timeout.total_seconds())
            for task in late:
                log.warning("job_cancelled", job=task.get_name())
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def _ahead() -> float:
    """Seconds by which the wall clock is ahead of the loop's: the same as long as nobody sets it."""
    return time.time() - asyncio.get_running_loop().time()


def build_scheduler(
    jobs: Sequence[Job],
    *,
    fraction: Callable[[], float] = random.random,
    observe: Observe | None = None,
    retry_after: float = RETRY_AFTER,
    look_every: float = LOOK_EVERY,
) -> Scheduler:
    """A scheduler that has not started. `fraction` draws the share of the jitter; `observe` is told of each run."""
    return Scheduler(jobs, fraction=fraction, observe=observe, retry_after=retry_after, look_every=look_every)
