"""Who hears of news now, who later, and who not: silences and mute timings hold it back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.alerts.model import Alert, Change, State, Transition
from bot.alerts.routing import Hearer, hearers_of
from bot.alerts.silences import InForce, Quiet
from bot.domain.sites import Site
from bot.domain.times import Slot
from bot.service.fleet import Fleet
from bot.service.messages import Word
from bot.service.ports import HeldBack, Transaction

OPENING = frozenset({Change.FIRED, Change.WORSENED})
CLOSING = frozenset({Change.RESOLVED, Change.CORRECTED})

Key = tuple[int, str]
"""Alert, receiver."""


async def quiet_of(tx: Transaction, fleet: Fleet, since: Slot) -> Quiet:
    """What keeps people from being told at `since` or later."""
    configuration = fleet.configuration
    silences = await tx.silences.ending_after(since)
    return Quiet(silences, configuration.mute_timings, configuration.timezone)


async def in_force(tx: Transaction, at: Slot) -> InForce:
    """The silences that keep alerts quiet at one instant."""
    return InForce(await tx.silences.ending_after(at), at)


def site_of(fleet: Fleet, alert: Alert) -> Site | None:
    return fleet.by_key(alert.key.site) if alert.key.site is not None else None


class Others(Protocol):
    """What other alerts keep a receiver from hearing."""

    def holds_back(self, target: Alert, receiver: str) -> bool:
        """Whether they keep it from hearing of this one."""

    def keeps_end_quiet(self, target: Alert, receiver: str) -> bool:
        """Whether they do so even of its end, although it was told of it."""


@dataclass(slots=True)
class Hearing:
    """Goes through news of one instant. `heard` says who was told of which alert before, `held` what waits.

    `others` say whether they keep a receiver from hearing of one; `flapping` are the moves (their ids) of
    what begins and ends too often; `known` has those that wait, and the new ones. `kept` and `freed` are the changes to
    what waits; `late` is what waited and goes out with what is told now.
    """

    fleet: Fleet
    quiet: Quiet
    at: Slot
    heard: set[Key]
    held: dict[Key, HeldBack]
    others: Others
    flapping: Collection[int]
    known: Mapping[int, Transition]
    kept: dict[Key, HeldBack] = field(default_factory=dict)
    freed: dict[Key, HeldBack] = field(default_factory=dict)
    late: dict[Key, tuple[HeldBack, Hearer]] = field(default_factory=dict)

    def words(self, moves: Sequence[Transition]) -> Iterator[Word]:
        for move in moves:
            site = site_of(self.fleet, move.alert)
            formerly = move.change in CLOSING
            for hearer in hearers_of(self.fleet.configuration, move.alert, site, formerly=formerly).values():
                word = self._word(move, site, hearer)
                if word is not None:
                    yield word

    def _word(self, move: Transition, site: Site | None, hearer: Hearer) -> Word | None:
        key = (move.alert.id, hearer.receiver.name)
        telling = hearer.way.telling
        is_muted = move.id in self.flapping or self.quiet.muted_until(telling, self.at) > self.at
        is_quiet = is_muted or self.quiet.silenced_until(move.alert, site, self.at) > self.at
        is_quiet = is_quiet or self.others.holds_back(move.alert, hearer.receiver.name)
        if key not in self.heard:
            return self._unheard(key, move, hearer, is_quiet=is_quiet)
        word = worded(move, hearer, loud=is_told_anew(move, hearer) and not self._is_unheard_of(key, move))
        if word.loud and (is_muted or (is_quiet and move.change not in CLOSING)):
            self._hold(key, move)
            return replace(word, loud=False)
        if not move.alert.is_open:
            self._free(key)
            is_part = move.change is Change.RESOLVED and self.others.keeps_end_quiet(move.alert, hearer.receiver.name)
            return replace(word, loud=word.loud and not is_part)
        if word.loud:
            self._let_go(key, hearer)
        return word

    def _unheard(self, key: Key, move: Transition, hearer: Hearer, *, is_quiet: bool) -> Word | None:
        """News of what the receiver was not told of."""
        if not move.alert.is_open:
            self._free(key)
        if not hearer.begins or not opens(move):
            return None
        if is_quiet:
            self._hold(key, move)
            return None
        self.heard.add(key)
        self._let_go(key, hearer)
        return worded(move, hearer, loud=True, begins=True)

    def _hold(self, key: Key, move: Transition) -> None:
        """Only what time sets free waits with the end of an alert."""
        row = self.held.get(key, HeldBack(*key, (), self.at))
        source, flaps = row.source if move.alert.is_open else None, row.flaps or move.id in self.flapping
        # Since now: what the alert was before may have been quiet for another reason.
        row = HeldBack(*key, (*row.transitions, move.id), self.at, source, flaps)
        self.held[key] = self.kept[key] = row

    def _free(self, key: Key) -> HeldBack | None:
        row = self.held.pop(key, None)
        self.kept.pop(key, None)
        if row is not None:
            self.freed[key] = row
        return row

    def _let_go(self, key: Key, hearer: Hearer) -> None:
        row = self._free(key)
        if row is not None:
            self.late[key] = row, hearer

    def _is_unheard_of(self, key: Key, move: Transition) -> bool:
        """What is corrected was held back, so that nobody was told of it: only the step before it. Or what ends had
        ended before, as far as they know."""
        row = self.held.get(key)
        if row is None or not row.transitions:
            return False
        if move.alert.is_open:
            return move.change is Change.CORRECTED
        return any(one.change is Change.FIRED for one in _remaining([self.known[number] for number in row.transitions]))


def worded(move: Transition, hearer: Hearer, *, loud: bool, begins: bool = False) -> Word:
    return Word(move, hearer.receiver, hearer.way, loud, begins, hearer.receiver.endpoints)


def at_once(hearer: Hearer) -> Hearer:
    """The same, who need not wait for what might come besides: what is told has waited already."""
    telling = hearer.way.telling
    return replace(hearer, way=replace(hearer.way, telling=replace(telling, group_wait=telling.group_wait * 0)))


def opens(move: Transition) -> bool:
    """Whether a move may begin a message: people are not told of the end of what they never heard of."""
    return move.reason.notifies and move.change in OPENING


def is_told_anew(move: Transition, hearer: Hearer) -> bool:
    is_muted_end = move.change is Change.RESOLVED and not hearer.way.telling.send_resolved
    return move.reason.notifies and not is_muted_end


def released(alert: Alert, moves: Sequence[Transition], hearer: Hearer, *, was_heard: bool) -> list[Word]:
    """What a receiver is told at last of news that was held back; nothing of what is over and was never told, nor of a
    step that was withdrawn meanwhile, nor that it ended and began again."""
    moves = _remaining(moves)
    if alert.state is not State.FIRING:
        return [worded(move, hearer, loud=True) for move in moves if was_heard and move.change in CLOSING]
    if was_heard:
        return [worded(move, hearer, loud=True) for move in moves if not _is_withdrawn(move, alert)]
    # Of what was to be escalated, the escalation is the beginning.
    begin = [move for move in moves if move.change in OPENING or move.change is Change.ESCALATED]
    return [worded(move, hearer, loud=True, begins=hearer.begins or move.change is Change.ESCALATED) for move in begin]


def _remaining(moves: Sequence[Transition]) -> list[Transition]:
    """Without beginnings and ends that undo each other."""
    left: list[Transition] = []
    for move in moves:
        undone = {Change.FIRED: Change.RESOLVED, Change.RESOLVED: Change.FIRED}.get(move.change)
        if left and left[-1].change is undone:
            left.pop()
        else:
            left.append(move)
    return left


def _is_withdrawn(move: Transition, alert: Alert) -> bool:
    is_step = move.change in OPENING and move.step is not None and alert.step is not None
    return is_step and (move.step or 0) > (alert.step or 0)
