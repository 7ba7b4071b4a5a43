"""How sites moved, as operation remembers it, and what a fleet's alert keeps of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bot.alerts.fleet import Rise
from bot.alerts.model import Alert, AlertKey, Kind, State
from bot.domain.times import HOUR, Slot, Window
from bot.domain.usage import Direction
from bot.engine.edges import BREACH
from bot.engine.spikes.fleet import Moves, Together
from bot.rules.model import Rule, Severity, Spike
from bot.service.judging import Due
from bot.service.spikes.fleet_moves import FleetMoves, Taken
from bot.service.spikes.fleet_rise import Course
from tests.service.judged import site

START = Slot(20_240 * 24 * HOUR)
RULE = Rule("odd", Spike(), directions=(Direction.IN,), notify=())
NOTHING: Any = None
"""Instead of a transaction: nothing is found again without a watch."""


def hours(number: int) -> Slot:
    return Slot(START + number * HOUR)


def put(moves: FleetMoves, first: int, end: int, judged_until: int) -> None:
    """Hours of site 1, each of which moved by its number."""
    due = Due(site(1), hours(first), hours(end), START, START, hours(judged_until), None)
    own = np.arange(first, end, dtype=np.float32)[None]
    moves.put([Taken(RULE, Direction.IN, [due], Moves(np.array([1]), hours(first), HOUR, own, own, own))])


async def known(moves: FleetMoves, end: int) -> list[int]:
    """The hours that are remembered up to this one."""
    due = Due(site(1), START, hours(end), START, START, START, None)
    found = (await moves.of(NOTHING, RULE, Direction.IN, [due], Window(START, hours(end)))).move[0]
    assert found[~np.isnan(found)].tolist() == np.flatnonzero(~np.isnan(found)).tolist()
    return np.flatnonzero(~np.isnan(found)).tolist()


@pytest.mark.parametrize(
    ("first", "end", "judged_until", "left"),
    [(4, 6, 4, range(6)), (2, 6, 4, range(6)), (6, 8, 6, range(6, 8)), (3, 7, 6, range(3, 7))],
)
async def test_what_was_judged_by_others_meanwhile_is_forgotten(
    first: int, end: int, judged_until: int, left: range
) -> None:
    moves = FleetMoves(HOUR)
    put(moves, 0, 4, 0)
    put(moves, first, end, judged_until)
    assert await known(moves, end) == list(left)


async def test_no_more_is_kept_than_a_day_and_a_half() -> None:
    moves = FleetMoves(HOUR)
    put(moves, 0, 30, 0)
    put(moves, 30, 40, 30)
    assert await known(moves, 40) == list(range(4, 40))


@pytest.mark.parametrize("cuts", [[3], [0, 3], [1, 2, 3]])
def test_a_rise_is_told_by_its_worst_bucket_however_it_is_cut(cuts: list[int]) -> None:
    factor = np.array([0.25, 0.5, 0.75, 0.5], np.float32)
    sites, amounts = np.full(4, 1), np.array([1, 2, 3, 4]) * 1000
    moves = Moves(np.array([7]), START, HOUR, *[factor[None]] * 3)
    found = Together(sites, sites, factor, factor)
    beyond = np.array([[False, True, False, False]])
    course = Course(moves, found, np.full(4, BREACH, np.int8), amounts, amounts // 2, beyond)
    alert = Alert(AlertKey("default", "odd", Kind.SPIKE, None), State.FIRING, hours(1), Severity.WARNING)
    for column in cuts:
        alert = replace(course.kept(alert, column), judged_until=course.end_of(column))
    rise = Rise.of(alert)
    assert (rise.factor, rise.at, rise.came, rise.usual) == (750, hours(3), 3000, 1500)
    assert (alert.value, alert.limit, rise.beyond, rise.largest) == (3000, 1500, (7,), ((7, 750),))
