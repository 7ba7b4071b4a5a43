"""What of a chart is unknown."""

from __future__ import annotations

from dataclasses import replace

from bot.notify.charts.drawing import alt
from bot.notify.charts.spans import joined, outside, still, unknown, whole
from bot.notify.charts.words.course import gist
from bot.service.charts.model import Bar, Span
from tests.notify.charts.samples import GB, HOUR, NOW, bars, silent


def hours(start: int, end: int) -> Span:
    return Span(NOW + start * HOUR, NOW + end * HOUR)


def test_spans_that_touch_are_one() -> None:
    assert joined([hours(3, 4), hours(0, 1), hours(1, 2), hours(0, 2)]) == (hours(0, 2), hours(3, 4))
    assert joined([hours(1, 1)]) == ()


def test_bars_without_a_value_and_holes_between_bars_are_unknown() -> None:
    some = bars(8)
    blank = [replace(bar, in_bytes=None) for bar in some]
    assert unknown([some[0], blank[1], some[4], *some[5:]]) == (Span(some[1].start, some[4].start),)
    assert unknown(some) == ()
    assert unknown([]) == ()


def test_what_is_before_and_after_the_bars_is_outside() -> None:
    assert outside(bars(2), hours(-5, 1)) == (hours(-5, -2), hours(0, 1))
    assert outside(bars(2), hours(-2, 0)) == ()
    assert outside([], hours(-2, 0)) == (hours(-2, 0),)
    assert whole([]) is None


def test_a_site_that_was_heard_again_is_silent_no_more() -> None:
    chart = silent()
    again = replace(chart, bars=(*chart.bars[:-1], Bar(chart.bars[-1].start, HOUR, GB, GB)))
    assert still(again.silent, again.bars) == (hours(-9, -1),)
    assert gist(again) == "no data Fri 20 Nov 05:00 to 13:00"
    assert alt(again).endswith("No data Fri 20 Nov 05:00 to 13:00, 8 hours in all.")
    partly = replace(again, bars=(*again.bars[:-1], replace(again.bars[-1], is_partial=True)))
    assert still(partly.silent, partly.bars) == (hours(-9, 0),)
