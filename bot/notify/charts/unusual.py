"""A spike: what came hour by hour, before the range that is usual at that time."""

from __future__ import annotations

from bot.notify.amounts import direction_words
from bot.notify.charts.card import Card, Key
from bot.notify.charts.course import bars, gap_keys
from bot.notify.charts.heights import Pile
from bot.notify.charts.plot import Plot, Scales
from bot.notify.charts.style import BREACH, USUAL
from bot.notify.charts.words.unusual import gist, span_of, unknown, whole
from bot.service.charts.model import Span, Unusual

_HEADROOM = 1.1


def draw(chart: Unusual, card: Card) -> None:
    """Draw it all."""
    span, missing = whole(chart), unknown(chart)
    band = [Key("usual range", USUAL)] if _usual(chart) else []
    painted = [Key("unusual", BREACH)] if chart.breaches else []
    under = f"By the hour, {chart.zone.key}"
    card.head(
        chart.subject, direction_words(chart.direction), gist(chart), under, [*band, *painted, *gap_keys(missing, span)]
    )
    if span is None:
        card.nothing()
        return
    plot = Plot.below_head(card, Scales(span, chart.zone, _top(chart)))
    plot.unknown(missing)
    plot.steps(_usual(chart), USUAL, "usual")
    bars(plot, [Pile(span_of(hour), float(hour.came)) for hour in chart.hours if hour.came is not None], chart.breaches)


def _top(chart: Unusual) -> float:
    return max(max(hour.came or 0, hour.top or 0) for hour in chart.hours) * _HEADROOM


def _usual(chart: Unusual) -> list[tuple[Span, float, float]]:
    return [
        (span_of(hour), float(hour.low), float(hour.top))
        for hour in chart.hours
        if hour.low is not None and hour.top is not None
    ]
