"""What the rule language promises of quotas, sentence by sentence, on a real store and a hand-driven clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.model import Reason, State
from bot.domain.periods import Calendar, Per, Starts
from bot.domain.times import DAY, HOUR, Slot, Window, to_instant, to_slot
from tests.service.judged import judged, quota_rule, site

START = to_slot(datetime(2026, 6, 1, tzinfo=UTC))
TOWN = site(1, "town")
DAILY = quota_rule(1000, Per.DAY, (80, 90, 100))


async def test_time_is_data_time() -> None:
    """A bucket is judged when it is complete; an alert's "since" is the end of the bucket that made it true, however
    late the bot learnt of it, and a message about the past says that it is late."""
    async with judged([DAILY], [TOWN], START) as bot:
        await bot.write(TOWN, START, [10] * 80, at=START + 10 * HOUR)
        (move,) = await bot.assess()
        assert (move.alert.since, move.known_at) == (START + 6 * HOUR + 40 * 60, START + 10 * HOUR)
        (text,) = await bot.texts()
        assert "Learnt" in text


async def test_a_thousand_a_day_at_ten_a_bucket_is_told_at_0640_0730_and_0820() -> None:
    """Quota 1000 a day, 10 a bucket: the steps of 80, 90 and 100 % are reached by the ends of their buckets."""
    async with judged([DAILY], [TOWN], START) as bot:
        for n in range(75, 101):
            await bot.write(TOWN, START, [10] * n)
            await bot.assess()
        assert [(int(move.step or 0), (move.known_at - START) // 60) for move in bot.moves] == [
            (80, 400),
            (90, 450),
            (100, 500),
        ]


async def test_unknown_is_not_zero() -> None:
    """A gap never resolves an alert and never counts as quiet; a known sum already over a limit convicts despite gaps.
    Every total shown carries its coverage when that is below 100 %."""
    async with judged([DAILY], [TOWN], START, HOUR) as bot:
        await bot.write(TOWN, START, [None, None, 850, None])
        await bot.assess()
        assert bot.told() == [("fired", "80")]
        assert "25 % known" in (await bot.texts())[0]
        await bot.write(TOWN, START + 4 * HOUR, [None] * 4)
        await bot.assess()
        assert [alert.state for alert in await bot.alerts()] == [State.FIRING]


async def test_once_per_step_and_period() -> None:
    """Each step of a quota tells once per billing period. Several steps crossed in one pass make one message that names
    the highest and lists the times of the others."""
    async with judged([DAILY], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [850])
        await bot.write(TOWN, START + HOUR, [60, 100])
        await bot.assess()
        await bot.feed(TOWN, START + 3 * HOUR, [5])
        assert bot.told() == [("fired", "80"), ("worsened", "100")]
        last = (await bot.texts())[-1]
        assert "100 % of its 1 kB" in last
        assert "90 % on Mon 1 Jun 02:00 UTC" in last
        await bot.write(TOWN, START + 4 * HOUR, [0] * 20 + [900])
        await bot.assess()
        assert bot.told()[2:] == [("fired", "90")]


async def test_late_data_of_a_closed_period_belongs_to_that_period() -> None:
    """Late data of a closed period belongs to that period and never alerts in the new one."""
    async with judged([DAILY], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [*[700], *[None] * 23, 10], at_once=24)
        await bot.write(TOWN, START + 5 * HOUR, [150], at=bot.now)
        (move, closing) = await bot.assess()
        assert move.alert.key.period == Window(START, Slot(START + DAY))
        assert (closing.reason, closing.reason.notifies) == (Reason.PERIOD_ENDED, False)
        assert len(await bot.alerts()) == 1


@pytest.mark.parametrize("edited", [quota_rule(1100, Per.DAY, (80, 90, 100)), quota_rule(2000, Per.DAY, (70, 80))])
async def test_editing_a_rule_resets_repeats_and_resolves_nothing(edited: object) -> None:
    """Editing a rule never resets usage, never repeats what was already told and never sends a false "resolved"."""
    async with judged([DAILY], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [850])
        bot.edit(edited)  # type: ignore[arg-type]
        await bot.feed(TOWN, START + HOUR, [10])
        bot.edit(DAILY)
        await bot.feed(TOWN, START + 2 * HOUR, [10])
        assert bot.told() == [("fired", "80")]
        assert [(alert.value, alert.state) for alert in await bot.alerts()] == [(870, State.FIRING)]


async def test_a_revision_withdraws_what_was_told() -> None:
    """A told breach that is no longer true is withdrawn on the message that told it ("corrected from 1.20 GB to 0.80
    GB"), not "resolved"; a breach that a revision reveals is told once, marked late."""
    async with judged([DAILY], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [850])
        await bot.write(TOWN, START, [500], at=bot.now)
        (move,) = await bot.assess()
        assert (move.change.value, move.was, move.value) == ("corrected", 850, 500)
        await bot.feed(TOWN, START + HOUR, [100])
        await bot.write(TOWN, START, [750], at=bot.now + HOUR)
        (move,) = await bot.assess()
        assert (move.change.value, move.late_by(HOUR).total_seconds()) == ("fired", HOUR)
        assert await bot.assess() == []


LEAPS = {2026: [(1, 31), (2, 28), (3, 31), (4, 30)], 2028: [(1, 31), (2, 29), (3, 31), (4, 30)]}


@pytest.mark.parametrize("year", LEAPS)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "Australia/Adelaide", "America/St_Johns"])
def test_calendars_are_local(year: int, zone: str) -> None:
    """Periods are computed in the site's IANA zone and converted to UTC once: 23- and 25-hour days, zones with half and
    quarter hours, billing day 31 in February."""
    calendar, slot = Calendar(Per.MONTH, ZoneInfo(zone), Starts(day=31)), to_slot(datetime(year, 2, 10, tzinfo=UTC))
    found = []
    for _ in LEAPS[year]:
        start = to_instant(calendar.period(slot).start).astimezone(calendar.zone)
        assert (start.hour, start.minute) == (0, 0)
        found.append((start.month, start.day))
        slot = calendar.period(slot).end
    assert found == LEAPS[year]


async def test_usage_of_a_period_is_the_sum_of_its_buckets_whatever_the_order() -> None:
    """Usage of a period is the sum of its buckets, whatever the order, lateness and repetition of their arrival."""
    amounts = [(n * 37) % 90 for n in range(24)]
    for order in ([*range(23, -1, -1)], [*range(0, 24, 2), *range(1, 24, 2), 5, 5, 7]):
        async with judged([quota_rule(100_000, Per.DAY, (1,))], [TOWN], START, HOUR) as bot:
            await bot.write(TOWN, START, [None] * 24)
            for hour in order:
                await bot.write(TOWN, START + hour * HOUR, [amounts[hour]], at=START + DAY)
                if hour % 5 == 0:
                    await bot.assess()
            await bot.assess()
            (alert,) = await bot.alerts()
            assert (alert.value, alert.known) == (sum(amounts), 24)


async def test_a_restart_keeps_what_was_told() -> None:
    """A restart keeps pending and firing states (every judgement of these tests is by a bot that has just started)."""
    yearly = replace(quota_rule(1000, Per.DAYS, (80,), every=365, anchor=date(2026, 6, 1)), name="yearly")
    async with judged([yearly], [TOWN], START, HOUR) as bot:
        await bot.feed(TOWN, START, [900, 1, 1, 1])
        assert bot.told() == [("fired", "80")]
