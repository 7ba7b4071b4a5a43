"""What the history keeps of reports and their digests, and what can be asked of that."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.domain.times import Slot, Window
from bot.rules.telling import Rhythm


@dataclass(frozen=True, slots=True)
class Schedule:
    """A report as it is sent: how, in a text that changes with when it is due, and since when that is so."""

    text: str
    since: Slot


@dataclass(frozen=True, slots=True)
class Digested:
    """Which digest a message is: of a report's week or month, on the clock of `zone`, about these workspaces. It was
    due `due_at`. `is_operators`: they also read what was wrong with the bot."""

    report: str
    rhythm: Rhythm
    window: Window
    zone: str
    due_at: Slot
    workspaces: tuple[str, ...]
    is_operators: bool = False
    is_late: bool = False


class ReportTable(Protocol):
    """Which reports there are, since when, and which digests were taken up."""

    async def schedules(self) -> Mapping[str, Schedule]:
        """By the report's name."""

    async def begin(self, report: str, schedule: Schedule) -> None:
        """Insert or replace."""

    async def forget(self, reports: Collection[str]) -> None:
        """They are written no more. What was taken up of them stays."""

    async def taken_until(self, report: str, rhythm: Rhythm, at: Slot) -> Slot | None:
        """The latest end of a week or month of which a digest was taken up, at `at` or before; None where none was."""

    async def take(self, digest: Digested, at: Slot) -> bool:
        """Write down that a report's digest of this window is taken up; False where it was already."""
