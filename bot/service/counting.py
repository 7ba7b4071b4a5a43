"""Usage so far of one quota in one period, as it is billed, and its grant with what was carried over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.times import Slot, Window
from bot.domain.usage import Direction, Usage
from bot.rules.contracts import Contract, Grant, Part

Asked = Callable[[Sequence[int], Slot, Slot], Awaitable[Mapping[int, Usage]]]
"""Usage of sites (their keys) from a slot up to another, as `Batch.usage` gives it."""


@dataclass(frozen=True, slots=True)
class Counted:
    """`used` bytes as billed. `known` of `expected` buckets: those that were counted, since an opening where one is."""

    used: int = 0
    known: int = 0
    expected: int = 0

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.used + other.used, self.known + other.known, self.expected + other.expected)


async def count(asked: Asked, parts: Iterable[Part], direction: Direction, until: Slot) -> Counted:
    """What was used up to `until`, of the parts that `Contract.parts` gives for the period and `until`."""
    total = Counted()
    for part in parts:
        usages = await asked(part.sites, part.since, until)
        total += counted(part, sum((usages[site] for site in part.sites), Usage()), direction)
    return total


def counted(part: Part, usage: Usage, direction: Direction) -> Counted:
    """One part, of whose sites `usage` since `part.since` is the sum."""
    return Counted(part.billed(usage.of(direction)), usage.known, usage.expected)


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
