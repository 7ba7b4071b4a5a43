"""One hour at a site, beside what is usual then: a value that needs no numpy to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BandHour:
    """The hour from `start` on. Bytes an hour, None where unknown: between `low` and `top` is usual, `middle` most so;
    `came` is what was kept up."""

    start: datetime
    came: int | None
    low: int | None
    middle: int | None
    top: int | None
