"""Runs faults one by one, each on a copy of the same history, and judges what each left."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

from bot.domain.times import Slot, Window, floor, to_slot
from tests.faults.api_faults import API
from tests.faults.clock_faults import CLOCK
from tests.faults.database_faults import DATABASE
from tests.faults.faults import HOUR, Fault
from tests.faults.judge import Likeness, Undisturbed, Verdict, judge
from tests.faults.stage import ATTEMPTS_AT, BEGIN, TICK, Interlude, Stage, prepare, staged
from tests.faults.stores import Shelf, Store
from tests.faults.telling_faults import TELLING

FAULTS = (*DATABASE, *CLOCK, *API, *TELLING)
FIRST = (3, 14)
"""The tick, between these, at which a fault begins."""
AFTERWARDS = 13
"""Ticks after the end of the latest possible fault."""
PICTURED_AFTER = 4200
"""Seconds after the last fault: for an hour no file is tried where Slack has refused one for want of a scope."""
WEAKEST = (Likeness.HISTORY, Likeness.QUOTAS, Likeness.STATES, Likeness.EXACT)


@dataclass(frozen=True)
class Result:
    """What came of one run of a fault, or of several together."""

    family: str
    name: str
    seed: int
    verdict: Verdict
    recovery: timedelta | None
    failed_jobs: int
    mistakes: tuple[str, ...]

    @property
    def wrong(self) -> tuple[str, ...]:
        late = () if self.recovery is not None or self.family == "kill -9" else ("it never caught up",)
        return (*self.verdict.wrong, *self.mistakes, *late)


def ticks_of(faults: Sequence[Fault]) -> int:
    """How long a run is: all that last as long share one undisturbed run."""
    longest = max((fault.ticks for fault in faults), default=1)
    return FIRST[1] + max(HOUR, longest) + AFTERWARDS


@dataclass
class Campaign:
    """On one kind of database."""

    database: str
    shelf: Shelf
    folder: Path
    template: Store | None = None
    calm: dict[int, Undisturbed] = field(default_factory=dict)
    _runs: int = 0

    async def run(self, faults: Sequence[Fault], seed: int) -> Result:
        """These faults, overlapping, at moments chosen by the seed."""
        ticks = ticks_of(faults)
        self._runs += 1
        store, calm = await self.copy_and_calm(ticks, f"run_{self._runs}")
        try:
            return await self._one(store, calm, faults, seed)
        finally:
            self.shelf.discard(store)

    async def copy_and_calm(self, ticks: int, name: str) -> tuple[Store, Undisturbed]:
        """A history of one's own, and what an undisturbed run of so many ticks makes of it."""
        if self.template is None:
            self.template = self.shelf.blank()
            await prepare(self.template, self.folder)
        if ticks not in self.calm:
            await self._calm(ticks)
        return self.shelf.copy(self.template, name), self.calm[ticks]

    async def _calm(self, ticks: int) -> None:
        """The undisturbed run: it must itself be without fault."""
        assert self.template is not None
        store = self.shelf.copy(self.template, f"calm_{ticks}")
        async with staged(store, self.folder) as stage:
            for number in range(ticks):
                await stage.tick(number)
            assert not stage.mistakes, stage.mistakes
            calm = Undisturbed.of(store)
            verdict = judge(store, stage.slack, stage.smtp, span(ticks), calm, Likeness.EXACT, to_slot(BEGIN))
            assert not verdict.wrong, verdict.wrong
        self.shelf.discard(store)
        self.calm[ticks] = calm

    async def _one(self, store: Store, calm: Undisturbed, faults: Sequence[Fault], seed: int) -> Result:
        name, ticks = " + ".join(fault.name for fault in faults), ticks_of(faults)
        async with staged(store, self.folder, seed) as stage:
            await _lived(stage, faults, Random(f"{name} {seed}"), ticks)  # noqa: S311 - seeded moments
            likeness = min((fault.likeness for fault in faults), key=WEAKEST.index)
            if len(faults) > 1 and likeness in {Likeness.STATES, Likeness.QUOTAS}:
                likeness = Likeness.STEPS  # one fault may keep what another left out from being read again at once
            known = span(ticks, min(fault.known_days for fault in faults))
            pictured = Slot(to_slot(stage.calm_since) + PICTURED_AFTER)
            verdict = judge(store, stage.slack, stage.smtp, known, calm, likeness, pictured)
        family = faults[0].family if len(faults) == 1 else "combinations"
        mistakes = tuple(dict.fromkeys(stage.mistakes))
        return Result(family, name, seed, verdict, stage.recovery, stage.failed_jobs, mistakes)


async def _lived(stage: Stage, faults: Sequence[Fault], chance: Random, ticks: int) -> None:
    """All ticks, with each fault from its beginning, before a tick, to its end, somewhere in the midst of its last."""
    begins = {fault.name: chance.randint(*FIRST) for fault in faults}
    running: dict[str, AsyncExitStack] = {}

    async def end(names: Sequence[str]) -> None:
        for name in names:
            await running.pop(name).aclose()
        stage.recovering_since, stage.recovery = (None if running else stage.clock.now), None
        stage.calm_since = stage.clock.now

    for number in range(ticks):
        for fault in faults:
            if number == begins[fault.name]:
                running[fault.name] = AsyncExitStack()
                await running[fault.name].enter_async_context(fault.happens(stage, chance))
        ending = [fault.name for fault in faults if number == begins[fault.name] + fault.ticks - 1]
        place = chance.randrange(1, len(ATTEMPTS_AT))
        await stage.tick(number, Interlude(place, partial(end, ending)) if ending else None)


def span(ticks: int, days: int = 2) -> Window:
    """From so many days before the beginning to the last complete bucket of the last tick."""
    end = floor(to_slot(BEGIN + (ticks - 1) * TICK) - 120, 300)
    return Window(floor(Slot(to_slot(BEGIN) - days * 86400), 86400), end)
