"""What the process does when: the use cases as jobs, measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import time, timedelta
from functools import partial

from bot.alerts.model import BOT_RULE, Alert, State, Transition
from bot.alerts.trouble import LOOK_EVERY
from bot.app.build import Bot
from bot.app.deadman import Deadman, lifeless
from bot.domain.times import to_slot
from bot.history.errors import HistoryError
from bot.scheduler import Daily, Every, EveryBucket, Job, RunOutcome, Scheduler, build_scheduler
from bot.service.reload import Reloaded
from bot.service.vitals.stored import open_notices

SURVEY, PULL, ASSESS, TIMERS = "survey", "pull", "assess", "timers"
DELIVER, RETAIN, RELOAD, VITALS, DEADMAN = "deliver", "retain", "reload", "vitals", "deadman"
NOISE, DIGESTS = "noise", "digests"
SWIFT = frozenset({ASSESS, TIMERS, RELOAD})
"""Jobs that should be done in no time: the others wait for other people's servers."""
JITTER = timedelta(seconds=20)
EXPECTED = (HistoryError,)


class Work:
    """The use cases as jobs: run, and count what came of it."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._metrics = bot.metrics

    async def survey(self) -> None:
        await self._bot.survey.run()
        self._bot.signals.surveyed()

    async def pull(self) -> None:
        if self._bot.survey.is_missing_any:
            await self._bot.survey.run()
        summary = await self._bot.pull.run()
        for labels, count in summary.outcomes.items():
            self._metrics.pulls.labels(*labels).inc(count)
        for labels, count in summary.refused.items():
            self._metrics.rows_refused.labels(*labels).inc(count)
        for workspace, count in summary.buckets.items():
            self._metrics.buckets_answered.labels(workspace).inc(count)

    async def assess(self) -> None:
        with self._metrics.assess_seconds.time():
            summary = await self._bot.assess.run()
        self._count(summary.transitions)

    async def timers(self) -> None:
        self._count(await self._bot.timers.run())

    def _count(self, moves: Iterable[Transition]) -> None:
        for move in moves:
            self._metrics.transitions.labels(move.alert.key.kind.value, move.change.value).inc()

    async def deliver(self) -> None:
        for outcome, count in (await self._bot.deliver.run()).items():
            self._metrics.deliveries.labels(*outcome.split(":")).inc(count)

    async def retain(self) -> None:
        await self._bot.retain.run()

    async def reload(self) -> None:
        bot = self._bot
        assert bot.reload is not None  # noqa: S101 - no job without it
        outcome = await bot.reload.look()
        if outcome in {Reloaded.APPLIED, Reloaded.BROKEN}:
            self._metrics.reloads.labels(outcome.value).inc()
            bot.signals.announced()
        if outcome is Reloaded.APPLIED:
            bot.signals.surveyed()
            bot.signals.written()
        self._metrics.rules_broken.set(bool(bot.reload.problems))

    async def vitals(self) -> None:
        self._count(await self._bot.vitals.run())
        self._bot.senses.looked_at = self._bot.environment.ticks()

    async def noise(self) -> None:
        self._count(await self._bot.noise.run())

    async def digests(self) -> None:
        await self._bot.digests.run()

    def observe(self, job: str, outcome: RunOutcome, seconds: float) -> None:
        del seconds
        self._metrics.job_runs.labels(job, outcome.value).inc()


def scheduler_of(bot: Bot) -> Scheduler:
    """A scheduler in which each stage wakes the next; the ticks only make up for what was missed."""
    work = Work(bot)
    bucket = EveryBucket(bot.settings.altostrat_bucket_minutes * 60, bot.settings.pull_settle, JITTER)
    scheduler = build_scheduler(
        [
            Job(SURVEY, work.survey, Every(3600), at_start=True, expected=EXPECTED),
            Job(PULL, work.pull, bucket, expected=EXPECTED),
            Job(ASSESS, work.assess, Every(60), at_start=True, expected=EXPECTED),
            Job(TIMERS, work.timers, Every(10), at_start=True, expected=EXPECTED),
            Job(DELIVER, work.deliver, Every(5), at_start=True, expected=EXPECTED),
            Job(RETAIN, work.retain, Daily(time(2, 40)), expected=EXPECTED),
            Job(VITALS, work.vitals, Every(LOOK_EVERY), at_start=True, expected=EXPECTED),
            Job(NOISE, work.noise, Every(60), expected=EXPECTED),
            Job(DIGESTS, work.digests, Every(30), at_start=True, expected=EXPECTED),
            *deadman_of(bot),
            *([Job(RELOAD, work.reload, Every(10), at_start=True, expected=EXPECTED)] if bot.reload else []),
        ],
        observe=work.observe,
    )
    bot.senses.jobs, bot.senses.swift, bot.senses.looker = scheduler.health, SWIFT, VITALS
    bot.signals.on_surveyed = partial(scheduler.kick, PULL)
    bot.signals.on_written = partial(scheduler.kick, ASSESS)
    bot.signals.on_announced = partial(_announced, bot, scheduler)
    bot.signals.on_acted = partial(_acted, bot, scheduler)
    return scheduler


def deadman_of(bot: Bot) -> list[Job]:
    """Says that the bot lives, where somebody listens."""
    settings = bot.settings
    if settings.deadman_url is None:
        return []
    alive = partial(lifeless, bot.senses, bot.vitals, bot.environment.ticks)
    deadman = Deadman(partial(settings.url_of, "DEADMAN_URL"), alive, bot.metrics.deadman_pings)
    return [Job(DEADMAN, deadman.run, Every(settings.deadman_every.total_seconds()))]


def _announced(bot: Bot, scheduler: Scheduler) -> None:
    bot.timers.wake()
    bot.deliver.wake()
    scheduler.kick(DELIVER)


def _acted(bot: Bot, scheduler: Scheduler) -> None:
    """What was held back may be due, and messages say who did what."""
    _announced(bot, scheduler)
    scheduler.kick(TIMERS)


async def refresh_gauges(bot: Bot) -> None:
    """Bring what a scrape shows of the present up to date; without a history it stays as it was."""
    now, fleet = to_slot(bot.environment.clock()), bot.survey.fleet()
    try:
        async with bot.history.reading() as tx:
            waiting, oldest = await tx.outbox.backlog()
            progress = await tx.progress.all()
            notices = await open_notices(tx, now)
    except HistoryError:
        return  # the jobs say so, and a scrape that shows them failing is worth having
    bot.metrics.outbox_waiting.set(waiting)
    bot.metrics.outbox_oldest_age.set(now - oldest if oldest is not None else 0)
    gauges = (bot.metrics.watermark_oldest_age, bot.metrics.request_budget, bot.metrics.budget_spent)
    for gauge in (*gauges, bot.metrics.troubles):
        gauge.clear()  # of workspaces that are not configured any more, and of troubles that are over
    for topic, count in Counter(_topic(alert) for alert in notices if alert.state is State.FIRING).items():
        bot.metrics.troubles.labels(topic).set(count)
    for name, client in bot.clients.items():
        marks = [p.watermark for s in fleet.sites if s.workspace == name and (p := progress.get(s.key)) and p.watermark]
        bot.metrics.watermark_oldest_age.labels(name).set(now - min(marks) if marks else 0)
        bot.metrics.request_budget.labels(name).set(client.budget.per_minute or 0)
        bot.metrics.budget_spent.labels(name).set(client.budget.spent())


def _topic(alert: Alert) -> str:
    """What a notice is about, without whom: `delivery` of `usagebot:delivery:noc:slack`."""
    return alert.key.rule.removeprefix(f"{BOT_RULE}:").partition(":")[0]


async def not_ready(bot: Bot, failing: Callable[[], Mapping[str, str]]) -> dict[str, str]:
    """What keeps the bot from its work: no history, jobs that fail (a history that can be read but not written, for
    one), or no site to watch yet. An API or a Slack that is down does not: what is known can be asked for."""
    try:
        async with bot.history.reading() as tx:
            await tx.progress.all()
    except HistoryError as error:
        return {"history": str(error)}
    reasons = dict(failing())
    if not bot.survey.fleet().sites:
        trouble = "; ".join(f"{name}: {why}" for name, why in sorted(bot.survey.trouble.items()))
        reasons["sites"] = f"no site is known yet: {trouble or 'neither the API nor the rules list one'}"
    return reasons
