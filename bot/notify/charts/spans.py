"""What of a chart's bars is unknown, and which of them breach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from bot.service.charts.model import Bar, Span


def span_of(bar: Bar) -> Span:
    """When a bar was."""
    return Span(bar.start, bar.start + bar.length)


def whole(bars: Sequence[Bar]) -> Span | None:
    """From the first bar's start to the last one's end."""
    return Span(bars[0].start, bars[-1].start + bars[-1].length) if bars else None


def outside(bars: Sequence[Bar], span: Span) -> tuple[Span, ...]:
    """What of a span is before the first of the bars and after the last; all of it where there is none."""
    own = whole(bars)
    ends = [Span(span.start, own.start), Span(own.end, span.end)] if own else [span]
    return tuple(end for end in ends if end.start < end.end)


def still(silent: Iterable[Span], bars: Sequence[Bar]) -> tuple[Span, ...]:
    """What is silent, without the bars within it that are known throughout: the site was heard again."""
    heard = [span_of(bar) for bar in bars if bar.total is not None and not bar.is_partial]
    left = list(silent)
    for one in heard:
        left = [part for span in left for part in _without(span, one)]
    return joined(left)


def _without(span: Span, heard: Span) -> list[Span]:
    if not (span.start <= heard.start and heard.end <= span.end):
        return [span]
    return [part for part in (Span(span.start, heard.start), Span(heard.end, span.end)) if part.start < part.end]


def unknown(bars: Sequence[Bar], silent: Iterable[Span] = ()) -> tuple[Span, ...]:
    """Where nothing is known: bars without a value, holes between bars, and what is `silent`; joined, ascending."""
    blank = [span_of(bar) for bar in bars if bar.total is None]
    holes = [Span(a.start + a.length, b.start) for a, b in pairwise(bars) if a.start + a.length < b.start]
    return joined([*blank, *holes, *still(silent, bars)])


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same spans, those that touch or overlap made one."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if result and span.start <= result[-1].end:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        elif span.start < span.end:
            result.append(span)
    return tuple(result)


def within(span: Span, whole: Span) -> Span | None:
    """What of a span is within another."""
    start, end = max(span.start, whole.start), min(span.end, whole.end)
    return Span(start, end) if start < end else None


def touches(span: Span, others: Iterable[Span]) -> bool:
    """Whether it shares any time with one of them."""
    return any(span.start < other.end and other.start < span.end for other in others)
