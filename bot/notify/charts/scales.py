"""Heights with units: few marks, at round numbers."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.limits import limit_words, rate_words
from bot.service.charts.model import Unit

MOST = 4


def marks(top: float, most: int = MOST) -> tuple[int, ...]:
    """Round numbers from 0 up to `top`, at most `most` above 0: `(0, 200 GB, 400 GB)`."""
    step = _step(top, most)
    return tuple(range(0, int(top) + 1, step))


def mark_words(value: int, unit: Unit) -> str:
    """`"200 GB"`, `"20 Mbps"`; `"0"` needs no unit."""
    if not value:
        return "0"
    return rate_words(value) if unit is Unit.RATE else limit_words(value)


def _step(top: float, most: int) -> int:
    power = 1
    while True:
        for lead in (1, 2, 5):
            if top < (most + 1) * lead * power:
                return lead * power
        power *= 10


def apart(heights: Sequence[float], tall: float, top: float) -> list[float]:
    """Ascending middles of labels, moved just so far that none of `tall` covers another or goes beyond `[0, top]`."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + tall if placed else tall / 2))
    limit = top - tall / 2
    for place in reversed(range(len(placed))):
        placed[place] = min(placed[place], limit)
        limit = placed[place] - tall
    return placed
