"""Any course of arrivals, late rows, revisions, judgements and restarts: sums are exact, alerts what the data say.

The model is a dictionary of buckets, and an oracle in plain Python that judges all of it from the start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.alerts.model import Alert, Kind, Reason, State
from bot.alerts.reconcile import is_told
from bot.domain.periods import Per, Starts
from bot.domain.sites import Site
from bot.domain.times import DAY, HOUR, Slot, Window, floor, to_instant
from bot.domain.usage import Bucket, Direction, Usage
from bot.engine.quota import level_of
from bot.history.store import SqlHistory
from bot.rules.model import UTC_ZONE, Configuration, Quota, Rule, Severity, Threshold
from bot.rules.sites import ListedSite
from bot.service.assess import CLOSE_AFTER, Assess
from bot.service.fleet import Fleet
from bot.service.options import PullOptions
from bot.service.plan import Want
from bot.service.ports import Answered, Grain
from bot.service.write import Fetched, write_fetched
from tests.fuzz.trying import tries

STEP = HOUR
START = Slot(20_240 * DAY)
SITE = Site(1, "default", "11111111-1111-4111-8111-111111111111", "cape-town", UTC_ZONE)
STEPS = (Fraction(50), Fraction(80), Fraction(100))
LIMIT = 101
"""Of a day; not a multiple of its steps, so that they lie between whole bytes."""
QUOTA = Rule("daily", Quota(LIMIT, Per.DAY, Starts(), STEPS, (Severity.WARNING,) * 3), notify=())
OPTIONS = PullOptions(bucket=STEP)
T = TypeVar("T")
Model = dict[int, tuple[int, int]]


def threshold(name: str, level: int, hours: int, *, under: bool = False, hold: int = 0, keep: int = 0) -> Rule:
    judge = Threshold(level, timedelta(hours=hours), under)
    return Rule(name, judge, hold=timedelta(hours=hold), keep_firing=timedelta(hours=keep), notify=())


RULES = (
    QUOTA,
    threshold("burst", 12, 1),
    threshold("busy", 20, 3, hold=1, keep=2),
    threshold("quiet", 5, 2, under=True, hold=1),
)


@dataclass(frozen=True)
class Episode:
    """When a condition began, fired and ended: ends of buckets."""

    since: int
    fired: int
    resolved: int | None


def verdict(rule: Threshold, window: Sequence[int | None]) -> bool | None:
    """True is a breach; None is not known."""
    used = sum(amount or 0 for amount in window)
    if rule.under:
        return False if used >= rule.limit else None if None in window else True
    return True if used > rule.limit else None if None in window else False


def episodes(of: Rule, amounts: Sequence[int | None]) -> list[Episode]:
    """Every episode that fired, by the definition: bucket after bucket, with nothing remembered but what it says."""
    assert isinstance(of.judge, Threshold)
    width, found = of.judge.within // timedelta(seconds=STEP), list[Episode]()
    since = fired = None
    held = cleared = timedelta()
    one = timedelta(seconds=STEP)
    for place in range(len(amounts)):
        window = [None] * max(0, width - 1 - place) + list(amounts[max(0, place - width + 1) : place + 1])
        end = START + (place + 1) * STEP
        match verdict(of.judge, window):
            case True:
                if since is None:
                    since, held = end, timedelta()
                held, cleared = held + one, timedelta()
                fired = fired or (end if held > of.hold else None)
            case False if fired is not None and since is not None:
                cleared += one
                if cleared > of.keep_firing:
                    found.append(Episode(since, fired, end))
                    since = fired = None
            case False:
                since = None
            case None:
                pass
    return [*found, Episode(since, fired, None)] if fired and since is not None else found


def overlap(alert: Alert, episode: Episode) -> bool:
    after = float("inf")
    return alert.since <= (episode.resolved or after) and episode.since <= (alert.resolved_at or after)


class HistoryMachine(RuleBasedStateMachine):
    """One site on hourly buckets. `model` is what the API would answer now; `written` up to where it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.history = SqlHistory("sqlite://")
        self.model: Model = {START: (0, 0)}
        self.end = START
        self.is_judged = False
        self.restart()
        self.run(self._open())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def _open(self) -> None:
        await self.history.open()
        async with self.history.writing() as tx:
            await tx.sites.workspaces(["default"])
            await tx.sites.save([ListedSite("default", SITE.id, SITE.name)], START)

    def teardown(self) -> None:
        self.run(self.history.close())
        self.runner.close()

    def answer(self, start: int, end: int) -> None:
        """The API is asked for a window, and answers what the model says."""
        window = Window(Slot(start), Slot(end))
        buckets = [Bucket(slot, *both) for slot, both in sorted(self.model.items()) if slot in window]
        fetched = Fetched(Want(SITE, window, is_live=True), Answered(buckets), self.end, self.end)
        self.run(write_fetched(self.history, [fetched], OPTIONS))
        self.is_judged = False

    @initialize()
    def begin(self) -> None:
        """A first bucket that is judged: what comes from there on is news."""
        self.end = Slot(START + STEP)
        self.answer(START, self.end)
        self.judge()

    @rule(
        amounts=st.lists(
            st.none() | st.tuples(st.integers(0, 15), st.integers(0, 6)) | st.just((0, 0)), min_size=1, max_size=14
        )
    )
    def arrive(self, amounts: list[tuple[int, int] | None]) -> None:
        """New buckets, of which some are left out."""
        start = self.end
        self.end = Slot(self.end + len(amounts) * STEP)
        self.model.update({start + n * STEP: both for n, both in enumerate(amounts) if both is not None})
        self.answer(start, self.end)

    @precondition(lambda self: self.end > START + STEP)
    @rule(back=st.integers(1, 40), both=st.tuples(st.integers(0, 60), st.integers(0, 6)))
    def revise(self, back: int, both: tuple[int, int]) -> None:
        """An old bucket changes, or one that was left out comes late; the API is asked again from there. Not the very
        first one: what was so at a first start is not news."""
        slot = max(START + STEP, self.end - back * STEP)
        self.model[slot] = both
        self.answer(slot, self.end)

    @rule()
    def ask_again(self) -> None:
        self.answer(max(START, self.end - 5 * STEP), self.end)

    @rule()
    def judge(self) -> None:
        self.run(self.assess.run())
        self.is_judged = True

    @rule()
    def restart(self) -> None:
        """Nothing but the history is kept."""
        fleet = Fleet((SITE,), Configuration("v", rules=RULES), STEP)
        self.assess = Assess(self.history, lambda: fleet, lambda: to_instant(self.end))

    # --- what is always so --------------------------------------------------------------------------------

    def naive(self, window: Window) -> Usage:
        known = [both for slot, both in self.model.items() if slot in window and slot < self.end]
        ins, outs, larger = (
            (sum(amounts) for amounts in zip(*[(*b, max(b)) for b in known], strict=True)) if known else (0, 0, 0)
        )
        return Usage(ins, outs, larger, len(known), (window.end - window.start) // STEP)

    @invariant()
    def rollups_are_the_sums_of_their_buckets(self) -> None:
        if self.end > START:
            self.run(self._compare_sums())

    async def _compare_sums(self) -> None:
        whole = Window(START, self.end)
        async with self.history.reading() as tx:
            assert (await tx.buckets.usage([1], whole, STEP))[1] == self.naive(whole)
            for slot, usage in await tx.buckets.series(1, whole, Grain.DAILY):
                day = self.naive(Window(slot, Slot(slot + DAY)))
                assert (usage.in_bytes, usage.out_bytes, usage.max_bytes, usage.known) == (
                    (day.in_bytes, day.out_bytes, day.max_bytes, day.known)
                )

    async def alerts(self, kind: Kind) -> Sequence[Alert]:
        async with self.history.reading() as tx:
            return await tx.alerts.overlapping(kind, [1], Slot(0))

    @precondition(lambda self: self.is_judged)
    @invariant()
    def quotas_told_are_the_steps_that_are_reached(self) -> None:
        by_period = {alert.key.period: alert for alert in self.run(self.alerts(Kind.QUOTA))}
        for start in range(floor(START, DAY), self.end, DAY):
            period = Window(Slot(start), Slot(start + DAY))
            used = self.naive(period).of(Direction.TOTAL)
            reached = {step for step in STEPS if used >= level_of(LIMIT, step)}
            assert reached == {step for step in STEPS if used * 100 >= LIMIT * step}
            alert = by_period.get(period)
            assert set(alert.steps if alert else ()) == reached, (start, used)
            if alert is not None and reached:
                assert (alert.value, alert.step) == (used, max(reached))
                assert alert.is_open == (self.end < period.end), alert
            elif alert is not None:
                assert (alert.state, alert.reason) == (State.RESOLVED, Reason.DATA_REVISED)

    @precondition(lambda self: self.is_judged)
    @invariant()
    def thresholds_told_are_those_that_the_data_say(self) -> None:
        amounts = [sum(self.model[slot]) if slot in self.model else None for slot in range(START, self.end, STEP)]
        recorded = self.run(self.alerts(Kind.THRESHOLD))
        for one in RULES[1:]:
            said = episodes(one, amounts)
            mine = [alert for alert in recorded if alert.key.rule == one.name]
            told = [alert for alert in mine if is_told(alert)]
            firing = [alert for alert in mine if alert.state is State.FIRING]
            assert len(firing) == sum(episode.resolved is None for episode in said), (one.name, said, firing)
            assert sum(alert.is_open for alert in mine) <= 1
            for episode in said:
                assert any(overlap(alert, episode) for alert in told), (one.name, episode, told)
            for alert in told:
                assert any(overlap(alert, episode) for episode in said), (one.name, alert, said)


def test_any_course_of_events_ends_where_the_data_say() -> None:
    run_state_machine_as_test(HistoryMachine, settings=settings(tries(15), stateful_step_count=20))


assert CLOSE_AFTER < DAY
