"""What a spike's alert says of itself: how often it was so before, and how much of the site's quota it is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.alerts.spike import Unusual
from bot.domain.block import Block
from bot.domain.times import DAY, HOUR, Slot, Window, to_slot
from bot.domain.usage import Direction
from bot.rules.check import parse
from bot.rules.model import Severity
from bot.service.fleet import Fleet
from bot.service.replay.lines import line_of
from bot.service.replay.memory import MemoryTransaction
from bot.service.replay.past import Past
from bot.service.spikes.like import like_days
from bot.service.spikes.view import spike_view
from bot.service.views import LikeDays
from tests.service.lived import fleet_of

STEP = 1800
GB = 10**9
HEAD = "version: 1\ndefaults: {receivers: [noc]}\nreceivers: {noc: {terminal: true}}\n"
BERLIN = ZoneInfo("Europe/Berlin")
CHANGED = to_slot(datetime(2026, 3, 29, tzinfo=UTC))
"""The midnight before clocks are put forward in Berlin."""


def fleet(rules: str = "[{name: odd, spike: {}}]") -> Fleet:
    parsed = parse([("fleet.yaml", f"{HEAD}rules: {rules}\n".encode())])
    assert parsed.configuration is not None, parsed.problems
    found = fleet_of(parsed.configuration, 1, STEP)
    return replace(found, sites=(replace(found.sites[0], timezone=BERLIN, quota=200 * GB),))


def alert(at: int, direction: Direction = Direction.IN, came: int = 100, span: int = STEP, extra: int = 0) -> Alert:
    """Of site 1, firing, with its worst bucket up to `at`."""
    key = AlertKey("default", "odd", Kind.SPIKE, 1, direction)
    unusual = Unusual(at=at, span=span, came=came, low=10, top=20, extra=extra)
    detail = unusual.as_detail()
    return Alert(key, State.FIRING, Slot(at), Severity.WARNING, detail=detail, judged_until=Slot(at), id=7)


def past(days: int, high: dict[int, int], unknown: range = range(0)) -> MemoryTransaction:
    """So many days up to CHANGED + 2 days, with 10 bytes a bucket but for `high`: slot → bytes. Nothing is known of
    the slots in `unknown`."""
    end = CHANGED + 2 * DAY
    block = Block.unknown(np.array([1]), Window(Slot(end - days * DAY), Slot(end)), STEP)
    block.in_bytes[:] = 10
    block.known[:] = True
    for slot, amount in high.items():
        block.in_bytes[0, block.column(slot)] = amount
    for slot in unknown:
        block.known[0, block.column(slot)] = False
    return MemoryTransaction(Past(block))


async def said(tx: MemoryTransaction, at: int) -> LikeDays:
    return (await like_days(tx.buckets, fleet(), [alert(at)]))[7]


async def test_days_are_compared_at_their_local_time() -> None:
    at = CHANGED + DAY + 8 * HOUR  # ten o'clock in Berlin; the days before the change it was nine in UTC
    high = {at - 3 * DAY + HOUR - STEP: 100, at - 5 * DAY - 2 * STEP: 100}
    assert await said(past(40, high), at) == LikeDays(28, 28, 1)


async def test_half_an_hour_before_and_after_is_the_same_time_and_an_hour_is_not() -> None:
    at = CHANGED + DAY + 8 * HOUR
    for beside, found in ((-2, 0), (-1, 1), (0, 1), (1, 1), (2, 0)):
        slot = at - DAY - STEP + beside * STEP
        assert await said(past(40, {slot: 100}), at) == LikeDays(28, 28, found), beside


async def test_only_days_that_are_known_count_and_a_short_history_is_short() -> None:
    at = CHANGED + DAY + 8 * HOUR
    assert await said(past(4, {}), at) == LikeDays(3, 3, 0)
    gap = range(at - 3 * DAY, at - DAY - HOUR, STEP)
    assert await said(past(40, {}, gap), at) == LikeDays(28, 26, 0)
    assert await said(past(2, {}), CHANGED + HOUR) == LikeDays(0, 0, 0)


async def test_nothing_that_came_later_is_looked_at() -> None:
    at = CHANGED + DAY
    later = dict.fromkeys(range(at, CHANGED + 2 * DAY, STEP), 100)
    assert await said(past(40, later), at) == LikeDays(28, 28, 0)


def test_a_line_of_a_backtest_says_what_is_usual() -> None:
    told = replace(alert(CHANGED, came=2 * GB), value=2 * GB, limit=GB)
    move = Transition(told, Change.FIRED, Reason.LIMIT_PASSED, Slot(CHANGED - STEP), Slot(CHANGED), None, 2 * GB)
    line = json.loads(line_of(move, fleet()))
    assert [line[key] for key in ("site", "value", "limit", "baseline")] == ["s1", 2 * GB, GB, GB]
    other = replace(told, key=replace(told.key, kind=Kind.THRESHOLD), detail={})
    assert json.loads(line_of(replace(move, alert=other), fleet()))["baseline"] is None


async def test_a_level_of_a_whole_day_has_no_time_of_day_to_be_compared_at() -> None:
    at = CHANGED + DAY
    assert await like_days(past(40, {}).buckets, fleet(), [alert(at, span=DAY, came=1)]) == {}
    assert await like_days(past(40, {}).buckets, fleet(), [alert(at, span=DAY - STEP, came=1)]) != {}


async def test_of_other_kinds_and_of_what_has_no_site_nothing_is_looked_up() -> None:
    at, tx = CHANGED + DAY, past(4, {})
    others = [
        replace(alert(at), key=replace(alert(at).key, kind=Kind.THRESHOLD)),
        replace(alert(at), key=replace(alert(at).key, site=None)),
        replace(alert(at), detail={}),
        replace(alert(at), key=replace(alert(at).key, site=99)),
    ]
    for one in others:
        assert await like_days(tx.buckets, fleet(), [one]) == {}


QUOTA = "{name: lte, quota: 500 GB, per: month, direction: %s}"


@pytest.mark.parametrize(
    ("rule", "direction", "part"),
    [
        (QUOTA % "total", Direction.IN, "0.8"),
        (QUOTA % "in", Direction.IN, "0.8"),
        (QUOTA % "out", Direction.IN, None),
        (QUOTA % "max", Direction.IN, None),
        (QUOTA % "in", Direction.TOTAL, None),
        (QUOTA % "total", Direction.TOTAL, "0.8"),
        ("{name: lte, quota: site, per: month}", Direction.IN, "2"),
        ("{name: lte, quota: 500 GB, per: month, pool: true}", Direction.IN, None),
        ("{name: lte, quota: 500 GB, per: month, sites: {name: s2}}", Direction.IN, None),
        ("{name: other, threshold: {over: 1 GB, within: 1h}}", Direction.IN, None),
    ],
)
def test_what_came_beyond_the_usual_is_a_part_of_the_quota_that_counts_it(
    rule: str, direction: Direction, part: str | None
) -> None:
    rules = fleet(f"[{rule}, {{name: odd, spike: {{}}}}]")
    view = spike_view(alert(CHANGED, direction, extra=4 * GB), rules)
    assert view is not None
    assert (None if view.share is None else f"{float(view.share.part):g}") == part
    assert view.share is None or (view.share.end - view.share.start).days == 30  # March, with its clock change


def test_what_began_in_the_period_before_is_no_part_of_this_ones_quota() -> None:
    rules = fleet(f"[{QUOTA % 'total'}]")
    turn = to_slot(datetime(2026, 3, 31, 22, tzinfo=UTC))
    late = replace(alert(turn + HOUR, extra=GB), since=Slot(turn - HOUR))
    view = spike_view(late, rules)
    assert view is not None
    assert view.share is None


def test_a_spike_without_a_word_of_its_episode_shows_none() -> None:
    assert spike_view(replace(alert(CHANGED), detail={}), fleet()) is None
    assert spike_view(alert(CHANGED), fleet()) is not None


def test_three_hours_are_mostly_so_and_a_quarter_of_an_hour_throughout() -> None:
    short = replace(fleet(), bucket=300)
    for span, is_mostly in ((900, False), (3600, False), (10800, True)):
        view = spike_view(alert(CHANGED, span=span), short)
        assert view is not None
        assert view.is_mostly is is_mostly
