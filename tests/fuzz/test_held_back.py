"""What people hear while alerts hold each other back, or flap, is what a naive onlooker says that they should."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.inhibition import holds_back
from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.domain.block import Block
from bot.domain.sites import Site
from bot.domain.times import Slot, Window
from bot.rules.check import parse
from bot.rules.model import UTC_ZONE, Severity
from bot.rules.telling import Flapping
from bot.service.announce import Recorded, announce, record
from bot.service.fleet import Fleet
from bot.service.ports import Standing
from bot.service.replay.memory import MemoryTransaction
from bot.service.replay.past import Past
from bot.service.timers import next_due, run_timers
from tests.fuzz.trying import tries

MINUTE = 60
RULES = """
version: 1
defaults: {receivers: [noc]}
receivers: {noc: {terminal: true}, boss: {terminal: true}}
routes:
  - {match: {kind: quota}, notify: [noc, boss], group_interval: 0s, group_by: [rule, severity]}
  - {match: {kind: [no_data, threshold], severity: critical}, notify: [boss], group_interval: 0s}
  - {notify: [noc], group_interval: 0s}
rules:
  - {name: lte, quota: 1 GB, at: [50%, 80%, 100%], forecast: {reaches: 80%}, pace: [{faster_than: 3x, over: [1d, 2h]}]}
  - {name: other, quota: 1 GB, at: [50%, 80%, 100%]}
  - {name: gone, no_data: {after: 30m}}
  - {name: busy, threshold: {over: 1 GB, within: 1h}}
"""
CAST = [
    ("lte", Kind.QUOTA, 50),
    ("other", Kind.QUOTA, 80),
    ("lte", Kind.FORECAST, 80),
    ("lte", Kind.PACE, None),
    ("gone", Kind.NO_DATA, None),
    ("busy", Kind.THRESHOLD, None),
]
MONTH = Window(Slot(0), Slot(10**9))
SITE = Site(1, "default", "00000001-0000-4000-8000-000000000000", "s1", UTC_ZONE)
Heard = tuple[int, str, str, str]
"""When, who, what happened, to which alert."""


def fleet_of(flapping: Flapping | None) -> Fleet:
    parsed = parse([("fleet.yaml", RULES.encode())])
    assert parsed.configuration is not None, "\n".join(map(str, parsed.problems))
    return Fleet((SITE,), replace(parsed.configuration, flapping=flapping))


def hears(alert: Alert, receiver: str) -> bool:
    """The routes, by hand."""
    if alert.key.kind is Kind.QUOTA:
        return True
    grave = alert.severity is Severity.CRITICAL and alert.key.kind in {Kind.NO_DATA, Kind.THRESHOLD}
    return receiver == ("boss" if grave else "noc")


@dataclass
class Bot:
    """The use cases on a memory, and what people noticed."""

    fleet: Fleet
    heard: list[Heard] = field(default_factory=list)
    tx: MemoryTransaction = field(
        default_factory=lambda: MemoryTransaction(Past(Block.unknown(np.arange(1, 2), Window(Slot(0), Slot(300)), 300)))
    )

    async def happen(self, moves: Sequence[Transition], at: Slot, *, anew: bool) -> list[Transition]:
        stored = await record(self.tx, self.fleet, [move.alert for move in moves], moves, at)
        if anew:
            await announce(self.tx, self.fleet, Recorded(), at, anew=True)
        await self.go(at)
        return stored

    async def go(self, until: Slot) -> None:
        """Everything that is due until then, at its instant."""
        at = await next_due(self.tx, self.fleet, until)
        while at is not None and at <= until:
            await run_timers(self.tx, self.fleet, at)
            await self._deliver(at)
            at = await next_due(self.tx, self.fleet, until)
        await self._deliver(until)

    async def _deliver(self, at: Slot) -> None:
        while rows := await self.tx.outbox.claim("test", at, timedelta(minutes=1), 1000):
            for row in rows:
                group = await self.tx.outbox.get_group(row.group)
                assert group is not None
                for move in await self.tx.outbox.transitions(row.transitions):
                    if row.loud and move.reason.notifies:
                        self.heard.append((at, group.receiver, move.change.value, name_of(move.alert)))
                await self.tx.outbox.settle(replace(row, standing=Standing.DELIVERED), "test")


def name_of(alert: Alert) -> str:
    return f"{alert.key.rule} {alert.key.kind}"


# --- holding back --------------------------------------------------------------------------------------

changes = st.tuples(
    st.integers(0, len(CAST) - 1), st.sampled_from(["turn", "turn", "worse"]), st.sampled_from(Severity)
)
passes = st.lists(st.tuples(st.lists(changes, min_size=1, max_size=4, unique_by=lambda one: one[0]), st.booleans()))


def next_move(old: Alert | None, which: int, verb: str, severity: Severity, at: Slot) -> Transition | None:
    """What happens to one of the cast, None where nothing can."""
    rule, kind, step = CAST[which]
    period = MONTH if kind in {Kind.QUOTA, Kind.FORECAST} else None
    slot = Slot(at - 300)
    if verb == "worse":
        if old is None or not old.is_open or kind is not Kind.QUOTA or (old.step or 0) >= 100:
            return None
        worse = replace(old, step=(old.step or Fraction(50)) + 25, severity=max(old.severity, severity, key=rank))
        return Transition(worse, Change.WORSENED, Reason.STEP_REACHED, slot, at, worse.step)
    if old is not None and old.is_open:
        over = replace(old, state=State.RESOLVED, resolved_at=at, reason=Reason.BACK_TO_NORMAL)
        return Transition(over, Change.RESOLVED, Reason.BACK_TO_NORMAL, slot, at)
    key = AlertKey("default", rule, kind, 1, period=period)
    fresh = Alert(key, State.FIRING, at, severity, limit=1000, step=Fraction(step) if step else None, fired_at=at)
    if old is not None and period is not None:
        fresh = replace(fresh, id=old.id, since=old.since)
    return Transition(fresh, Change.FIRED, Reason.LIMIT_PASSED, slot, at, fresh.step)


def rank(severity: Severity) -> int:
    return severity.rank


@dataclass
class Onlooker:
    """Asks of every alert and receiver after every pass what holds it back now. `knows` is what they were told, of an
    alert or none; `owed` the news that they were not."""

    heard: list[Heard] = field(default_factory=list)
    knows: set[tuple[int, str]] = field(default_factory=set)
    told: set[tuple[int, str]] = field(default_factory=set)
    owed: dict[tuple[int, str], list[str]] = field(default_factory=dict)

    def see(self, moves: Sequence[Transition], firing: Mapping[int, Alert], at: Slot) -> None:
        for move in moves:
            for receiver in ("noc", "boss"):
                self._news(move, receiver, firing, at)
        for (number, receiver), owed in list(self.owed.items()):
            alert = firing.get(number)
            if alert is not None and not is_held(alert, receiver, firing):
                self._say(alert, receiver, owed, at)

    def _news(self, move: Transition, receiver: str, firing: Mapping[int, Alert], at: Slot) -> None:
        alert, key = move.alert, (move.alert.id, receiver)
        if not hears(alert, receiver):
            return
        if move.change is Change.RESOLVED:
            was_owed = self.owed.pop(key, [])
            if key in self.told and "fired" not in was_owed:
                self.heard.append((at, receiver, "resolved", name_of(alert)))
            return
        self.owed.setdefault(key, []).append(move.change.value)
        if not is_held(alert, receiver, firing):
            self._say(alert, receiver, self.owed[key], at)

    def _say(self, alert: Alert, receiver: str, owed: Sequence[str], at: Slot) -> None:
        self.told.add((alert.id, receiver))
        self.heard += [(at, receiver, change, name_of(alert)) for change in owed]
        self.owed.pop((alert.id, receiver))


def is_held(alert: Alert, receiver: str, firing: Mapping[int, Alert]) -> bool:
    return any(holds_back(one, alert) and hears(one, receiver) for one in firing.values())


async def play(story: Sequence[tuple[Sequence[tuple[int, str, Severity]], bool]]) -> tuple[list[Heard], list[Heard]]:
    bot, onlooker, lives = Bot(fleet_of(None)), Onlooker(), dict[int, Alert]()
    for place, (acts, anew) in enumerate(story, 1):
        at = Slot(place * 10 * MINUTE)
        found = [(which, next_move(lives.get(which), which, verb, severity, at)) for which, verb, severity in acts]
        stored = await bot.happen([move for _, move in found if move is not None], at, anew=anew)
        for (which, _), move in zip([one for one in found if one[1] is not None], stored, strict=True):
            lives[which] = move.alert
        onlooker.see(stored, {one.id: one for one in lives.values() if one.is_open}, at)
    return bot.heard, onlooker.heard


@given(passes)
@tries(60)
def test_people_hear_what_nothing_that_they_hear_of_holds_back(
    story: list[tuple[list[tuple[int, str, Severity]], bool]],
) -> None:
    heard, expected = asyncio.run(play(story))
    assert sorted(heard) == sorted(expected)


# --- flapping ------------------------------------------------------------------------------------------

gaps = st.lists(st.integers(1, 200), max_size=40)


def expected_of(times: Sequence[int], flapping: Flapping, end: int) -> list[tuple[int, str]]:
    """Minute by minute: the alert begins and ends in turn at `times`."""
    known, told, flaps, fires = list[int](), list[tuple[int, str]](), False, False
    knows, is_owed = False, False  # whether people know of a firing alert, and are owed the end of it
    for minute in range(end + 1):
        if minute in times:
            known.append(minute * MINUTE)
            fires = not fires
            if flaps:
                is_owed = is_owed or (knows and not fires)
                knows = knows and not is_owed
            else:
                told.append((minute * MINUTE, "fired" if fires else "resolved"))
                knows = fires
        count = sum(minute * MINUTE - flapping.seconds < one for one in known)
        if not flaps and minute in times and count > flapping.changes:
            flaps = True
        elif flaps and count <= flapping.changes // 2:
            flaps = False
            told += [(minute * MINUTE, "resolved")] * is_owed
            told += [(minute * MINUTE, "fired")] * (fires and not knows)
            knows, is_owed = fires, False
    return told


async def flap(times: Sequence[int], flapping: Flapping, end: int) -> list[tuple[int, str]]:
    bot, alert = Bot(fleet_of(flapping)), None
    for minute in times:
        at = Slot(minute * MINUTE)
        await bot.go(Slot(at - 1))
        move = next_move(alert, len(CAST) - 1, "turn", Severity.WARNING, at)
        assert move is not None
        alert = (await bot.happen([move], at, anew=False))[0].alert
    await bot.go(Slot(end * MINUTE))
    return [(at, change) for at, _, change, _ in bot.heard]


@given(gaps, st.integers(2, 7), st.integers(60, 600))
@tries(40)
def test_what_flaps_is_told_as_looking_at_every_minute_says(waits: list[int], count: int, minutes: int) -> None:
    flapping = Flapping(count, timedelta(minutes=minutes))
    times = [100 + sum(waits[:place]) for place in range(1, len(waits) + 1)]
    end = (times[-1] if times else 0) + minutes + 10
    assert sorted(asyncio.run(flap(times, flapping, end))) == sorted(expected_of(times, flapping, end))
