"""One replay of a past gives what operation gave, which lived through it bucket by bucket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import time, timedelta
from fractions import Fraction

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.alerts.endings import ForecastPasses, GetsWorse, PeriodResets
from bot.alerts.silences import Silence
from bot.domain.times import Slot
from bot.domain.usage import Bucket
from bot.notify.plain import plain_text
from bot.rules.check import parse
from bot.rules.model import Configuration
from bot.rules.telling import (
    EVERYTHING,
    SIX_A_DAY,
    Escalation,
    Flapping,
    GroupBy,
    Match,
    MuteTiming,
    Route,
    Severity,
    Telling,
)
from bot.service.replay import passes
from bot.service.replay.model import Acknowledged, Doings, Late, Replayed
from bot.service.replay.run import replay
from tests.fuzz.trying import tries
from tests.service.lived import Amounts, Lived, fleet_of, past_of

STEP = 60
START = 1_780_273_800
"""1 June 2026, 00:30 UTC."""
HEAD = """
version: 1
defaults: {timezone: UTC, receivers: [noc]}
receivers: {noc: {terminal: true}, other: {email: [a@example.com]}}
rules:
"""
EARLY = MuteTiming("early", times=((time(0, 50), time(1, 5)),))
SOON = Escalation(timedelta(minutes=7), ("other",))
ROUTES: tuple[tuple[Route, ...], ...] = (
    (),
    (
        Route(Match(severities=(Severity.CRITICAL,)), ("other",)),
        Route(telling=Telling((GroupBy.SITE,), repeat_every=timedelta(minutes=10))),
    ),
    (Route(EVERYTHING, None, Telling(group_wait=timedelta(minutes=2), escalate=SOON)),),
    (
        Route(telling=Telling(mute=("early",)), goes_on=True),
        Route(notify=("other",), telling=Telling((), send_resolved=False, repeat_every=timedelta(minutes=6))),
    ),
)
"""Manners of telling of which a replay is to be true."""
RULES = (
    "- {name: hourly, quota: 1 kB, per: hour, at: [50%, 80%, 100%, 120%], severity: {100%: critical}}",
    "- {name: daily, quota: 3 kB, per: day, at: [25%, 50%, 100%], direction: [in, out], notify: [noc, other]}",
    "- {name: over, threshold: {over: 200 B, within: 5m}, for: 2m, keep_firing_for: 3m}",
    "- {name: peak, threshold: {over: 60 B, within: 1m}, direction: max, notify: [other]}",
    "- {name: under, threshold: {under: 50 B, within: 4m}, for: 1m, sites: {name: [s1, s3]}}",
    "- {name: gone, no_data: {after: 2m}}",
    "- {name: idle, no_data: {after: 3m, zero_is_silent: true}, keep_firing_for: 2m}",
    "- {name: bursts, percentile: {p: 80, over: 8 bps}, per: hour, at: [50%, 100%], direction: [max, out]}",
    "- {name: summed, percentile: {p: 80, over: 16 bps}, per: hour, at: [50%, 100%], direction: [max], pool: true}",
    "- {name: fast, quota: 3 kB, per: day, pace: [{faster_than: 20x, over: [10m, 5m]}]}",
    "- {name: long, quota: 3 kB, per: day, pace: [{faster_than: 9x, over: [25m, 5m]}], direction: in}",
    "- {name: paced, quota: 3 kB, per: day, pool: true, pace: [{faster_than: 30x, over: [10m, 5m]}], notify: [other]}",
    (
        "- {name: burning, quota: 3 kB, per: hour, pool: true, rollover: {up_to: 1 kB}, direction: [max, out],"
        " pace: [{faster_than: 1.5x, over: [25m, 5m]}, {faster_than: 3x, over: [6m, 5m]}]}"
    ),
)
"""Kinds of rule of which a replay is to be true, each a line of YAML."""
HOLDING = (
    (0, 2, 5),
    (0, "- {name: twin, quota: 1 kB, per: hour, at: [60%, 90%, 110%]}", 5),
    (7, "- {name: twins, percentile: {p: 80, over: 8 bps}, per: hour, at: [75%, 90%], direction: [max, out]}", 6),
    (7, "- {name: again, percentile: {p: 80, over: 8 bps}, per: hour, at: [25%, 60%], severity: info}"),
    (2, 3, "- {name: higher, threshold: {over: 300 B, within: 5m}, severity: critical}", 5),
    (1, 9, 10, "- {name: still, no_data: {after: 4m}, severity: critical}"),
)
"""Rules whose alerts hold each other back; numbers are of those above."""
OFTEN = (None, SIX_A_DAY, Flapping(2, timedelta(minutes=20)), Flapping(3, timedelta(minutes=45)))

NOBODY = Doings()
TRIED = (Phase.explicit, Phase.generate)
"""A life takes a quarter of a second: to shrink an example takes longer than to read it."""

levels = st.sampled_from([0, 0, 10, 30, 45, 90])
runs = st.lists(st.tuples(st.integers(1, 25), st.one_of(st.none(), st.tuples(levels, levels))), min_size=2, max_size=10)
series = runs.map(lambda parts: [both for length, both in parts for _ in range(length)][:90])
lates = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 80), st.integers(0, 2000), st.tuples(levels, levels)), max_size=3
)


def configuration(
    rules: Sequence[str], routes: Sequence[Route] = (), flapping: Flapping | None = SIX_A_DAY
) -> Configuration:
    parsed = parse([("fleet.yaml", "\n".join([HEAD, *(f"  {rule}" for rule in rules)]).encode())])
    assert parsed.configuration is not None, "\n".join(map(str, parsed.problems))
    early = {"early": EARLY}
    return replace(parsed.configuration, routes=tuple(routes), mute_timings=early, flapping=flapping)


def late_ones(drawn: Sequence[tuple[int, int, int, tuple[int, int]]], count: int, length: int) -> tuple[Late, ...]:
    """Of sites and slots that there are, seen after their end and before the past's."""
    found: dict[tuple[int, int], Late] = {}
    for site, index, after, both in drawn:
        slot = START + index * STEP
        seen = slot + STEP + after
        if site < count and seen <= START + length * STEP:
            found[site, index] = Late(site + 1, Bucket(slot, *both), Slot(seen))
    return tuple(found.values())


async def both(every: Sequence[Amounts], doings: Doings, rules: Configuration) -> tuple[Lived, Replayed]:
    fleet, past = fleet_of(rules, len(every), STEP), past_of(every, START, STEP)
    lived = await Lived(fleet, past, doings.late, doings).run()
    return lived, await replay(past, fleet, past.window, doings, plain_text)


def check(every: Sequence[Amounts], late: Sequence[Late], rules: Configuration, doings: Doings = NOBODY) -> None:
    lived, replayed = asyncio.run(both(every, replace(doings, late=late), rules))
    assert list(replayed.transitions) == lived.transitions
    assert _by_receiver((one.at, one.receiver, one.text) for one in replayed.messages) == _by_receiver(lived.messages)


def _by_receiver(messages: Iterable[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """Each receiver's in order; which of several receivers is told first at an instant is of no account."""
    return sorted(messages, key=lambda one: one[:2])


@given(
    st.lists(series, min_size=1, max_size=3),
    st.lists(st.sampled_from(RULES), min_size=1, max_size=3, unique=True),
    st.sampled_from(ROUTES),
)
@settings(tries(6), phases=TRIED)
def test_what_arrives_on_time_gives_the_same_lived_and_replayed(
    every: list[Amounts], rules: list[str], routes: Sequence[Route]
) -> None:
    check(every, (), configuration(rules, routes))


@given(st.lists(series, min_size=1, max_size=3), lates, st.sampled_from(RULES))
@settings(tries(6), phases=TRIED)
def test_what_arrives_late_gives_the_same_lived_and_replayed(
    every: list[Amounts], drawn: list[tuple[int, int, int, tuple[int, int]]], rule: str
) -> None:
    check(every, late_ones(drawn, len(every), max(map(len, every))), configuration([rule]))


minutes = st.integers(0, 85).map(lambda minute: Slot(START + minute * STEP))
names = st.sampled_from([rule.partition(": ")[2].partition(",")[0] for rule in RULES])


@st.composite
def silences(draw: st.DrawFn) -> Silence:
    """There from the beginning, or set while it goes on, at or before its beginning."""
    start, length = draw(minutes), draw(st.integers(1, 60)) * STEP
    created = draw(st.one_of(st.none(), st.integers(START + STEP, max(START + STEP, start)).map(_whole)))
    ending = draw(st.sampled_from([None, None, PeriodResets(), GetsWorse(), ForecastPasses(Fraction(40))]))
    match = draw(st.one_of(st.just(EVERYTHING), names.map(lambda name: Match(rules=(name,)))))
    return Silence(match, start, Slot(start + length), "Ana", "why", ending, created_at=created)


def _whole(slot: int) -> Slot:
    return Slot(slot - slot % STEP)


acknowledgements = st.builds(
    lambda rule, site, at, after: Acknowledged(rule, site, at, Slot(at + after) if after else None),
    names,
    st.sampled_from([None, 1, 2]),
    minutes,
    st.sampled_from([None, STEP, 7 * STEP, 20 * STEP]),
)


@given(
    st.lists(series, min_size=1, max_size=2),
    st.lists(st.sampled_from(RULES), min_size=1, max_size=3, unique=True),
    st.sampled_from(ROUTES),
    st.lists(silences(), max_size=3),
    st.lists(acknowledgements, max_size=2),
)
@settings(tries(8), phases=TRIED)
def test_what_people_do_gives_the_same_lived_and_replayed(
    every: list[Amounts],
    rules: list[str],
    routes: Sequence[Route],
    silenced: list[Silence],
    taken: list[Acknowledged],
) -> None:
    check(every, (), configuration(rules, routes), Doings((), silenced, taken))


@given(
    st.lists(series, min_size=1, max_size=2),
    lates,
    st.sampled_from(HOLDING),
    st.sampled_from(ROUTES),
    st.sampled_from(OFTEN),
)
@settings(tries(4), phases=TRIED)
def test_what_is_held_back_is_the_same_lived_and_replayed(
    every: list[Amounts],
    drawn: list[tuple[int, int, int, tuple[int, int]]],
    chosen: Sequence[int | str],
    routes: Sequence[Route],
    flapping: Flapping | None,
) -> None:
    rules = [RULES[one] if isinstance(one, int) else one for one in chosen]
    late = late_ones(drawn, len(every), max(map(len, every)))
    check(every, late, configuration(rules, routes, flapping))


@given(st.lists(series, min_size=2, max_size=5))
@tries(10)
def test_one_part_or_many_make_no_difference(every: list[Amounts]) -> None:
    fleet, past = fleet_of(configuration(RULES), len(every), STEP), past_of(every, START, STEP)
    whole = asyncio.run(replay(past, fleet, past.window, Doings(), plain_text))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passes, "CELLS", 1)
        assert asyncio.run(replay(past, fleet, past.window, Doings(), plain_text)) == whole
