"""Spikes end to end: what an alert remembers over restarts, edits of a rule, revisions of its past."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import pi, sin

import pytest

from bot.alerts.model import Alert, Change, Kind, Reason, State
from bot.alerts.spike import Unusual
from bot.domain.times import DAY, Slot
from bot.domain.usage import Direction
from bot.rules.kinds import Spike
from bot.rules.model import Rule
from bot.service.spikes import watching
from tests.service.judged import Judged, judged, site

STEP = 900
START = Slot(20_600 * DAY)
NOW = Slot(START + 12 * DAY + 10 * 3600)
ONE = site(1)
MEGA = 10**6
RULE = Rule("odd", Spike(at_least=100 * MEGA), directions=(Direction.IN,), keep_firing=timedelta(minutes=30))


def usual(slot: int) -> int:
    """Days are busier than nights, and no two buckets are alike."""
    return int(MEGA * (30 + 20 * sin((slot % DAY) / DAY * 2 * pi - pi / 2) + slot // STEP * 7919 % 11))


def amounts(first: int, *times: float) -> list[int]:
    return [int(usual(first + n * STEP) * each) for n, each in enumerate(times)]


async def lived(bot: Judged, *times: float) -> None:
    """Twelve days as usual, and then bucket by bucket so many times the usual; each assessment is a restart."""
    await bot.write(ONE, START, amounts(START, *[1] * ((NOW - START) // STEP)))
    await bot.assess()
    await bot.feed(ONE, NOW, amounts(NOW, *times))


async def spike(bot: Judged) -> Alert:
    (found,) = [alert for alert in await bot.alerts() if alert.key.kind is Kind.SPIKE]
    return found


async def test_a_spike_is_told_once_and_its_alert_says_what_came_of_it() -> None:
    async with judged([RULE], [ONE], START, STEP) as bot:
        await lived(bot, 1, 10, 10, 10, 1, 1, 1, 1)
        assert bot.told() == [("fired", ""), ("resolved", "")]
        alert = await spike(bot)
        found = Unusual.of(alert)
        assert (alert.since, alert.reason) == (NOW + 2 * STEP, Reason.BACK_TO_NORMAL)
        assert alert.resolved_at == NOW + 7 * STEP  # clear for half an hour after the first that was
        assert (found.lasts, found.span) == (3 * STEP, STEP)
        assert found.low < usual(NOW) < found.top < found.came / 3
        assert (alert.value, alert.limit) == (found.came, found.top)
        came = sum(amounts(NOW, 1, 10, 10, 10)[1:])
        assert came - 3 * 70 * MEGA < found.extra < came - 3 * 40 * MEGA
        assert found.score > found.tells == 1000


async def test_it_is_the_same_at_once_and_bucket_by_bucket() -> None:
    times = (1, 10, 10, 1, 10, 12, 1, 1, 1, 1)
    found = []
    for at_once in (False, True):
        async with judged([RULE], [ONE], START, STEP) as bot:
            if at_once:
                await lived(bot)
                await bot.write(ONE, NOW, amounts(NOW, *times))
                await bot.assess()
            else:
                await lived(bot, *times)
            found.append(await spike(bot))
    assert found[0] == replace(found[1], told_at=found[0].told_at)
    assert found[0].state is State.RESOLVED


async def test_a_bar_that_is_raised_while_it_fires_does_not_say_resolved() -> None:
    async with judged([RULE], [ONE], START, STEP) as bot:
        await lived(bot, 1, 10, 10)
        bot.edit(replace(RULE, judge=Spike(at_least=1000 * MEGA)))
        after = Slot(NOW + 3 * STEP)
        await bot.feed(ONE, after, amounts(after, 10))
        assert bot.told() == [("fired", "")]
        assert (await spike(bot)).reason is Reason.RULE_CHANGED


async def test_a_spike_that_a_revision_takes_away_is_corrected_and_one_that_it_reveals_is_told_late() -> None:
    async with judged([RULE], [ONE], START, STEP) as bot:
        await lived(bot, 1, 10, 1, 1, 1, 1, 1)
        assert bot.told() == [("fired", ""), ("resolved", "")]
        end = NOW + 7 * STEP
        await bot.write(ONE, NOW + STEP, amounts(NOW + STEP, 1), at=end)
        await bot.assess()
        (move,) = [each for each in bot.moves if each.change is Change.CORRECTED]
        assert (move.value, move.was) == pytest.approx((usual(NOW + STEP), usual(NOW + STEP) * 10), rel=1e-6)
        await bot.write(ONE, NOW + 4 * STEP, amounts(NOW + 4 * STEP, 8), at=end)
        (fired, *_) = await bot.assess()
        assert (fired.change, fired.slot, fired.known_at) == (Change.FIRED, NOW + 4 * STEP, end)


@pytest.mark.parametrize("place", [2, 26], ids=["near its beginning", "hours after it"])
async def test_an_alert_that_is_judged_again_remembers_what_it_would_have_remembered(place: int) -> None:
    """A revision of its worst bucket: another one is that then."""
    first = [1, *[10] * 27]
    before, after = first.copy(), first.copy()
    before[place], after[place], revised = 20, 9, Slot(NOW + place * STEP)
    async with judged([RULE], [ONE], START, STEP) as bot:
        await lived(bot)
        await bot.write(ONE, NOW, amounts(NOW, *before))
        await bot.assess()
        await bot.write(ONE, revised, amounts(revised, 9), at=bot.now)
        await bot.assess()
        again = await spike(bot)
    async with judged([RULE], [ONE], START, STEP) as bot:
        await lived(bot)
        await bot.write(ONE, NOW, amounts(NOW, *after))
        await bot.assess()
        straight = await spike(bot)
    assert (again.detail, again.value, again.limit) == (straight.detail, straight.value, straight.limit)
    assert (again.state, again.since, again.fired_at) == (State.FIRING, straight.since, straight.fired_at)


async def test_an_alert_of_a_site_whose_memory_waits_to_be_built_anew_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after an upgrade that remembers otherwise, of more sites than have their turn in one pass."""
    other = site(2)
    async with judged([RULE], [ONE, other], START, STEP) as bot:
        for each, times in ((other, 1), (ONE, 10)):
            await bot.write(each, START, amounts(START, *[1] * ((NOW - START) // STEP)))
            await bot.assess()
            await bot.write(each, NOW, amounts(NOW, 1, times, times, times))
        await bot.assess()
        async with bot.history.writing() as tx:
            await tx.baselines.clear()
        monkeypatch.setattr(watching, "LEARNT_IN_A_PASS", 1)
        await bot.write(other, NOW - 8 * STEP, amounts(NOW - 8 * STEP, 1.01), at=bot.now)  # it has its turn
        await bot.write(ONE, NOW + STEP, amounts(NOW + STEP, 11), at=bot.now)
        await bot.assess()
        assert (await spike(bot)).state is State.FIRING
        after = Slot(NOW + 4 * STEP)
        await bot.feed(ONE, after, amounts(after, 10, 1, 1, 1, 1))
        assert bot.told() == [("fired", ""), ("resolved", "")]
        assert (await spike(bot)).resolved_at == after + 4 * STEP
