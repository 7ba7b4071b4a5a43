"""What an explanation says of a spike, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.service.views import SpikeView

if TYPE_CHECKING:  # numpy is slow to import, and values need none of it
    from bot.service.spikes.hours import BandHour


@dataclass(frozen=True, slots=True)
class Unusualness:
    """How unusual the last bucket that had been read was. `level` says what came and what is usual, None where too
    little is known of that time.

    `score` is in percent of what it takes to be told: 100 tells. `beyond` bytes came above what is usual, of which the
    rule asks for `at_least`. `remembered_from` is the beginning of the history that it is compared with, `judged_from`
    when there is enough of it. `hours` are the last ones, the oldest first.
    """

    level: SpikeView | None
    score: int | None
    beyond: int
    at_least: int
    remembered_from: datetime
    judged_from: datetime
    hours: tuple[BandHour, ...] = ()
