"""What must be so in the end: every fact that people must notice was shown once wherever they look, and nothing else.

The truth is the story and who is told of which rule (`story.TOLD` and its neighbours), not what the bot thinks.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.alerts.model import Change, Kind
from bot.domain.times import Slot, to_instant
from tests.faults.stores import Store, normal
from tests.faults.telling.ledger import Ledger, Shown
from tests.faults.telling.story import ESCALATED, FALLBACK, NAMES, TOLD, VIEWERS, Act, Fact, facts_of

MOVES = """
SELECT t.id, a.rule, a.kind, a.site, t.change, t.value_bytes, t.known_at, a.id
FROM transitions t JOIN alerts a ON a.id = t.alert_id ORDER BY t.id
"""
OUTBOX = """
SELECT o.id, o.group_id, o.transitions, o.loud, o.standing, g.receiver, g.medium, coalesce(g.instead_of, '')
FROM outbox o JOIN groups g ON g.id = o.group_id ORDER BY o.id
"""
BY_THEMSELVES = {Change.REPEATED.value, Change.ESCALATED.value}
MOST_WORDS = 20
"""A message that tells more names the first, and how many more."""


@dataclass(frozen=True)
class Move:
    """One transition as it is stored."""

    id: int
    rule: str
    kind: str
    site: int | None
    change: str
    value: int
    known_at: int
    alert: int

    @property
    def is_fact(self) -> bool:
        """Whether the story has it, and not the bot by itself."""
        return self.kind != Kind.SELF and self.change not in BY_THEMSELVES


@dataclass(frozen=True)
class Row:
    """One notification of the outbox. `instead_of` is the receiver in whose place it tells, "" where in none's."""

    id: int
    group: int
    moves: tuple[int, ...]
    loud: bool
    standing: str
    receiver: str
    medium: str
    instead_of: str

    @classmethod
    def of(cls, row: tuple[Any, ...]) -> Row:
        key, group, moves, loud, *rest = row
        return cls(key, group, tuple(json.loads(moves)), bool(loud), *rest)


@dataclass(frozen=True)
class Verdict:
    """`wrong` is empty where all is well. `delay` is the longest from when the bot knew of a fact until it was shown,
    `after` the longest of that after the last trouble had ended."""

    wrong: tuple[str, ...]
    lost: int = 0
    doubled: int = 0
    facts: int = 0
    messages: int = 0
    again: int = 0
    fallbacks: int = 0
    delay: timedelta = timedelta(0)
    after: timedelta = timedelta(0)


@dataclass
class Judge:
    """Of one run. `over_at` is when its last trouble ended."""

    acts: Sequence[Act]
    ledger: Ledger
    moves: Sequence[Move]
    rows: Sequence[Row]
    over_at: datetime
    fallbacks: int = 0
    _delays: list[tuple[datetime, datetime]] = field(default_factory=list)

    @classmethod
    def of(cls, acts: Sequence[Act], ledger: Ledger, store: Store, over_at: datetime) -> Judge:
        moves = [Move(*row) for row in store.ask(MOVES)]
        return cls(acts, ledger, moves, [Row.of(row) for row in normal(store.ask(OUTBOX))], over_at)

    def verdict(self) -> Verdict:
        lost = [*self._happened(), *self._settled(), *self._untold(), *self._unseen(), *self._unreported()]
        doubled = [*self._told_twice(), *self._seen_twice()]
        odd = [*self._out_of_order(), *self._unexpected(), *self._unlike(), *self._stale()]
        delays = [shown - known for known, shown in self._delays] or [timedelta(0)]
        after = [shown - max(known, self.over_at) for known, shown in self._delays if shown > self.over_at]
        return Verdict(
            wrong=(*lost, *doubled, *odd),
            lost=len(lost),
            doubled=len(doubled),
            facts=sum(move.is_fact for move in self.moves),
            messages=len(self.ledger.shown),
            again=self.ledger.again,
            fallbacks=self.fallbacks,
            delay=max(delays),
            after=max(after, default=timedelta(0)),
        )

    # --- lost -----------------------------------------------------------------------------------------

    def _happened(self) -> Iterator[str]:
        """What is stored is the story, in its order at every site."""
        stored: defaultdict[int, list[Fact]] = defaultdict(list)
        true: defaultdict[int, list[Fact]] = defaultdict(list)
        for move in self.moves:
            if move.is_fact and move.site is not None:
                stored[move.site].append(Fact(move.rule, move.site, move.change, move.value))
        for fact in facts_of(self.acts):
            true[fact.site].append(fact)
        for site in stored.keys() | true.keys():
            if stored[site] != true[site]:
                yield f"facts of site {site}: {stored[site]} instead of {true[site]}"

    def _settled(self) -> Iterator[str]:
        waiting = [row.id for row in self.rows if row.standing == "waiting"]
        if waiting:
            yield f"outbox: {len(waiting)} still wait, such as {waiting[0]}"

    def _untold(self) -> Iterator[str]:
        """Facts that somebody who must see them does not, there or where the fallback is told."""
        for move in self.moves:
            for receiver in self._receivers(move):
                for viewer in VIEWERS[receiver]:
                    yield from self._untold_to(move, receiver, viewer)

    def _untold_to(self, move: Move, receiver: str, viewer: str) -> Iterator[str]:
        rows = [row for row in self._telling(move) if _is_of(row, receiver, viewer)]
        if any(row.standing == "rejected" for row in rows) and receiver in FALLBACK:
            self.fallbacks += 1
            for other in VIEWERS[FALLBACK[receiver]]:
                if not list(self._shown(move, other, receiver)):
                    yield f"{self._words(move)} refused at {viewer}, and never shown at {other}"
        elif not (first := next(self._shown(move, viewer), None)):
            if not self._is_told_of(viewer, rows):
                yield f"{self._words(move)} never shown at {viewer}"
        else:
            self._delays.append((to_instant(Slot(move.known_at)), first.at))

    def _unseen(self) -> Iterator[str]:
        """What counts as delivered and cannot be seen."""
        for row in self.rows:
            if row.loud and row.standing == "delivered":
                for viewer in (one for one in VIEWERS[row.receiver] if medium_of(one) == row.medium):
                    if not list(self.ledger.of(viewer, row.id)) and not self._is_told_of(viewer, [row]):
                        yield f"notification {row.id} counts as delivered, and is not at {viewer}"

    def _is_told_of(self, viewer: str, rows: Sequence[Row]) -> bool:
        """A recipient whom the mail server refuses for good: the others have the mail, and the operators know."""
        others = [one for row in rows for one in VIEWERS["noc"] if "@" in one and list(self.ledger.of(one, row.id))]
        return "@" in viewer and bool(others) and any("reach only a part" in one.text for one in self._at("#ops"))

    def _unreported(self) -> Iterator[str]:
        """Whatever was refused for good, the operators know it."""
        texts = [one.text for one in self._at("#ops")]
        for receiver, medium in sorted({(r.receiver, r.medium) for r in self.rows if r.standing == "rejected"}):
            if not any(f" to {receiver} ({medium}" in text for text in texts):
                yield f"{receiver} refused by {medium}, and the operators were not told"

    # --- doubled --------------------------------------------------------------------------------------

    def _told_twice(self) -> Iterator[str]:
        """One fact in two messages that the same people can see, in the place of the same receiver."""
        rows = {row.id: row for row in self.rows}
        for move in self.moves:
            for viewer in (viewer for viewers in VIEWERS.values() for viewer in viewers):
                instead: defaultdict[str, set[int]] = defaultdict(set)
                for one in self._shown(move, viewer):
                    instead[rows[one.notification].instead_of].add(one.notification)
                for told in instead.values():
                    if len(told) > 1:
                        yield f"{self._words(move)} shown at {viewer} by notifications {sorted(told)}"

    def _seen_twice(self) -> Iterator[str]:
        """One notification in two messages at the same time; one that somebody deleted may be posted anew."""
        before: dict[tuple[str, int], Shown] = {}
        for one in self.ledger.shown:
            key = (one.viewer, one.notification)
            if key in before and before[key].is_there(one.at):
                yield f"notification {one.notification} shown twice at {one.viewer}"
            before[key] = one
        roots = Counter((one.viewer, one.group) for one in self.ledger.shown if one.opens and one.gone_at is None)
        yield from (
            f"group {group} has {count} messages at {viewer}" for (viewer, group), count in roots.items() if count > 1
        )

    # --- odd ------------------------------------------------------------------------------------------

    def _out_of_order(self) -> Iterator[str]:
        latest: dict[tuple[str, int], int] = {}
        seen: set[tuple[str, int]] = set()
        for one in self.ledger.shown:
            if (one.viewer, one.notification) in seen:
                continue
            seen.add((one.viewer, one.notification))
            before = latest.get((one.viewer, one.group), 0)
            if one.notification < before:
                yield f"group {one.group} at {one.viewer}: notification {one.notification} after {before}"
            latest[one.viewer, one.group] = one.notification

    def _unexpected(self) -> Iterator[str]:
        """What nobody asked for: of an unknown notification, of a mere edit, or to somebody who is not to hear it."""
        rows, moves = {row.id: row for row in self.rows}, {move.id: move for move in self.moves}
        broken = {row.receiver for row in self.rows if row.standing == "rejected"}
        for one in self.ledger.shown:
            row = rows.get(one.notification)
            if row is None or row.group != one.group:
                yield f"a message of an unknown notification at {one.viewer}: {one.text[:80]}"
                continue
            if not row.loud and not self._takes_the_place(one):
                yield f"a message of an edit, {row.id}, at {one.viewer}"
            for move in (moves[key] for key in row.moves):
                receivers = {
                    *self._receivers(move),
                    *(FALLBACK[name] for name in self._receivers(move) if name in broken & FALLBACK.keys()),
                }
                if move.change not in BY_THEMSELVES and not any(one.viewer in VIEWERS[name] for name in receivers):
                    yield f"{self._words(move)} shown at {one.viewer}"

    def _takes_the_place(self, new: Shown) -> bool:
        """Of one that somebody deleted."""
        return any(
            one.group == new.group and one.opens and one.gone_at is not None and not one.gone_by_bot
            for one in self.ledger.shown[: self.ledger.shown.index(new)]
        )

    def _unlike(self) -> Iterator[str]:
        """Every message names the sites of which it is to tell."""
        moves = {move.id: move for move in self.moves}
        rows = {row.id: row for row in self.rows}
        for one in self.ledger.shown:
            told = [moves[key] for key in rows[one.notification].moves] if one.notification in rows else []
            sites = {NAMES[move.site - 1] for move in told if move.site is not None}
            missing = [name for name in sites if name not in one.text]
            if missing and len(told) <= MOST_WORDS:
                yield f"notification {one.notification} at {one.viewer} does not name {missing}: {one.text[:120]}"

    def _stale(self) -> Iterator[str]:
        """The message of each group is as of what was delivered last, or of what was refused half-way since; only
        somebody who deletes it takes it away. An edit for a picture that is there changes nothing."""
        latest: dict[int, int] = {}
        for row in self.rows:
            if row.standing == "delivered" and row.medium == "slack" and (row.loud or row.moves):
                latest[row.group] = row.id
        for group, notification in latest.items():
            roots = [one for one in self.ledger.shown if one.group == group and one.opens]
            there = [one for one in roots if one.gone_at is None]
            if not there and not any(one.gone_at is not None and not one.gone_by_bot for one in roots):
                yield f"group {group} has no message"
            for one in there:
                if one.as_of < notification:
                    yield f"group {group} is as of {one.as_of}, not {notification}"

    # --- parts ----------------------------------------------------------------------------------------

    def _receivers(self, move: Move) -> tuple[str, ...]:
        """Who must be told of it."""
        if move.kind == Kind.SELF:
            return ("ops",)
        if move.change == Change.ESCALATED:
            return ESCALATED[move.rule]
        if move.change == Change.REPEATED:
            return ()  # each receiver has a clock of its own
        were_told = any(
            one.alert == move.alert and one.change == Change.ESCALATED and one.id < move.id for one in self.moves
        )
        return (*TOLD[move.rule], *(ESCALATED[move.rule] if were_told else ()))

    def _telling(self, move: Move) -> Iterator[Row]:
        return (row for row in self.rows if row.loud and move.id in row.moves)

    def _shown(self, move: Move, viewer: str, instead_of: str | None = None) -> Iterator[Shown]:
        """Where it is to be seen there; only in the place of somebody, where that is named."""
        keys = {row.id for row in self._telling(move) if instead_of in {None, row.instead_of}}
        return (one for one in self._at(viewer) if one.notification in keys)

    def _at(self, viewer: str) -> Iterator[Shown]:
        return (one for one in self.ledger.shown if one.viewer == viewer)

    def _words(self, move: Move) -> str:
        return f"transition {move.id} ({move.rule}, site {move.site}, {move.change})"


def _is_of(row: Row, receiver: str, viewer: str) -> bool:
    """Whether it was to tell the receiver itself, there."""
    return (row.receiver, row.medium, row.instead_of) == (receiver, medium_of(viewer), "")


def medium_of(viewer: str) -> str:
    return "slack" if viewer.startswith("#") else "email" if "@" in viewer else "webhook"
