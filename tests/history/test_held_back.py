"""Silences, and the news that is held back for them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from bot.alerts.endings import Ending, ForecastPasses, GetsWorse, Level, PeriodResets
from bot.alerts.model import State
from bot.alerts.silences import Silence
from bot.domain.times import Slot
from bot.rules.model import Severity
from bot.rules.selectors import Selector
from bot.rules.telling import EVERYTHING, Match
from bot.service.ports import HeldBack, History
from tests.history.given import group, quota_alert, threshold_alert

IN_MEMORY_TOO = True

SITES = Selector(("cape-*",), ("3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10",), ("acme",), {"plan": ("lte-500", "lte-2*")})
NARROW = Match(("lte-*",), ("quota", "pace"), (Severity.CRITICAL,), ("in",), SITES)


async def test_a_silence_comes_back_as_it_was_saved(history: History) -> None:
    async with history.writing() as t:
        wide = await t.silences.save(Silence(EVERYTHING, Slot(10), Slot(20), "Ana", "maintenance"))
        narrow = await t.silences.save(Silence(NARROW, Slot(5), Slot(30)))
    async with history.reading() as t:
        assert await t.silences.ending_after(Slot(0)) == [wide, narrow]
        assert wide.id < narrow.id


async def test_silences_that_are_over_are_left_out_and_one_may_be_ended_early(history: History) -> None:
    async with history.writing() as t:
        one = await t.silences.save(Silence(EVERYTHING, Slot(10), Slot(20)))
        two = await t.silences.save(Silence(EVERYTHING, Slot(10), Slot(30)))
        assert await t.silences.ending_after(Slot(19)) == [one, two]
        assert await t.silences.ending_after(Slot(20)) == [two]
        await t.silences.save(replace(two, ends_at=Slot(15)))
        assert await t.silences.ending_after(Slot(15)) == [one]


async def test_one_row_is_held_back_for_each_alert_and_receiver(history: History) -> None:
    async with history.writing() as t:
        first, second = await t.alerts.save([quota_alert(), threshold_alert()])
        rows = [
            HeldBack(first.id, "noc", (1,), Slot(5)),
            HeldBack(first.id, "Zed", (1, 2), Slot(6), source=second.id, flaps=True),
            HeldBack(second.id, "noc", (3,), Slot(7)),
        ]
        await t.held.save(rows)
        more = replace(rows[0], transitions=(1, 4))
        await t.held.save([more])
    async with history.writing() as t:
        assert await t.held.all() == [rows[1], more, rows[2]]
        assert await t.held.of([first.id]) == [rows[1], more]
        assert await t.held.by_sources() == [rows[1]]
        await t.held.drop([more, HeldBack(99, "nobody", (), Slot(0))])
        assert await t.held.all() == [rows[1], rows[2]]
        assert await t.held.of([]) == []


async def test_what_people_did_about_an_alert_is_kept_with_it(history: History) -> None:
    taken = replace(
        quota_alert(),
        told_at=Slot(7),
        escalated_at=Slot(8),
        acknowledged_by="Ana",
        acknowledged_at=Slot(9),
        acknowledged_until=Slot(90),
        flapping=7,
    )
    async with history.writing() as t:
        plain, alert = await t.alerts.save([threshold_alert(), taken])
        assert await t.alerts.get(alert.id) == alert
        assert await t.alerts.get(plain.id) == plain


async def test_what_is_taken_until_some_time_is_found(history: History) -> None:
    taken = replace(quota_alert(), acknowledged_by="Ana", acknowledged_at=Slot(9), acknowledged_until=Slot(90))
    for_good = replace(taken, acknowledged_until=None)
    lapsed = replace(taken, acknowledged_by="", acknowledged_at=None)
    async with history.writing() as t:
        first, *_, last = await t.alerts.save([taken, for_good, lapsed, replace(taken, state=State.RESOLVED), taken])
        assert await t.alerts.taken() == [first, last]
        await t.alerts.save([replace(first, acknowledged_by="", acknowledged_at=None)])
        assert await t.alerts.taken() == [last]


async def test_the_route_of_a_message_and_when_it_was_last_told_are_kept(history: History) -> None:
    async with history.writing() as t:
        saved = await t.outbox.save_group(replace(group(), route="ab12", told_at=Slot(9)))
        assert await t.outbox.get_group(saved.id) == saved


@pytest.mark.parametrize(
    "ending",
    [
        PeriodResets(),
        ForecastPasses(Fraction(25, 2)),
        GetsWorse(
            {
                "acme/quota/total/1/lte": Level(Severity.WARNING, Fraction(80)),
                "acme/pace/in/0/x": Level(Severity.CRITICAL),
            }
        ),
    ],
)
async def test_what_ends_a_silence_before_its_time_is_kept(history: History, ending: Ending) -> None:
    async with history.writing() as t:
        kept = await t.silences.save(
            Silence(EVERYTHING, Slot(10), Slot(20), ending=ending, lapsed={7: Slot(15)}, created_at=Slot(9))
        )
        assert await t.silences.get(kept.id) == kept
        assert await t.silences.get(kept.id + 1) is None
