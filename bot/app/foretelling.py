"""Forecasts from the terminal: of the stored history, or of a history file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.app.past import opened
from bot.domain.times import Slot
from bot.history.files.loading import load
from bot.rules.model import Configuration
from bot.service.fleet import Fleet
from bot.service.forecasts.said import Asking
from bot.service.ports import BucketTable
from bot.service.replay.buckets import MemoryBuckets
from bot.service.replay.fleet import fleet_of
from bot.service.replay.past import Past
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Opened:
    """A history to ask, the fleet it is of, and what people should know of it."""

    buckets: BucketTable
    fleet: Fleet
    asking: Asking
    notes: tuple[str, ...] = ()


@asynccontextmanager
async def stored(settings: Settings, configuration: Configuration) -> AsyncIterator[Opened]:
    """The history of a bot that is, or was, running. Raises HistoryError."""
    async with opened(settings, configuration) as past, past.history.reading() as tx:
        fleet, progress = past.fleet, await tx.progress.all()
        known = {site: row.known_from for site, row in progress.items() if row.known_from is not None}
        ends = [row.watermark for row in progress.values() if row.watermark is not None]
        until = max(ends, default=Slot(0))
        yield Opened(tx.buckets, fleet, Asking(configuration, fleet.sites, fleet.bucket, known, until))


@asynccontextmanager
async def of_file(file: Path, configuration: Configuration) -> AsyncIterator[Opened]:
    """A CSV or Parquet file. Raises UnusableFileError."""
    loaded = load(file)
    block = loaded.past.block
    fleet, notes = fleet_of(configuration, loaded.sites, block.step)
    asking = Asking(configuration, fleet.sites, block.step, _known_from(loaded.past), block.end)
    yield Opened(MemoryBuckets(loaded.past), fleet, asking, notes)


def _known_from(past: Past) -> dict[int, Slot]:
    block = past.block
    first, is_known = np.argmax(block.known, axis=1).tolist(), np.any(block.known, axis=1).tolist()
    each = zip(block.sites.tolist(), first, is_known, strict=True)
    return {site: Slot(block.start + column * block.step) for site, column, some in each if some}
