"""A fleet whose past is known, and that is lived through from some moment on: the same as a replay of all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bot.domain.block import Block
from bot.domain.sites import Site
from bot.domain.times import DAY, HOUR, Slot, Window
from bot.domain.usage import Bucket
from bot.notify.plain import plain_text
from bot.rules.check import parse
from bot.rules.model import UTC_ZONE, Configuration
from bot.service.fleet import Fleet
from bot.service.replay.model import Doings, Late, Replayed
from bot.service.replay.past import Past
from bot.service.replay.run import replay
from tests.service.lived import ID, Lived

STEP = 900
START = Slot(1_780_272_000)
"""1 June 2026, 00:00 UTC."""
WARM = 12 * DAY
RULE = "{name: unusual, spike: {sensitivity: medium}, direction: [in, out]}"

Amounts = NDArray[np.float64]
"""Bytes out, shape (sites, buckets)."""


def configuration(*rules: str, more: str = "") -> Configuration:
    head = "version: 1\ndefaults: {timezone: UTC, receivers: [noc]}\n"
    head += "receivers: {noc: {terminal: true}, shops: {email: [shops@example.com]}}\n"
    text = f"{head}{more}\nrules:\n" + "".join(f"  - {rule}\n" for rule in rules or (RULE,))
    parsed = parse([("fleet.yaml", text.encode())])
    assert parsed.configuration is not None, "\n".join(map(str, parsed.problems))
    return parsed.configuration


def usual(sites: int, hours: float, seed: int = 1, noise: float = 0.05) -> Amounts:
    """The warm past and so many hours: a day's rhythm, each site at its own level, a little noise."""
    draw, slots = np.random.default_rng(seed), np.arange((WARM + hours * HOUR) // STEP) * STEP
    rhythm = 1 + 0.8 * np.sin(2 * np.pi * (slots / DAY - 0.3))
    levels = draw.uniform(5e6, 5e8, sites)[:, None]
    return np.asarray(levels * rhythm * np.exp(noise * draw.standard_normal((sites, len(slots)))))


def at(hours: float) -> Slot:
    """So many hours after the warm past."""
    return Slot(START + WARM + int(hours * HOUR))


def times(amounts: Amounts, factor: float, first: float, hours: float, sites: Sequence[int] | None = None) -> None:
    """From `first` hours after the warm past on; of these rows or all."""
    own = slice(int((WARM + first * HOUR) // STEP), int((WARM + (first + hours) * HOUR) // STEP))
    amounts[slice(None) if sites is None else list(sites), own] *= factor


def past_of(amounts: Amounts) -> Past:
    count, length = amounts.shape
    keys, window = np.arange(1, count + 1), Window(START, Slot(START + length * STEP))
    block = Block.unknown(keys, window, STEP)
    block.out_bytes[:] = amounts
    block.known[:] = True
    return Past(block)


def fleet_of(rules: Configuration, count: int, workspace: Callable[[int], str] = lambda _: "default") -> Fleet:
    sites = (Site(n, workspace(n), ID.format(n), f"s{n}", UTC_ZONE) for n in range(1, count + 1))
    return Fleet(tuple(sites), rules, STEP)


async def replayed(amounts: Amounts, fleet: Fleet, doings: Doings | None = None, past: Past | None = None) -> Replayed:
    past = past or past_of(amounts)
    return await replay(past, fleet, past.window, doings or Doings(), plain_text)


@dataclass
class WarmLived(Lived):
    """Learns of all that was before `warm` at once, and then goes on bucket by bucket."""

    warm: Slot = field(default=Slot(START + WARM))

    def _moments(self) -> Mapping[Slot, bool]:
        """Every five minutes: nothing here is due between."""
        news = {one.seen for one in self.late} | set(range(self.warm, self.past.window.end + 1, STEP))
        every = news | set(range(self.warm, self.past.window.end + 1, 300))
        return {Slot(moment): moment in news for moment in sorted(every)}


def lates(past: Past, row: int, columns: range, seen: Slot) -> list[Late]:
    """Buckets of one site that are unknown until `seen`; the past is changed."""
    block, found = past.block, []
    for column in columns:
        slot = Slot(block.start + column * block.step)
        bucket = Bucket(slot, int(block.in_bytes[row, column]), int(block.out_bytes[row, column]))
        found.append(Late(int(block.sites[row]), bucket, seen))
        block.in_bytes[row, column] = block.out_bytes[row, column] = 0
        block.known[row, column] = False
    return found
