"""One job: at most once at a time, again after a run that wanted it, and again soon after a failure that may pass."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

import structlog

from bot.scheduler.triggers import Trigger

log = structlog.get_logger(__name__)

RETRY_AFTER = 15.0
"""Seconds until a job that failed as expected is wanted again, whatever its trigger says."""
REMIND_AFTER = 600.0
"""Seconds after which a failure that goes on is logged again."""


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


@dataclass(frozen=True, slots=True)
class Health:
    """How a job does. `why` its latest run failed: "" where it went well, None where none has ended yet. `busy` is for
    how many seconds it has been running now, 0 where it is not."""

    why: str | None
    busy: float


@dataclass(slots=True)
class _Trouble:
    """A job's failures in a row. Times are the loop's."""

    why: str
    since: float
    logged_at: float
    failures: int = 1


class Runner:
    """One job, at most once at a time."""

    def __init__(self, job: Job, observe: Observe | None, retry_after: float) -> None:
        self.job = job
        self.task: asyncio.Task[None] | None = None
        self.trouble: _Trouble | None = None
        self._observe = observe
        self._retry_after = retry_after
        self._retry: asyncio.TimerHandle | None = None
        self._wanted = False
        self._has_run = False
        self._began: float | None = None

    @property
    def health(self) -> Health:
        began, why = self._began, self.trouble.why if self.trouble is not None else ""
        busy = 0.0 if began is None else asyncio.get_running_loop().time() - began
        return Health(why if self._has_run else None, busy)

    def kick(self) -> None:
        self._wanted = True
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._until_unwanted(), name=self.job.name)

    def forget(self) -> None:
        """Let a run end, and not begin another."""
        self._wanted = False
        self._retry_after = 0
        self._cancel_retry()

    async def _until_unwanted(self) -> None:
        while self._wanted:
            self._wanted = False
            await self._once()

    async def _once(self) -> None:
        self._cancel_retry()
        began, outcome = asyncio.get_running_loop().time(), RunOutcome.CANCELLED
        self._began = began
        try:
            await self.job.run()
            outcome = RunOutcome.DONE
            self._went_well()
        except self.job.expected as error:
            outcome = RunOutcome.FAILED
            if self._is_news(str(error)):
                log.error("job_failed", job=self.job.name, error=type(error).__name__, why=str(error))  # noqa: TRY400
            self._try_again()
        except Exception as error:
            outcome = RunOutcome.FAILED
            if self._is_news(f"a mistake in the bot ({type(error).__name__}), see its log"):
                log.exception("job_failed", job=self.job.name, error=type(error).__name__)
        finally:
            self._began, self._has_run = None, True
            if self._observe is not None:
                self._observe(self.job.name, outcome, asyncio.get_running_loop().time() - began)

    def _is_news(self, why: str) -> bool:
        """Note a failure; whether to log it: a disk that is full for a day must not be filled with lines about it."""
        now, trouble = asyncio.get_running_loop().time(), self.trouble
        if trouble is None:
            self.trouble = _Trouble(why, now, now)
            return True
        is_news = trouble.why != why or now - trouble.logged_at >= REMIND_AFTER
        trouble.why, trouble.failures = why, trouble.failures + 1
        trouble.logged_at = now if is_news else trouble.logged_at
        return is_news

    def _went_well(self) -> None:
        trouble, self.trouble = self.trouble, None
        if trouble is not None:
            seconds = round(asyncio.get_running_loop().time() - trouble.since)
            log.info("job_recovered", job=self.job.name, failures=trouble.failures, seconds=seconds, why=trouble.why)

    def _try_again(self) -> None:
        if self._retry_after:
            self._retry = asyncio.get_running_loop().call_later(self._retry_after, self.kick)

    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
