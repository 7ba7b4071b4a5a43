"""Forecasts as alerts: when they are looked at, what they see, and that operation and a replay say the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bot.alerts.model import Alert, Change, Kind, Reason, Transition
from bot.domain.block import Block
from bot.domain.periods import Per, Starts
from bot.domain.sites import Site
from bot.domain.times import DAY, HOUR, Slot, Window, to_slot
from bot.rules.kinds import Forecast
from bot.rules.model import Configuration, Quota, Rule, Severity
from bot.service.forecasts.cases import Contracts
from bot.service.forecasts.expected import Expected, expected
from bot.service.judge import judge
from bot.service.judging import Batch, Due, keys_of
from bot.service.replay.buckets import MemoryBuckets
from bot.service.replay.memory import MemoryTransaction
from bot.service.replay.past import Past
from tests.service.test_quotas_end_to_end import instant

GB = 10**9
STEP = HOUR
START = to_slot(instant(0))
DAYS = 70
Amount = Callable[[int], int | None]
"""Bytes of the hour that begins so many hours after the start; None where nothing is known."""


def past_of(*sites: Amount) -> Past:
    block = Block.unknown(np.arange(1, len(sites) + 1), Window(START, Slot(START + DAYS * DAY)), STEP)
    for row, amount in enumerate(sites):
        for hour in range(DAYS * 24):
            if (one := amount(hour)) is not None:
                block.in_bytes[row, hour], block.known[row, hour] = one, True
    return Past(block)


def fleet(count: int) -> list[Site]:
    return [
        Site(n, "default", f"{n:08}-0000-4000-8000-000000000000", f"s{n}", ZoneInfo("UTC")) for n in range(1, count + 1)
    ]


def monthly(limit: int = 900 * GB, **more: object) -> Rule:
    quota = Quota(limit, Per.MONTH, Starts(), (Fraction(100),), (Severity.WARNING,))
    quota = replace(quota, forecast=Forecast(Fraction(100), Fraction(80)), **more)  # type: ignore[arg-type]
    return Rule("month", quota)


def even(a_day: float) -> Amount:
    return lambda _: int(a_day * GB / 24)


def then(day: int, before: Amount, after: Amount) -> Amount:
    return lambda hour: before(hour) if hour < day * 24 else after(hour)


class Operation:
    """Judges a past pass by pass. `moves` is what happened to forecasts."""

    def __init__(self, past: Past, rule: Rule) -> None:
        self.tx = MemoryTransaction(past)
        self.rule = rule
        self.sites = fleet(len(past.sites))
        self.moves: list[Transition] = []
        self.judged: Slot | None = None

    async def judge(self, start: int, until: int, *, at: Slot | None) -> None:
        due = [Due(one, Slot(start), Slot(until), START, START, self.judged, START) for one in self.sites]
        block = await self.tx.buckets.block(keys_of(due), Window(Slot(start), Slot(until)), STEP)
        batch = Batch(self.tx, due, block, at, {self.rule.name: START})
        await judge(batch, [self.rule])
        await self.tx.alerts.save(batch.alerts)
        self.moves += [move for move in batch.moves if move.alert.key.kind is Kind.FORECAST]
        self.judged = Slot(until)

    async def live(self, hours: int, until: int = START + DAYS * DAY) -> list[Transition]:
        """In passes of so many hours, each learnt of at its end."""
        for start in range(START, until, hours * HOUR):
            end = min(start + hours * HOUR, until)
            await self.judge(start, end, at=Slot(end))
        return self.moves

    async def replayed(self) -> list[Transition]:
        await self.judge(START, START + DAYS * DAY, at=None)
        return self.moves


def seen(moves: Sequence[Transition]) -> list[tuple[object, ...]]:
    def of(alert: Alert) -> tuple[object, ...]:
        return alert.state, alert.since, alert.value, alert.known, dict(alert.detail), alert.resolved_at

    return [
        (m.change, m.reason, m.slot, m.known_at, m.value, m.alert.key.site, of(m.alert))
        for m in sorted(moves, key=_order)
    ]


def _order(move: Transition) -> tuple[int, int]:
    return move.known_at, move.alert.key.site or 0


def told(moves: Sequence[Transition]) -> list[tuple[Change, Reason, float]]:
    """With the day at which it was learnt of."""
    return [(move.change, move.reason, (move.known_at - START) / DAY) for move in moves]


async def test_it_says_nothing_before_four_weeks_and_then_that_the_quota_will_not_do() -> None:
    """40 GB a day are 1,240 GB in July, and 900 are granted. June ends at day 30, when history is long enough."""
    found = told(await Operation(past_of(even(40)), monthly()).replayed())
    assert [(change, reason) for change, reason, _ in found[:2]] == [
        (Change.FIRED, Reason.LIMIT_PASSED),
        (Change.RESOLVED, Reason.CAME_TRUE),
    ]
    assert 28 <= found[0][2] < 31
    june = Operation(past_of(even(40)), monthly())
    assert [day for *_, day in told(await june.live(1, START + 28 * DAY))] == []


async def test_a_quota_that_will_do_is_silent() -> None:
    assert await Operation(past_of(even(20)), monthly()).replayed() == []


async def test_traffic_that_falls_off_takes_the_forecast_back() -> None:
    moves = await Operation(past_of(then(40, even(40), even(1))), monthly()).replayed()
    july = [move for move in moves if move.known_at > START + 31 * DAY]
    assert [(move.change, move.reason) for move in july[-1:]] == [(Change.RESOLVED, Reason.BACK_TO_NORMAL)]


async def test_the_end_of_the_period_closes_it_silently() -> None:
    """Just not enough in truth: the last days bring nothing."""
    past = past_of(then(59, even(30), lambda _: None))
    moves = [move for move in await Operation(past, monthly()).replayed() if move.alert.key.period is not None]
    closed = [move for move in moves if move.reason is Reason.PERIOD_ENDED]
    assert [move.known_at for move in closed] == [move.alert.key.period.end for move in closed if move.alert.key.period]
    assert closed
    assert not any(move.reason.notifies for move in closed)


async def edited(rule: Rule) -> list[Transition]:
    """What happens to the forecasts of July when the rule becomes this one on the fifth, with usage as before."""
    bot = Operation(past_of(even(40)), monthly())
    await bot.live(6, START + 35 * DAY)
    assert [(move.change, move.alert.is_open) for move in bot.moves[-1:]] == [(Change.FIRED, True)]
    before, bot.rule = len(bot.moves), rule
    for start in range(START + 35 * DAY, START + 40 * DAY, 6 * HOUR):
        await bot.judge(start, start + 6 * HOUR, at=Slot(start + 6 * HOUR))
    return bot.moves[before:]


@pytest.mark.parametrize("limit", [1500, 4000])
async def test_a_quota_that_is_raised_by_an_edit_sends_no_resolved(limit: int) -> None:
    """Meaning 3: "Editing a rule … never repeats what was already told and never sends a false "resolved"."."""
    moves = await edited(monthly(limit * GB))
    assert [(move.change, move.reason) for move in moves] == [(Change.RESOLVED, Reason.RULE_CHANGED)]


async def test_a_billing_day_that_is_edited_repeats_nothing() -> None:
    """Meaning 3: what was said of July is said of the month from the third on, too, and people know it."""
    assert await edited(monthly(starts=Starts(3))) == []
    moves = await edited(monthly(4000 * GB, starts=Starts(3)))
    assert [(move.change, move.reason) for move in moves] == [(Change.RESOLVED, Reason.RULE_CHANGED)]


async def test_a_forecast_of_another_kind_of_period_is_over_and_tells_nobody() -> None:
    moves = await edited(monthly(9000 * GB, per=Per.QUARTER))
    assert [(move.change, move.reason) for move in moves] == [(Change.RESOLVED, Reason.RULE_CHANGED)]


def random_past(seed: int) -> Past:
    random = np.random.default_rng(seed)
    amounts = random.lognormal(0, 0.5, (3, DAYS)) * random.lognormal(0, 0.2, (3, 1)) * 29 * GB / 24
    gaps = random.random((3, DAYS * 24)) < 0.03

    def of(row: int) -> Amount:
        return lambda hour: None if gaps[row, hour] else int(amounts[row, hour // 24])

    return past_of(*map(of, range(3)))


async def test_operation_and_a_replay_say_the_same() -> None:
    past = random_past(1)
    replayed = seen(await Operation(past, monthly()).replayed())
    assert replayed
    assert seen(await Operation(past, monthly()).live(2)) == replayed
    assert seen(await Operation(past, monthly()).live(6)) == replayed


def of_site(past: Past, rule: Rule) -> Contracts:
    return Contracts.of(Configuration("v", rules=(rule,)), fleet(len(past.sites)), STEP)


async def ask(past: Past, day: float, rule: Rule | None = None) -> list[Expected]:
    contracts = of_site(past, rule or monthly())
    cases = list(contracts.cases(Slot(START + int(day * DAY))))
    return await expected(MemoryBuckets(past), cases, STEP, dict.fromkeys((1, 2, 3), START))


async def test_a_forecast_never_sees_what_comes_after_its_instant() -> None:
    past = random_past(3)
    before = await ask(past, 45)
    column = 45 * 24
    past.block.in_bytes[:, column:] *= 100
    past.block.known[:, column + 5 :] = False
    assert [replace(one, case=was.case) for one, was in zip(await ask(past, 45), before, strict=True)] == before


@pytest.mark.parametrize(
    ("past", "day", "reason"),
    [
        (past_of(even(10)), 20, "needs 28 days of history"),
        (
            past_of(lambda hour: 1 if hour < 18 * 24 or hour >= 30 * 24 else None),
            45,
            "only 16 of the last 28 days are known, and 20 are needed",
        ),
        (
            past_of(lambda hour: 1 if hour < 30 * 24 or hour >= 36 * 24 else None),
            39,
            "less than half of the period so far is known",
        ),
    ],
)
async def test_it_says_why_it_says_nothing(past: Past, day: int, reason: str) -> None:
    (found,) = await ask(past, day)
    assert found.reason == reason
    assert (found.forecast, found.exhausts_at) == (0, None)


async def test_short_periods_need_less_history_and_hours_have_no_forecast() -> None:
    for per, day, reason in ((Per.WEEK, 16, ""), (Per.DAY, 16, ""), (Per.WEEK, 10, "needs 14 days of history")):
        (found,) = await ask(past_of(even(10)), day, monthly(per=per))
        assert found.reason == reason
    (found,) = await ask(past_of(even(10)), 40, monthly(per=Per.HOUR))
    assert found.reason == "a period of an hour is too short to forecast"


async def test_a_pool_is_forecast_together() -> None:
    past = past_of(even(10), even(20))
    (found,) = await ask(past, 40, monthly(pool=True))
    assert found.case.name == "pool"
    assert found.forecast == pytest.approx(31 * 30 * GB, rel=0.001)


async def test_billed_bytes_are_forecast() -> None:
    rule, past = monthly(), past_of(even(10))
    site = replace(fleet(1)[0], billing_factor=Fraction(11, 10))
    contracts = Contracts.of(Configuration("v", rules=(rule,)), [site], STEP)
    cases = list(contracts.cases(Slot(START + 40 * DAY)))
    (found,) = await expected(MemoryBuckets(past), cases, STEP, {1: START})
    assert found.used == pytest.approx(110 * GB, rel=1e-6)
    assert found.forecast == pytest.approx(341 * GB, rel=0.001)
