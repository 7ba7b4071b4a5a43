"""Jobs run one at a time, survive their own errors, and end when the scheduler does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.scheduler import Every, Health, Job, RunOutcome, Scheduler, build_scheduler

NOW = timedelta()
PATIENCE = timedelta(seconds=5)


class Worker:
    """A job that counts itself and waits to be let go."""

    def __init__(self, name: str = "pull") -> None:
        self.name = name
        self.begun = asyncio.Semaphore(0)
        self.go = asyncio.Semaphore(0)
        self.runs = self.inside = self.most_inside = 0
        self.fault: Exception | None = None

    async def run(self) -> None:
        self.runs += 1
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.begun.release()
        try:
            await self.go.acquire()
            if self.fault is not None:
                raise self.fault
        finally:
            self.inside -= 1

    def job(self, every: float = 3600) -> Job:
        return Job(self.name, self.run, Every(every))


@pytest.fixture
async def worker() -> Worker:
    return Worker()


@pytest.fixture
async def scheduler(worker: Worker) -> AsyncIterator[Scheduler]:
    built = build_scheduler([worker.job()])
    built.start()
    yield built
    await built.stop(NOW)


async def test_a_tick_of_the_clock_runs_the_job() -> None:
    ran = asyncio.Event()

    async def run() -> None:
        ran.set()

    scheduler = build_scheduler([Job("pull", run, Every(0.01))])
    scheduler.start()
    async with asyncio.timeout(5):
        await ran.wait()
    await scheduler.stop(PATIENCE)


async def test_a_kick_runs_the_job_now(scheduler: Scheduler, worker: Worker) -> None:
    scheduler.kick("pull")
    await worker.begun.acquire()
    assert scheduler.running() == ("pull",)
    worker.go.release()
    await scheduler.idle("pull")
    assert scheduler.running() == ()


async def test_kicks_during_a_run_make_one_more_run_and_never_two_at_once(scheduler: Scheduler, worker: Worker) -> None:
    scheduler.kick("pull")
    await worker.begun.acquire()
    for _ in range(5):
        scheduler.kick("pull")
    worker.go.release()
    worker.go.release()
    await scheduler.idle("pull")
    assert (worker.runs, worker.most_inside) == (2, 1)


async def test_an_expected_error_is_one_line_that_says_why(worker: Worker) -> None:
    worker.fault = OSError("the disk is full")
    worker.go.release()
    scheduler = build_scheduler([Job("pull", worker.run, None, expected=(OSError,))])
    with capture_logs() as lines:
        scheduler.kick("pull")
        await scheduler.idle("pull")
    [line] = lines
    assert (line["event"], line["why"]) == ("job_failed", "the disk is full")
    assert "exc_info" not in line


async def test_a_job_that_raises_is_logged_and_runs_again(scheduler: Scheduler, worker: Worker) -> None:
    worker.fault = RuntimeError("no")
    worker.go.release()
    with capture_logs() as lines:
        scheduler.kick("pull")
        await scheduler.idle("pull")
    assert [(line["event"], line["job"], line["error"]) for line in lines] == [("job_failed", "pull", "RuntimeError")]
    worker.fault = None
    worker.go.release()
    scheduler.kick("pull")
    await scheduler.idle("pull")
    assert worker.runs == 2


async def test_a_failed_run_still_leads_to_the_run_that_was_wanted_meanwhile(
    scheduler: Scheduler, worker: Worker
) -> None:
    scheduler.kick("pull")
    await worker.begun.acquire()
    scheduler.kick("pull")
    worker.fault = RuntimeError("no")
    worker.go.release()
    await worker.begun.acquire()
    assert worker.runs == 2


async def test_stopping_waits_for_the_run_under_way_and_begins_no_other(scheduler: Scheduler, worker: Worker) -> None:
    scheduler.kick("pull")
    await worker.begun.acquire()
    scheduler.kick("pull")
    stopping = asyncio.create_task(scheduler.stop(PATIENCE))
    worker.go.release()
    worker.go.release()
    await stopping
    scheduler.kick("pull")
    assert (worker.runs, scheduler.running()) == (1, ())


async def test_stopping_cancels_a_run_that_outlasts_the_timeout() -> None:
    worker, seen = Worker(), []
    scheduler = build_scheduler([worker.job()], observe=lambda name, outcome, _: seen.append((name, outcome)))
    scheduler.start()
    scheduler.kick("pull")
    await worker.begun.acquire()
    with capture_logs() as lines:
        await scheduler.stop(NOW)
    assert seen == [("pull", RunOutcome.CANCELLED)]
    assert lines == [{"event": "job_cancelled", "job": "pull", "log_level": "warning"}]
    assert worker.inside == 0


async def test_stopping_twice_or_without_a_start_is_harmless(worker: Worker) -> None:
    scheduler = build_scheduler([worker.job()])
    await scheduler.stop(NOW)
    scheduler = build_scheduler([worker.job()])
    scheduler.start()
    await scheduler.stop(NOW)
    await scheduler.stop(NOW)


async def test_a_job_may_run_at_the_start_and_by_kicks_alone() -> None:
    worker = Worker("assess")
    worker.go.release()
    scheduler = build_scheduler([Job("assess", worker.run, None, at_start=True)])
    scheduler.start()
    await scheduler.idle("assess")
    assert worker.runs == 1
    assert scheduler.next_tick("assess") is None
    await scheduler.stop(NOW)


async def test_the_next_tick_is_known(scheduler: Scheduler) -> None:
    tick = scheduler.next_tick("pull")
    assert tick is not None
    assert tick.utcoffset() == timedelta()


async def test_two_jobs_of_one_name_and_kicks_of_no_job_are_mistakes(worker: Worker) -> None:
    with pytest.raises(ValueError, match="same name"):
        build_scheduler([worker.job(), worker.job()])
    with pytest.raises(KeyError):
        build_scheduler([]).kick("pull")


async def test_a_job_that_failed_as_expected_runs_again_soon_and_says_so_once(worker: Worker) -> None:
    worker.fault = OSError("the disk is full")
    scheduler = build_scheduler([Job("pull", worker.run, None, expected=(OSError,))], retry_after=0.001)
    with capture_logs() as lines:
        scheduler.kick("pull")
        for _ in range(4):
            await worker.begun.acquire()
            worker.go.release()
        assert scheduler.failing() == {"pull": "the disk is full"}
        await worker.begun.acquire()
        worker.fault = None
        worker.go.release()
        await scheduler.idle("pull")
    assert [line["event"] for line in lines] == ["job_failed", "job_recovered"]
    assert lines[1]["failures"] == 4
    assert scheduler.failing() == {}
    await scheduler.stop(NOW)


async def test_a_failure_of_another_kind_is_told_too(worker: Worker) -> None:
    scheduler = build_scheduler([Job("pull", worker.run, None, expected=(OSError,))])
    with capture_logs() as lines:
        for fault in (OSError("the disk is full"), OSError("locked"), OSError("locked")):
            worker.fault = fault
            worker.go.release()
            scheduler.kick("pull")
            await scheduler.idle("pull")
    assert [line["why"] for line in lines] == ["the disk is full", "locked"]
    await scheduler.stop(NOW)


async def test_a_mistake_of_ours_waits_for_the_next_tick(worker: Worker) -> None:
    worker.fault = RuntimeError("no")
    scheduler = build_scheduler([Job("pull", worker.run, None)], retry_after=0.001)
    worker.go.release()
    scheduler.kick("pull")
    await scheduler.idle("pull")
    assert "RuntimeError" in scheduler.failing()["pull"]
    assert scheduler._runners["pull"]._retry is None
    await scheduler.stop(NOW)


async def test_stopping_forgets_what_was_to_be_tried_again(worker: Worker) -> None:
    worker.fault = OSError("the disk is full")
    worker.go.release()
    scheduler = build_scheduler([Job("pull", worker.run, None, expected=(OSError,))], retry_after=0.001)
    scheduler.kick("pull")
    await scheduler.idle("pull")
    await scheduler.stop(PATIENCE)
    assert scheduler._runners["pull"]._retry is None


async def test_a_failure_that_lasts_is_said_once_and_its_end_too() -> None:
    """A disk that is full fails the delivery every five seconds."""
    errors: list[Exception | None] = [OSError("full"), OSError("full"), OSError("full"), OSError("gone"), None, None]

    async def run() -> None:
        if (error := errors.pop(0)) is not None:
            raise error

    scheduler = build_scheduler([Job("deliver", run, None, expected=(OSError,))])
    with capture_logs() as lines:
        while errors:
            scheduler.kick("deliver")
            await scheduler.idle("deliver")
    told = [(line["event"], line.get("why", line.get("failures"))) for line in lines]
    assert told == [("job_failed", "full"), ("job_failed", "gone"), ("job_recovered", "gone")]
    await scheduler.stop(NOW)


async def test_how_a_job_does_is_known_from_its_first_end_on(worker: Worker, scheduler: Scheduler) -> None:
    assert scheduler.health()["pull"] == Health(None, 0.0)
    scheduler.kick("pull")
    await worker.begun.acquire()
    assert scheduler.health()["pull"].why is None
    assert scheduler.health()["pull"].busy > 0
    worker.go.release()
    await scheduler.idle("pull")
    assert scheduler.health()["pull"] == Health("", 0.0)
    worker.fault = ValueError("no")
    worker.go.release()
    scheduler.kick("pull")
    await scheduler.idle("pull")
    assert scheduler.health()["pull"] == Health("a mistake in the bot (ValueError), see its log", 0.0)
