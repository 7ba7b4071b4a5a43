"""A quota's chart: usage to date against the even pace, the limit, and what is expected of the rest."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from bot.domain.limits import limit_words
from bot.domain.units import format_bytes, format_percent
from bot.notify.amounts import direction_words
from bot.notify.charts.card import Card, Key
from bot.notify.charts.plot import Plot, Scales
from bot.notify.charts.scales import apart
from bot.notify.charts.style import AMBER_INK, BLUE, BLUE_TINT, CARD, INK, LIKELY, QUIET, RED_INK, SMALL
from bot.notify.charts.words.burn_down import even_pace, fan_words, gist, runs_out, under, used
from bot.service.charts.model import BurnDown, Span

_RIGHT, _LABEL, _STEP_WORDS, _ROOM = 190, 68, 100, 90
_ABOVE_LIMIT, _MOST = 1.15, 1.8


def draw(chart: BurnDown, card: Card) -> None:
    """Draw it all."""
    keys = [Key(f"80 % likely: {fan_words(chart)}", LIKELY)] if chart.fan else []
    card.head(chart.subject, direction_words(chart.direction), gist(chart), under(chart), keys)
    plot = Plot.below_head(card, Scales(Span(chart.start, chart.end), chart.zone, _top(chart)), _RIGHT)
    _even_pace(chart, plot)
    _fan(chart, plot)
    _usage(chart, plot)
    _steps(chart, plot)
    plot.axes.axhline(chart.limit, color=INK, linewidth=3.5, zorder=7, gid="limit")
    _runs_out(chart, plot)
    _beside(chart, plot)


def _top(chart: BurnDown) -> float:
    reached = max(chart.limit, used(chart) or 0)
    likely = chart.fan.high80 if chart.fan else 0
    return max(chart.limit * _ABOVE_LIMIT, reached * 1.05, min(likely * 1.03, reached * _MOST))


def _usage(chart: BurnDown, plot: Plot) -> None:
    if not chart.used:
        plot.unknown([Span(chart.start, max(chart.until, chart.start))])
        return
    x, y = [plot.x(at) for at, _ in chart.used], [count for _, count in chart.used]
    plot.axes.fill_between(x, y, color=BLUE_TINT, linewidth=0, zorder=2)
    plot.axes.plot(x, y, color=BLUE, linewidth=6, solid_capstyle="round", zorder=5, gid="used")
    plot.axes.plot(x[-1:], y[-1:], "o", color=BLUE, markersize=18, markeredgecolor=CARD, markeredgewidth=3, zorder=8)


def _steps(chart: BurnDown, plot: Plot) -> None:
    """Where steps were reached; those that are too near each other have one label."""
    free = SMALL / plot.box.high * plot.top
    for step in sorted(chart.steps, key=lambda step: step.percent):
        height = float(Fraction(chart.limit) * step.percent / 100)
        if step.reached_at is None or not 0 < height <= plot.top:
            continue
        at = (plot.x(step.reached_at), height)
        rim: dict[str, Any] = {"markeredgecolor": BLUE, "markeredgewidth": 4}
        plot.axes.plot(*at, "D", color=CARD, markersize=12, zorder=8, gid="step", **rim)
        if height >= free:
            is_left = at[0] / plot.x(chart.end) * plot.box.wide > _STEP_WORDS
            by, side = ((-14, 4), "right") if is_left else ((14, -4), "left")
            plot.say(at, format_percent(step.percent), by=by, ha=side, va="bottom" if is_left else "top")
            free = height + SMALL / plot.box.high * plot.top


def _fan(chart: BurnDown, plot: Plot) -> None:
    fan = chart.fan
    if fan is None:
        return
    x, now = [plot.x(min(chart.until, chart.end)), plot.x(chart.end)], used(chart) or 0
    rim: dict[str, Any] = {"facecolor": LIKELY.colour, "edgecolor": LIKELY.rim, "linewidth": 2}
    plot.axes.fill_between(x, [now, fan.low80], [now, fan.high80], zorder=2, gid="fan", **rim)
    dots = (0, (1, 1.2))
    plot.axes.plot(x, [now, fan.middle], color=AMBER_INK, linewidth=4, linestyle=dots, zorder=4, gid="expected")


def _even_pace(chart: BurnDown, plot: Plot) -> None:
    """A dashed line with its words on the side that usage leaves free."""
    end, dashes = plot.x(chart.end), (0, (6, 4))
    plot.axes.plot(
        [0, end], [0, chart.limit], color=QUIET, linewidth=2.5, linestyle=dashes, zorder=3, gid="even pace"
    )  # fmt: skip
    if plot.box.high * chart.limit / plot.top < _ROOM:
        return
    is_ahead = (used(chart) or 0) >= even_pace(chart)
    at, by, side = (0.83, (6, -4), "top") if is_ahead else (0.3, (-6, 4), "bottom")
    turn = math.degrees(math.atan2(plot.box.high * chart.limit / plot.top, plot.box.wide))
    how = {"rotation": turn, "rotation_mode": "anchor", "ha": "center", "va": side}
    plot.say((end * at, chart.limit * at), "even pace", QUIET, by=by, **how)


def _runs_out(chart: BurnDown, plot: Plot) -> None:
    words = runs_out(chart)
    if not words or chart.fan is None or chart.fan.exhausts_at is None:
        return
    at = plot.x(chart.fan.exhausts_at)
    rim: dict[str, Any] = {"markeredgecolor": CARD, "markeredgewidth": 2}
    plot.axes.plot(at, chart.limit, "X", color=RED_INK, markersize=22, zorder=8, gid="runs out", **rim)
    least = plot.card.width_of(words, SMALL, "bold") / plot.box.wide * plot.x(chart.end)
    plot.say((max(at, least), chart.limit), words, RED_INK, by=(-2, 15), ha="right", va="bottom", weight="bold")


def _beside(chart: BurnDown, plot: Plot) -> None:
    """Words to the right of the plot, each beside its line."""
    wanted = [(float(chart.limit), f"limit\n{limit_words(chart.limit)}", INK)]
    if chart.fan is not None:
        wanted.append((float(chart.fan.middle), f"expected\n{format_bytes(chart.fan.middle)}", AMBER_INK))
    wanted.sort()
    heights = apart([height for height, _, _ in wanted], _LABEL / plot.box.high * plot.top, plot.top)
    for height, (_, words, colour) in zip(heights, wanted, strict=True):
        at = (plot.x(chart.end), height)
        plot.say(at, words, colour, by=(14, 0), ha="left", va="center", weight="bold", linespacing=1.05)
