"""Two replays of one past: what the one says that the other does not."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from bot.alerts.model import Transition
from bot.service.replay.model import Replayed, Told


@dataclass(frozen=True, slots=True)
class Difference:
    """What only the new replay has, and what only the old one has, each in its order."""

    new_messages: tuple[Told, ...]
    gone_messages: tuple[Told, ...]
    new_transitions: tuple[Transition, ...]
    gone_transitions: tuple[Transition, ...]


def compare(new: Replayed, old: Replayed) -> Difference:
    """Messages are the same where a receiver is told of the same at the same moment, whatever the words."""
    said, was_said = {_message(one) for one in new.messages}, {_message(one) for one in old.messages}
    happened, had_happened = {_move(one) for one in new.transitions}, {_move(one) for one in old.transitions}
    return Difference(
        tuple(one for one in new.messages if _message(one) not in was_said),
        tuple(one for one in old.messages if _message(one) not in said),
        tuple(one for one in new.transitions if _move(one) not in had_happened),
        tuple(one for one in old.transitions if _move(one) not in happened),
    )


def _message(told: Told) -> Hashable:
    return told.at, told.receiver, frozenset(map(_move, told.transitions))


def _move(move: Transition) -> Hashable:
    key = move.alert.key
    about = (key.workspace, key.rule, key.kind, key.site, key.direction)
    return (*about, move.change, move.reason, move.step, move.slot, move.known_at)
