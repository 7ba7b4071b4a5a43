"""Silences: people are not told of matching alerts for a while. Facts are recorded all the same."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.times import Slot
from bot.rules.telling import Match


@dataclass(frozen=True, slots=True)
class Silence:
    """In force in `[starts_at, ends_at)`. `author` and `reason` are people's own text. `id` is 0 until it is stored."""

    match: Match
    starts_at: Slot
    ends_at: Slot
    author: str = ""
    reason: str = ""
    id: int = 0

    def is_in_force(self, at: int) -> bool:
        return self.starts_at <= at < self.ends_at
