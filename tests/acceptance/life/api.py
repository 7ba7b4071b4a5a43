"""What sites use, and an API that answers for it: as told, late, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from bot.domain.times import Slot, Window, to_slot
from bot.domain.usage import Bucket
from bot.rules.sites import ListedSite
from bot.service.ports import Answered, Listed, ListOutcome, PullOutcome, Unauthorized, Unavailable
from tests.faults.servers import WorldClock

BUCKET = 300


def site_id(number: int) -> str:
    return f"{number:08}-0000-4000-8000-000000000000"


@dataclass
class ScriptedApi:
    """A `UsageSource` of sites `s1`, `s2` …, which use nothing unless told. `trouble` is its answer to all questions,
    where it is set."""

    clock: WorldClock
    sites: int
    trouble: PullOutcome | None = None
    used: dict[tuple[str, Slot], tuple[int, Slot]] = field(default_factory=dict)
    silent: dict[str, list[tuple[Slot, Slot | None]]] = field(default_factory=dict)

    def use(self, site: str, slot: Slot, amount: int, seen: Slot) -> None:
        """Bytes of the bucket that begins at `slot`, which nobody can know before `seen`."""
        self.used[site, slot] = amount, seen

    def fall_silent(self, site: str, at: Slot) -> None:
        self.silent.setdefault(site, []).append((at, None))

    def be_heard(self, site: str, at: Slot) -> None:
        begun, _ = self.silent[site].pop()
        self.silent[site].append((begun, at))

    async def usage(self, sites: Sequence[str], window: Window) -> PullOutcome:
        if self.trouble is not None:
            return self.trouble
        (site,) = (f"s{int(one[:8])}" for one in sites)
        now = to_slot(self.clock.now)
        slots = range(window.start, min(window.end, now), BUCKET)
        return Answered(
            [Bucket(slot, amount, 0) for slot in slots if (amount := self._known(site, Slot(slot), now)) >= 0]
        )

    def _known(self, site: str, slot: Slot, now: Slot) -> int:
        """-1 where the API has no row."""
        if any(begun <= slot and (over is None or slot < over) for begun, over in self.silent.get(site, ())):
            return -1
        amount, seen = self.used.get((site, slot), (0, Slot(0)))
        return amount if seen <= now else -1

    async def list_sites(self, known: Collection[str] = ()) -> ListOutcome:
        if isinstance(self.trouble, Unavailable | Unauthorized):
            return self.trouble
        return Listed([ListedSite("default", site_id(number), f"s{number}") for number in range(1, self.sites + 1)])
