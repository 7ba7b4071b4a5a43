"""Lanes as this process knows them: which rest between two messages, and which fail."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from bot.domain.times import Slot
from bot.rules.model import Medium
from bot.service.options import DeliverOptions
from bot.service.ports import OutboxRow, Outcome, TryAgain


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Failures in a row, the row that failed last, and until when the lane is left alone."""

    row: int
    failures: int
    since: Slot
    until: Slot


class Lanes:
    """Paces lanes and backs off from those that fail. Bounded by the number of endpoints.

    What fails again and again may be one message's own; two that fail in a row are the lane's, and so is what needs the
    operator: then it is tried with one message at a time, ever more seldom. What the other side asks for is kept in
    the history.
    """

    def __init__(self, options: DeliverOptions, random: Random) -> None:
        self._options = options
        self._random = random
        self._rested_at: dict[str, float] = {}
        self._troubles: dict[str, _Trouble] = {}

    @property
    def failing(self) -> set[str]:
        return set(self._troubles)

    def left_alone(self, now: Slot) -> set[str]:
        """Lanes that are not to be tried yet. A clock that was ahead holds nothing up."""
        return {lane for lane, one in self._troubles.items() if one.since <= now < one.until}

    async def rest(self, lane: str) -> None:
        """Wait until the lane may be used again."""
        pace = self._options.pace
        if pace is None or lane not in self._rested_at:
            return
        left = self._rested_at[lane] - pace.ticks()
        if left > 0:
            await pace.sleep(left)

    def used(self, row: OutboxRow) -> None:
        """An attempt has ended."""
        pace = self._options.pace
        if pace is not None and row.lane.startswith(f"{Medium.SLACK}:"):
            now = pace.ticks()
            self._rested_at = {lane: at for lane, at in self._rested_at.items() if at > now}
            self._rested_at[row.way] = now + pace.slack

    def heard(self, row: OutboxRow, outcome: Outcome, now: Slot) -> None:
        """What the other side, or the way to it, made of an attempt."""
        if not isinstance(outcome, TryAgain) or outcome.partly:
            self._troubles.pop(row.way, None)
        elif outcome.after is None:
            before = self._troubles.get(row.way)
            if before is None or before.row != row.id or outcome.needs_operator:
                failures = before.failures + 1 if before else 1
                is_lanes = failures > 1 or outcome.needs_operator
                until = Slot(now + self.backoff(failures - 1)) if is_lanes else now
                self._troubles[row.way] = _Trouble(row.id, failures, now, until)

    def backoff(self, attempts: int) -> int:
        """Seconds: exponential, with jitter between half and the whole of it."""
        longest = min(self._options.longest_wait, self._options.first_wait * 2 ** min(attempts, 16))
        return max(1, int(longest * self._random.uniform(0.5, 1)))
