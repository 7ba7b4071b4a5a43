"""Spikes lived through hour by hour, replayed, cut short and told in another order: all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from bot.alerts.model import Transition
from bot.domain.times import DAY, HOUR, Slot, Window
from bot.domain.usage import Bucket
from bot.notify.plain import plain_text
from bot.rules.check import parse
from bot.rules.model import Configuration
from bot.rules.telling import GroupBy, Route, Telling
from bot.service.replay import passes
from bot.service.replay.model import Doings, Late, Replayed
from bot.service.replay.past import Past
from bot.service.replay.run import replay
from tests.fuzz.trying import tries
from tests.service.lived import Amounts, Lived, fleet_of, past_of

START = Slot(20_240 * DAY)
DAYS, LIVED = 11, 36
"""Days that are known before, and hours that are lived."""
BEGIN = Slot(START + DAYS * DAY)
RULES = """
version: 1
defaults: {timezone: UTC, receivers: [noc]}
receivers: {noc: {terminal: true}}
rules:
  - {name: any, spike: {sensitivity: high}, direction: [in, out]}
  - {name: lasting, spike: {at_least: 1 kB}, direction: in, for: 2h, keep_firing_for: 3h, notify: [noc]}
"""
OFTEN = Route(telling=Telling((GroupBy.SITE,), repeat_every=timedelta(hours=2)))
NO_SHRINKING = (Phase.explicit, Phase.generate)

events = st.lists(
    st.tuples(st.integers(0, LIVED - 1), st.integers(1, 12), st.sampled_from([0, 3, 8, 30])), min_size=1, max_size=4
)
lates = st.lists(st.tuples(st.integers(0, LIVED - 2), st.integers(0, 40), st.sampled_from([1, 25])), max_size=3)
LARGE = [(10, 4, 8), (14, 4, 30), (27, 2, 8)]
LATER = [(10, 6, 25), (20, 9, 1)]


def configuration() -> Configuration:
    parsed = parse([("fleet.yaml", RULES.encode())])
    assert parsed.configuration is not None, "\n".join(map(str, parsed.problems))
    return replace(parsed.configuration, routes=(OFTEN,))


def traffic(site: int, changes: Sequence[tuple[int, int, int]]) -> list[tuple[int, int] | None]:
    """A rhythm of days, with changes of some hours: times so much, nothing known where that is 0."""
    found: list[tuple[int, int] | None] = []
    for hour in range(DAYS * 24 + LIVED):
        usual = 4_000 + 3_000 * (hour % 24 // 8) + (hour * 7919 + site * 104_729) % 997
        factor = next((by for start, length, by in changes if 0 <= hour - DAYS * 24 - start < length), 1)
        found.append((usual * factor, usual // 3 * max(factor // 4, 1)) if factor else None)
    return found


def arrivals(drawn: Sequence[tuple[int, int, int]], series: Amounts) -> tuple[Late, ...]:
    """Of site 1: hours that were not known, or other, until so many hours after their end."""
    found: dict[int, Late] = {}
    for hour, after, factor in drawn:
        index = DAYS * 24 + hour
        seen = START + (index + 1 + after) * HOUR + 60
        both = series[index] or (5_000, 1_000)
        if seen <= START + len(series) * HOUR:
            bucket = Bucket(START + index * HOUR, both[0] * factor, both[1])
            found[hour] = Late(1, bucket, Slot(seen))
    return tuple(found.values())


def replayed(past: Past, sites: int, late: Sequence[Late] = (), end: Slot | None = None) -> Replayed:
    fleet, window = fleet_of(configuration(), sites, HOUR), Window(BEGIN, end or past.window.end)
    return asyncio.run(replay(past, fleet, window, Doings(late), plain_text))


@given(events, events, lates)
@settings(tries(1), phases=NO_SHRINKING)
@example(LARGE, [(30, 3, 30)], LATER)
def test_what_is_lived_is_what_is_replayed(
    one: list[tuple[int, int, int]], other: list[tuple[int, int, int]], drawn: list[tuple[int, int, int]]
) -> None:
    every = [traffic(1, one), traffic(2, other)]
    past, late = past_of(every, START, HOUR), arrivals(drawn, every[0])
    fleet = fleet_of(configuration(), 2, HOUR)
    lived = asyncio.run(Lived(fleet, past, late, Doings(late), since=BEGIN).run())
    found = replayed(past, 2, late)
    assert list(found.transitions) == lived.transitions
    assert [(told.at, told.receiver, told.text) for told in found.messages] == lived.messages
    if one == LARGE:
        assert {move.alert.key.rule for move in found.transitions} == {"any", "lasting"}


def known_until(found: Replayed, end: int) -> list[Transition]:
    return [move for move in found.transitions if move.known_at <= end]


@given(events, lates, st.integers(1, LIVED - 1))
@settings(tries(2), phases=NO_SHRINKING)
@example(LARGE, LATER, 24)
def test_the_future_changes_nothing_of_what_was_said(
    one: list[tuple[int, int, int]], drawn: list[tuple[int, int, int]], hours: int
) -> None:
    series = traffic(1, one)
    late, end = arrivals(drawn, series), Slot(BEGIN + hours * HOUR)
    whole = replayed(past_of([series], START, HOUR), 1, late)
    cut = past_of([series[: DAYS * 24 + hours]], START, HOUR)
    assert replayed(cut, 1, [each for each in late if each.seen <= end]).transitions == tuple(known_until(whole, end))


@given(events, events, lates)
@settings(tries(1), phases=NO_SHRINKING)
def test_one_part_or_many_make_no_difference(
    one: list[tuple[int, int, int]], other: list[tuple[int, int, int]], drawn: list[tuple[int, int, int]]
) -> None:
    every = [traffic(1, one), traffic(2, other), traffic(3, [])]
    past, late = past_of(every, START, HOUR), arrivals(drawn, every[0])
    whole = replayed(past, 3, late)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passes, "CELLS", 1)
        assert replayed(past, 3, late) == whole
