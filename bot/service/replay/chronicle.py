"""Telling what a replay found, moment by moment, as operation would have: nobody is told before it was known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations, groupby, takewhile

from bot.alerts.fleet import is_fleets
from bot.alerts.inhibition import Place, may_depend_on_limits, place_of
from bot.alerts.model import Alert, Transition
from bot.alerts.silences import Silence
from bot.domain.times import HOUR, Slot, Window, floor
from bot.service.announce import Recorded, announce, store
from bot.service.attend import acknowledge, firing_of, silence
from bot.service.audit import BOT, Actor
from bot.service.fleet import Fleet
from bot.service.hearing import in_force
from bot.service.lapses import Reach, look_at_forecasts
from bot.service.notification import Beside, notification
from bot.service.ports import Group, OutboxRow, Standing
from bot.service.replay.memory import MemoryTransaction
from bot.service.replay.model import Acknowledged, Told
from bot.service.replay.passes import Noted
from bot.service.replay.refresh import refresh
from bot.service.spikes.like import like_days
from bot.service.timers import next_due, run_timers
from bot.service.views import Notification
from bot.service.withhold import withhold

OWNER = "replay"
LEASE = timedelta(minutes=1)
AT_ONCE = 1000
SOMEBODY = "somebody"

Words = Callable[[Notification], str]


def in_order(noted: Iterable[Noted], fleet: Fleet) -> list[Noted]:
    """As operation would have recorded them: by when they were known, and within one pass rule by rule."""
    rules = {rule.name: (place, rule) for place, rule in enumerate(fleet.configuration.rules)}
    sites = {site.key: place for place, site in enumerate(fleet.sites)}

    def order(one: Noted) -> tuple[int, ...]:
        key = one.alert.key
        place, rule = rules[key.rule]
        kind, direction = rule.kinds.index(key.kind), rule.directions.index(key.direction)
        start = key.period.start if key.period else 0
        site = sites[key.site] if key.site is not None else -1
        return one.at, (key.site is None) + is_fleets(key), one.hour, place, kind, direction, start, site

    return sorted(noted, key=order)


@dataclass(slots=True)
class Chronicle:
    """What is recorded and told. `words` makes the plain text of a message; None where nobody wants to read it."""

    tx: MemoryTransaction
    fleet: Fleet
    window: Window
    words: Words | None
    transitions: list[Transition]
    messages: list[Told]
    _ids: dict[tuple[int, int], int]

    @classmethod
    def begin(cls, tx: MemoryTransaction, fleet: Fleet, window: Window, words: Words | None) -> Chronicle:
        return cls(tx, fleet, window, words, [], [], {})

    async def record(self, noted: Sequence[Noted], at: Slot) -> None:
        """What became known at one moment, in the steps in which operation would have recorded it."""
        recorded = Recorded()
        for _, together in groupby(noted, _pass):
            await self._store(recorded, list(together))
        await self._measure(recorded.moves, at)
        await announce(self.tx, self.fleet, recorded, at)
        self.transitions += recorded.moves

    async def _store(self, recorded: Recorded, noted: Sequence[Noted]) -> None:
        latest = {one.own: one.alert for one in noted}
        alerts = {own: replace(alert, id=self._ids.get(own, 0)) for own, alert in latest.items()}
        happened = [one for one in noted if one.move is not None]
        moves = [replace(one.move, alert=alerts[one.own]) for one in noted if one.move is not None]
        before = len(recorded.moves)
        await store(self.tx, recorded, list(alerts.values()), moves)
        stored = recorded.moves[before:]
        self._ids.update((one.own, move.alert.id) for one, move in zip(happened, stored, strict=True))

    async def _measure(self, moves: Sequence[Transition], at: Slot) -> None:
        """Bring limits up to date where they say which of two alerts holds the other back."""
        sites = list(dict.fromkeys(move.alert.key.site for move in moves))
        firing: defaultdict[Place, list[Alert]] = defaultdict(list)
        for alert in await self.tx.alerts.open_at(sites):
            firing[place_of(alert.key)].append(alert)
        pairs = [pair for alerts in firing.values() for pair in combinations(alerts, 2) if may_depend_on_limits(*pair)]
        await refresh(self.tx, self.fleet, self.window, {one.id for pair in pairs for one in pair}, at)

    async def attend(self, done: Sequence[Acknowledged], at: Slot) -> None:
        """People took alerts at this moment."""
        for one in done:
            firing = await firing_of(self.tx, one.rule, one.site)
            await acknowledge(self.tx, firing, Actor(SOMEBODY, BOT), at, one.until)

    async def silence(self, wanted: Sequence[Silence], at: Slot) -> None:
        """People set silences at this moment; one that is refused is not set."""
        for one in wanted:
            with suppress(ValueError):
                await silence(self.tx, self.fleet, one, Actor(one.author or SOMEBODY, BOT), at)

    async def foresee(self, moves: Sequence[Transition], at: Slot) -> None:
        """Let silences lapse whose forecast has come, as operation does in the pass that recorded these moves."""
        sites, start = [site.key for site in self.fleet.sites], self.tx.buckets.past.start
        until = min(floor(at, self.fleet.bucket), self.window.end)
        turned = sites if at % HOUR == 0 else ()
        reach = Reach(dict.fromkeys(sites, Slot(until)), dict.fromkeys(sites, start), turned)
        await look_at_forecasts(self.tx, self.fleet, moves, reach, at)

    async def go_on(self, at: Slot) -> None:
        """What is told by itself: repeats, escalations, the end of silences."""
        due = await next_due(self.tx, self.fleet, at)
        if due is not None and due <= at:
            await refresh(self.tx, self.fleet, self.window, [alert.id for alert in await self.tx.alerts.open()], at)
            self.transitions += await run_timers(self.tx, self.fleet, at)

    async def next_moment(self, at: Slot) -> Slot | None:
        """When something is to be told next, as things stand at `at`."""
        times = (self.tx.outbox.next_due(), await next_due(self.tx, self.fleet, at))
        return min((time for time in times if time is not None), default=None)

    async def deliver(self, at: Slot) -> None:
        """Everything that is due, as if each attempt succeeded at once."""
        while rows := await self.tx.outbox.claim(OWNER, at, LEASE, AT_ONCE):
            for row in await withhold(self.tx, self.fleet, rows, at):
                await self._deliver(row, at)

    async def _deliver(self, row: OutboxRow, at: Slot) -> None:
        group = await self.tx.outbox.get_group(row.group)
        assert group is not None  # noqa: S101 - a row has a group
        moves = await self.tx.outbox.transitions(row.transitions)
        if row.loud and not self._has_told(group, moves, at):
            text = await self._text(row, group, moves, at) if self.words else ""
            self.messages.append(Told(at, group.receiver, text, tuple(moves)))
        done = replace(row, standing=Standing.DELIVERED, settled_at=at, leased_by=None, leased_until=None)
        await self.tx.outbox.settle(done, OWNER)
        posted_at = group.posted_at if group.posted_at is not None else at
        await self.tx.outbox.save_group(replace(group, ref=group.ref or str(group.id), posted_at=posted_at))

    def _has_told(self, group: Group, moves: Sequence[Transition], at: Slot) -> bool:
        """Whether the receiver was told the same at another of its endpoints."""
        ids = {move.id for move in moves}
        lately = takewhile(lambda told: told.at == at, reversed(self.messages))
        return any(one.receiver == group.receiver and {m.id for m in one.transitions} == ids for one in lately)

    async def _text(self, row: OutboxRow, group: Group, moves: Sequence[Transition], at: Slot) -> str:
        assert self.words is not None  # noqa: S101 - asked before
        await refresh(self.tx, self.fleet, self.window, group.alerts, at)
        alerts: Sequence[Alert] = await self.tx.outbox.alerts(sorted(group.alerts))
        silences, held = await in_force(self.tx, at), await self.tx.held.of(sorted(group.alerts))
        like = await like_days(self.tx.buckets, self.fleet, alerts if len(alerts) == 1 else ())
        return self.words(notification(row, group, alerts, moves, self.fleet, Beside(silences, held, like)))


def _pass(noted: Noted) -> tuple[str, str, int]:
    """Sites of one pass are recorded together, and each pool by itself."""
    key = noted.alert.key
    return ("", "", noted.hour) if key.site is not None else (key.workspace, key.rule, 0)


def moments(noted: Iterable[Noted]) -> Iterator[tuple[Slot, list[Noted]]]:
    """What became known together."""
    for at, together in groupby(noted, lambda one: one.at):
        yield at, list(together)
