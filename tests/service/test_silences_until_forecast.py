"""Silences until a forecast: they lapse in the hour in which the quota is expected to be used up so far, live and in a
replay alike."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from bot.alerts.endings import ForecastPasses
from bot.alerts.model import Change
from bot.alerts.silences import Silence
from bot.domain.block import Block
from bot.domain.times import DAY, HOUR, Slot, Window, to_slot
from bot.notify.plain import plain_text
from bot.rules.check import parse
from bot.rules.model import Configuration
from bot.rules.telling import EVERYTHING, Match
from bot.service.fleet import Fleet
from bot.service.forecasts.cases import Contracts
from bot.service.forecasts.expected import expected
from bot.service.replay.buckets import MemoryBuckets
from bot.service.replay.model import Doings, Replayed
from bot.service.replay.past import Past
from bot.service.replay.run import replay
from tests.service.judged import judged, site
from tests.service.test_quotas_end_to_end import instant

GB = 10**9
START = to_slot(instant(0))
"""1 June; July begins 30 days later."""
FASTER = START + 42 * DAY
END = Slot(START + 55 * DAY)
RULES = """
version: 1
defaults: {receivers: [noc]}
receivers: {noc: {terminal: true}}
rules: [{name: month, quota: 900 GB, at: [30%, 100%]}, {name: other, quota: 9 TB, at: [3%]}]
"""
SITE = site(1)


def configured() -> Configuration:
    parsed = parse([("fleet.yaml", RULES.encode())])
    assert parsed.configuration is not None, parsed.problems
    return parsed.configuration


def amount(slot: int) -> int:
    """20 GB a day, and 45 from the middle of July on: 900 GB will not do then."""
    return (45 if slot >= FASTER else 20) * GB // 24


def past() -> Past:
    block = Block.unknown(np.array([1]), Window(START, END), HOUR)
    block.in_bytes[0] = [amount(slot) for slot in range(START, END, HOUR)]
    block.known[0] = True
    return Past(block)


def silence(percent: int, match: Match = EVERYTHING, until: Slot = END) -> Silence:
    return Silence(match, Slot(START + 31 * DAY), until, "Ana", ending=ForecastPasses(Fraction(percent)))


async def replayed(*silences: Silence) -> Replayed:
    fleet, source = Fleet((SITE,), configured(), HOUR), past()
    return await replay(source, fleet, source.window, Doings((), silences), plain_text)


async def first_hour(percent: int) -> Slot:
    """The first at which the median reaches so much of the quota, asked of the forecasts themselves."""
    contracts = Contracts.of(configured(), [SITE], HOUR)
    cases = [next(contracts.cases(Slot(at))) for at in range(START + 31 * DAY, END, HOUR)]
    said = await expected(MemoryBuckets(past()), cases, HOUR, {1: START})
    return next(one.case.until for one in said if not one.reason and one.forecast * 100 >= percent * one.limit)


async def test_it_lapses_at_the_hour_and_what_it_held_back_is_told_then() -> None:
    hour = await first_hour(95)
    assert FASTER < hour < START + 50 * DAY
    told = [(one.at, one.transitions[0].alert.key.rule) for one in (await replayed(silence(95))).messages]
    july = [one for one in told if one[0] > START + 30 * DAY]
    fired = (await replayed()).transitions
    assert any(move.change is Change.FIRED and move.alert.key.rule == "month" for move in fired)
    assert july == [(hour, "month"), (END, "other")]


async def test_a_rule_whose_forecast_is_far_off_stays_quiet() -> None:
    told = (await replayed(silence(95, Match(rules=("other",)), Slot(END - DAY)))).messages
    assert [one.at for one in told if one.transitions[0].alert.key.rule == "other"][-1] == END - DAY


async def test_usage_itself_counts_where_nothing_can_be_forecast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say, because too little of the weeks before is known."""
    monkeypatch.setattr("bot.service.forecasts.expected.KNOWN_OF_TEN", 11)
    # 12 days of July at 20 GB, and then 45 a day: 450 GB, half of the quota, but for some bytes that are cut off.
    used = START + 42 * DAY + 4 * DAY + 17 * HOUR
    told = [one.at for one in (await replayed(silence(50))).messages if one.at > START + 32 * DAY]
    assert told[0] == used


async def test_operation_finds_the_same_hour() -> None:
    hour = await first_hour(95)
    async with judged(configured().rules, [SITE], START, HOUR) as bot:
        async with bot.history.writing() as tx:
            await tx.silences.save(silence(95))
        before = (hour - START) // HOUR - 20
        amounts = [amount(slot) for slot in range(START, hour + 2 * HOUR, HOUR)]
        await bot.feed(SITE, START, amounts, at_once=before)
        async with bot.history.reading() as tx:
            kept = await tx.silences.get(1)
            audit = await tx.audit.since(START, 9)
        assert kept is not None
        (alert,) = [one for one in await bot.alerts() if one.key.rule == "month" and one.is_open]
        assert dict(kept.lapsed) == {alert.id: hour}
        assert [(one.at, one.action, one.subject, one.detail) for one in audit] == [
            (hour, "lapsed", "S1", {"alert": alert.short_id})
        ]
