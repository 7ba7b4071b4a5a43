"""When things run: APScheduler's ticks, and jobs that never overlap with themselves."""

from __future__ import annotations

from bot.scheduler.runner import Health, Job, Observe, RunOutcome
from bot.scheduler.scheduler import Scheduler, build_scheduler
from bot.scheduler.triggers import Daily, Every, EveryBucket, Trigger

__all__ = [
    "Daily",
    "Every",
    "EveryBucket",
    "Health",
    "Job",
    "Observe",
    "RunOutcome",
    "Scheduler",
    "Trigger",
    "build_scheduler",
]
