"""What a replay is given, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.alerts.model import Transition
from bot.alerts.silences import Silence
from bot.domain.times import Slot
from bot.domain.usage import Bucket


@dataclass(frozen=True, slots=True)
class Late:
    """A bucket of `site` (its key) that was seen only at `seen`: it was unknown until then, or said otherwise."""

    site: int
    bucket: Bucket
    seen: Slot


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody took the alerts of `rule` at `site` (its key; None for a pool) that were open at `at`, for good or
    `until` then."""

    rule: str
    site: int | None
    at: Slot
    until: Slot | None = None


@dataclass(frozen=True, slots=True)
class Doings:
    """What people and late data did meanwhile. Silences were there from the beginning, or since their `created_at`."""

    late: Sequence[Late] = ()
    silences: Sequence[Silence] = ()
    acknowledged: Sequence[Acknowledged] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One receiver is told anew, at `at`: `text` is the plain text, `transitions` what it tells of."""

    at: Slot
    receiver: str
    text: str
    transitions: tuple[Transition, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """Everything that happened, in the order in which operation would have known it.

    The alert of a transition is as it stood then.
    """

    transitions: tuple[Transition, ...]
    messages: tuple[Told, ...]
