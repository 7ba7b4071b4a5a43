"""Some sites' usage in time: a strip of bars each, all of one height for the same bytes."""

from __future__ import annotations

from bot.notify.amounts import direction_words
from bot.notify.charts.card import Box, Card
from bot.notify.charts.course import bars
from bot.notify.charts.heights import of_direction
from bot.notify.charts.plot import Plot, Scales
from bot.notify.charts.spans import outside, unknown
from bot.notify.charts.style import PAD, TEXT
from bot.notify.charts.words.compared import SHOWN, gist, span, title, total, under
from bot.service.charts.model import Compared, Line

STRIP, NAME, HEAD, FOOT = 100, 66, 166, 92
_LEFT, _RIGHT = 140, 44


def height(chart: Compared) -> int:
    """How high a card it takes."""
    return HEAD + max(1, min(len(chart.lines), SHOWN)) * (STRIP + NAME) + FOOT


def draw(chart: Compared, card: Card) -> None:
    """Draw it all."""
    card.head(title(chart), direction_words(chart.direction), gist(chart), under(chart))
    whole, lines = span(chart), chart.lines[:SHOWN]
    if whole is None:
        card.nothing()
        return
    highest = max([pile.top for line in lines for pile in of_direction(line.bars, chart.direction)], default=0.0)
    scales = Scales(whole, chart.zone, highest * 1.02)
    strips = [_strip(line, chart, card, scales, HEAD + place * (STRIP + NAME)) for place, line in enumerate(lines)]
    strips[-1].date()


def _strip(line: Line, chart: Compared, card: Card, scales: Scales, y: float) -> Plot:
    words = total(line, chart.direction)
    card.write(card.width - _RIGHT, y + 46, words, TEXT, ha="right", weight="bold")
    room = card.width - 2 * PAD - _RIGHT - card.width_of(words, TEXT, "bold")
    card.write(PAD, y + 46, card.fitted(line.name, room, TEXT), TEXT)
    plot = Plot.strip(card, scales, Box(_LEFT, y + NAME, card.width - _LEFT - _RIGHT, STRIP))
    plot.unknown(unknown(line.bars, outside(line.bars, scales.span)))
    bars(plot, of_direction(line.bars, chart.direction))
    return plot
