"""Usage so far of one quota in one period, as it is billed, and its grant with what was carried over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.times import Slot, Window
from bot.domain.usage import Direction, Usage
from bot.rules.contracts import Contract, Grant, Part
from bot.service.ports import BucketTable

Asked = Callable[[Sequence[int], Slot, Slot], Awaitable[Mapping[int, Usage]]]
"""Usage of sites (their keys) from a slot up to another, as `Batch.usage` gives it."""

Gap = Callable[[int, Slot, Slot], Awaitable[int]]
"""What is taken for the gaps of a site from a slot up to another, where a rule counts what is possible."""


@dataclass(frozen=True, slots=True)
class Once:
    """Usage asked of the history once, however often it is needed; `step` is the seconds of a bucket."""

    buckets: BucketTable
    step: int
    known: dict[Window, dict[int, Usage]] = field(default_factory=dict)

    async def usage(self, sites: Sequence[int], start: Slot, end: Slot) -> Mapping[int, Usage]:
        """As `Asked`. Nothing is used in a span that has no end."""
        if start >= end:
            return dict.fromkeys(sites, Usage())
        window = Window(start, end)
        known = self.known.setdefault(window, {})
        missing = [site for site in sites if site not in known]
        if missing:
            known.update(await self.buckets.usage(missing, window, self.step))
        return known


@dataclass(frozen=True, slots=True)
class Counted:
    """`used` bytes as billed. `known` of `expected` buckets: those that were counted, since an opening where one is."""

    used: int = 0
    known: int = 0
    expected: int = 0

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.used + other.used, self.known + other.known, self.expected + other.expected)


async def count(
    asked: Asked, parts: Iterable[Part], direction: Direction, until: Slot, gap: Gap | None = None
) -> Counted:
    """What was used up to `until`, of the parts that `Contract.parts` gives for the period and `until`."""
    total = Counted()
    for part in parts:
        counted, usage = await count_part(asked, part, direction, until, gap)
        total += Counted(part.billed(counted), usage.known, usage.expected)
    return total


async def count_part(
    asked: Asked, part: Part, direction: Direction, until: Slot, gap: Gap | None = None
) -> tuple[int, Usage]:
    """Bytes counted from the part's beginning up to `until`, with what is taken for gaps, and its usage without."""
    if part.since >= until:
        return 0, Usage()
    usages = await asked(part.sites, part.since, until)
    usage = sum((usages[site] for site in part.sites), Usage())
    gaps = [await gap(site, part.since, until) for site in part.sites] if gap is not None else []
    return usage.of(direction) + sum(gaps), usage


async def granted(
    asked: Asked,
    contract: Contract,
    direction: Direction,
    period: Window,
    step: int,
    knows: Callable[[int, Slot], bool],
) -> Grant | None:
    """The period's grant with what is carried over from the period before; None where it has no quota.

    `knows` says whether the history of a site (its key) is there from a slot on: what was left over of a period that
    is not known whole cannot be said, and is nothing. Gaps count as not used.
    """
    if not contract.rollover:
        return contract.grant(period)
    before = contract.before(period, step)
    parts = contract.parts(before, before.end, step)
    if not all(knows(site, part.since) for part in parts for site in part.sites):
        return contract.grant(period)
    used = (await count(asked, parts, direction, before.end)).used
    return contract.grant(period, contract.carried_over(contract.grant(before), used))
