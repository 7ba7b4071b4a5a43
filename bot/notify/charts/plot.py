"""A plot: axes with units, and what is drawn upon them by its place in time and its height."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.notify.charts.card import Box, Card
from bot.notify.charts.scales import mark_words, marks
from bot.notify.charts.spans import within
from bot.notify.charts.style import CARD, FAINT, GRID, INK, NO_DATA, QUIET, SMALL, Fill
from bot.notify.charts.times import Tick, time_ticks
from bot.service.charts.model import Span, Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HALO = 7
NO_DATA_WORDS = "no data"
_RIGHT, _BELOW, _LEFT = 44, 92, 96
_WIDE, _GAP = 12, 8


@dataclass(frozen=True, slots=True)
class Scales:
    """What the axes of a plot are: time in `span`, told in `zone`, and from 0 to `top` in `unit`."""

    span: Span
    zone: ZoneInfo
    top: float
    unit: Unit = Unit.BYTES


class Plot:
    """Heights are bytes or bits a second. Every artist that says something has a name, its gid."""

    def __init__(self, card: Card, scales: Scales, box: Box, heights: Sequence[int]) -> None:
        self.card, self.box, self.span, self.zone = card, box, scales.span, scales.zone
        self.top = max(float(scales.top), 1.0)
        self.axes: Axes = card.axes(box)
        self.axes.set(xlim=(0, max(self.x(scales.span.end), 1.0)), ylim=(0, self.top), xticks=[], axisbelow=True)
        self.axes.axhline(0, color=QUIET, linewidth=3, zorder=6)
        labels = [mark_words(height, scales.unit) for height in heights]
        self.axes.set_yticks(heights, labels, fontsize=SMALL, color=QUIET)
        self.axes.tick_params(axis="y", length=0, pad=12)
        self.axes.grid(axis="y", color=GRID, linewidth=2)

    @classmethod
    def below_head(cls, card: Card, scales: Scales, right: float = _RIGHT) -> Plot:
        """The card's one plot, dated, with so much room to the right of it."""
        heights = marks(scales.top)
        left = max(_LEFT, 52 + max(card.width_of(mark_words(height, scales.unit), SMALL) for height in heights))
        y = card.below_head + 22
        plot = cls(card, scales, Box(left, y, card.width - left - right, card.height - y - _BELOW), heights)
        plot.date()
        return plot

    @classmethod
    def strip(cls, card: Card, scales: Scales, box: Box) -> Plot:
        """One of several below each other: of one mark, and not dated."""
        return cls(card, scales, box, marks(scales.top, 1)[-1:])

    def date(self) -> None:
        """Marks of time below it."""
        ticks = time_ticks(self.span.start, self.span.end, self.zone)
        labels = [tick.label if self._fits(tick) else "" for tick in ticks]
        self.axes.set_xticks([self.x(tick.at) for tick in ticks], labels, fontsize=SMALL, color=QUIET)
        self.axes.tick_params(axis="x", length=10, width=2, color=FAINT, pad=8)

    def _fits(self, tick: Tick) -> bool:
        """Whether its label is on the card as a whole."""
        middle = self.box.x + self.wide(Span(self.span.start, tick.at))
        half = max(self.card.width_of(line, SMALL) for line in tick.label.split("\n")) / 2
        return half <= middle <= self.card.width - half

    def x(self, at: datetime) -> float:
        """Seconds from the start."""
        return (at - self.span.start).total_seconds()

    def wide(self, span: Span) -> float:
        """How many pixels a span is."""
        return (self.x(span.end) - self.x(span.start)) / max(self.x(self.span.end), 1.0) * self.box.wide

    def boxes(self, boxes: Iterable[tuple[Span, float, float]], fill: Fill, name: str) -> None:
        """Boxes of (span, bottom, top). Those wide enough stand apart, and show their hatching."""
        from matplotlib.collections import PolyCollection  # noqa: PLC0415 - slow to import

        boxes = list(boxes)
        if not boxes:
            return
        is_wide = self.wide(boxes[0][0]) >= _WIDE
        how: dict[str, Any] = {"linewidths": 0.0}
        if fill.rim and is_wide:
            how = {"edgecolors": fill.rim, "linewidths": 2.5, "zorder": 3}
        if fill.hatch and is_wide:
            how |= {"hatch": fill.hatch, "hatchcolors": fill.lines}
        shapes = [self._corners(span, low, high, self._gap(span)) for span, low, high in boxes]
        self.axes.add_collection(PolyCollection(shapes, facecolors=fill.colour, gid=name, **how), autolim=False)
        if fill.rim and not is_wide:
            self._rim(boxes, fill.rim)

    def _gap(self, span: Span) -> float:
        """What of a bar is left free on either side."""
        wide = self.wide(span)
        return min(0.09, _GAP / wide) if wide >= _WIDE / 2 else 0.0

    def _rim(self, boxes: Sequence[tuple[Span, float, float]], colour: str) -> None:
        """Around bars that are too narrow for a rim each: one around those that follow each other."""
        for run in _runs(boxes):
            x = [self.x(span.start) for span, _, _ in run] + [self.x(run[-1][0].end)] * 2
            tops = [top for _, _, top in run]
            self.axes.step([x[0], *x], [0, *tops, tops[-1], 0], where="post", color=colour, linewidth=2.5, zorder=3)

    def _corners(self, span: Span, low: float, high: float, gap: float = 0.0) -> list[tuple[float, float]]:
        start, end = self.x(span.start), self.x(span.end)
        start, end = start + gap * (end - start), end - gap * (end - start)
        return [(start, low), (start, high), (end, high), (end, low)]

    def unknown(self, spans: Iterable[Span]) -> None:
        """Hatch what nothing is known of, and say so where there is room."""
        shown = [part for span in spans if (part := within(span, self.span))]
        if not shown:
            return
        from matplotlib.collections import PolyCollection  # noqa: PLC0415 - slow to import

        shapes = [self._corners(span, 0, self.top) for span in shown]
        how: dict[str, Any] = {"facecolors": NO_DATA.colour, "hatch": NO_DATA.hatch, "hatchcolors": NO_DATA.lines}
        self.axes.add_collection(PolyCollection(shapes, gid="unknown", linewidths=0, zorder=1, **how), autolim=False)
        for span in shown:
            if self.has_room(span):
                middle = (self.x(span.start) + self.x(span.end)) / 2
                self.say((middle, self.top / 2), NO_DATA_WORDS, QUIET, ha="center", va="center")

    def has_room(self, span: Span) -> bool:
        """Whether it is wide enough to have "no data" written upon it."""
        return self.wide(span) > self.card.width_of(NO_DATA_WORDS, SMALL) + 16

    def say(self, at: tuple[float, float], words: str, colour: str = INK, **more: Any) -> None:
        """Words at a place of the plot, moved by `by` pixels, with a rim that sets them off from what is behind."""
        from matplotlib.patheffects import withStroke  # noqa: PLC0415 - slow to import

        rim = [withStroke(linewidth=HALO, foreground=CARD)]
        how: dict[str, Any] = {"fontsize": SMALL, "color": colour, "zorder": 9, "path_effects": rim} | more
        by = how.pop("by", (0, 0))
        self.axes.annotate(words, at, by, textcoords="offset points", annotation_clip=False, parse_math=False, **how)

    def limit(self, height: float, words: str, *, at_right: bool = False) -> None:
        """A line across, with its words upon it."""
        words = self.card.fitted(words, self.box.wide - 12, SMALL, "bold")
        self.axes.axhline(height, color=INK, linewidth=3.5, zorder=7, gid="limit")
        if at_right:
            self.say((self.x(self.span.end), height), words, by=(-6, 9), ha="right", va="bottom", weight="bold")
        else:
            self.say((0.0, height), words, by=(6, 9), ha="left", va="bottom", weight="bold")

    def steps(self, spans: Sequence[tuple[Span, float, float]], fill: Fill, name: str) -> None:
        """A range that changes from span to span, `(span, low, top)`: behind the bars, its upper end before them."""
        for run in _runs(spans):
            x = [self.x(span.start) for span, _, _ in run] + [self.x(run[-1][0].end)]
            low, top = ([*heights, heights[-1]] for heights in zip(*((low, top) for _, low, top in run), strict=True))
            self.axes.fill_between(x, low, top, step="post", color=fill.colour, linewidth=0, zorder=1.5, gid=name)
            self.axes.step(x, top, where="post", color=fill.rim, linewidth=3, zorder=5)


def _runs(spans: Sequence[tuple[Span, float, float]]) -> list[list[tuple[Span, float, float]]]:
    """Those that follow each other at once, together."""
    runs: list[list[tuple[Span, float, float]]] = []
    for each in spans:
        if runs and runs[-1][-1][0].end == each[0].start:
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs
