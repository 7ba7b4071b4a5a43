"""Usage in time, bar by bar: of a site, or about a threshold, a percentile, a silence."""

from __future__ import annotations

from collections.abc import Iterable

from bot.notify.amounts import direction_words
from bot.notify.charts.card import Card, Key
from bot.notify.charts.heights import Pile, piles
from bot.notify.charts.plot import NO_DATA_WORDS, Plot, Scales
from bot.notify.charts.spans import touches, unknown, whole
from bot.notify.charts.style import BREACH, IN, IN_PARTLY, NO_DATA, OUT, OUT_PARTLY
from bot.notify.charts.words.course import gist, limit_words, painted_words, totals, under
from bot.service.charts.model import Course, Span

_HEADROOM = 1.14
_ROOMY = 0.17


def draw(course: Course, card: Card) -> None:
    """Draw it all."""
    known, span = piles(course), whole(course.bars)
    missing = unknown(course.bars, course.silent)
    aside = direction_words(course.direction) if course.direction else ""
    card.head(course.subject, aside, gist(course), under(course), _keys(course, known) + gap_keys(missing, span))
    if span is None:
        card.nothing()
        return
    plot = Plot.below_head(card, Scales(span, course.zone, _top(course, known), course.unit))
    plot.unknown(missing)
    bars(plot, known, course.breaches)
    if course.limit is not None:
        plot.limit(course.limit, limit_words(course), at_right=_is_freer_right(course, known))


def bars(plot: Plot, known: Iterable[Pile], breaches: tuple[Span, ...] = ()) -> None:
    """What came in below what went out, paler where known in part; those that breach in one, painted."""
    known = list(known)
    painted = [pile for pile in known if touches(pile.span, breaches)]
    plain = [pile for pile in known if not touches(pile.span, breaches)]
    for is_partial, name, lower, upper in ((False, "bars", IN, OUT), (True, "partial", IN_PARTLY, OUT_PARTLY)):
        some = [pile for pile in plain if pile.is_partial is is_partial]
        plot.boxes([(pile.span, 0, pile.lower) for pile in some], lower, name)
        plot.boxes([(pile.span, pile.lower, pile.top) for pile in some if pile.upper], upper, f"{name} out")
    plot.boxes([(pile.span, 0, pile.top) for pile in painted], BREACH, "breaches")


def gap_keys(missing: Iterable[Span], whole: Span | None) -> list[Key]:
    """What the hatching means, where no gap is so wide that it can be said upon it."""
    lengths = [span.end - span.start for span in missing]
    if not lengths or whole is None or max(lengths) > _ROOMY * (whole.end - whole.start):
        return []
    return [Key(NO_DATA_WORDS, NO_DATA)]


def _top(course: Course, known: tuple[Pile, ...]) -> float:
    return max([pile.top for pile in known] + [course.limit or 0]) * _HEADROOM


def _keys(course: Course, known: tuple[Pile, ...]) -> list[Key]:
    keys = []
    if course.direction is None and known:
        into, out = totals(course)
        keys += [Key(into, IN), Key(out, OUT)]
    if course.breaches:
        keys.append(Key(painted_words(course), BREACH))
    if any(pile.is_partial for pile in known):
        keys.append(Key("known in part", IN_PARTLY))
    return keys


def _is_freer_right(course: Course, known: tuple[Pile, ...]) -> bool:
    """Whether fewer bars pass the limit in the right half than in the left, where its words may stand."""
    high = [place for place, pile in enumerate(known) if pile.top > (course.limit or 0)]
    return sum(place < len(known) / 2 for place in high) > sum(place >= len(known) / 2 for place in high)
