"""Sites or quotas beside each other: a name, a number and a bar each."""

from __future__ import annotations

from bot.notify.charts.card import Box, Card
from bot.notify.charts.style import BREACH, GIST, IN, INK, NO_DATA, PAD, QUIET, SMALL, TEXT, TITLE, TRACK, WARNED, Fill
from bot.notify.charts.words.ranking import SHOWN, about, more, value_words
from bot.rules.model import Severity
from bot.service.charts.model import Mark, Ranking, Scale

ROW, BAR, HEAD, NOTE = 92, 26, 92, 306
_MOST_SHARE = 2.0
_FILLS = {Severity.WARNING: WARNED, Severity.CRITICAL: BREACH}


def height(ranking: Ranking) -> int:
    """How high a card it takes."""
    rows = max(1, min(len(ranking.rows), SHOWN))
    return _first(ranking) + rows * ROW + (44 if more(ranking) else 0) + PAD // 2


def draw(ranking: Ranking, card: Card) -> None:
    """Draw it all."""
    room = card.width - 2 * PAD
    card.write(PAD, 66, card.fitted(ranking.title, room, TITLE, "bold"), TITLE, weight="bold")
    if about(ranking.scale):
        card.write(PAD, 108, about(ranking.scale), SMALL, QUIET)
    rows = ranking.rows[:SHOWN]
    notes = [card.fitted(row.note, NOTE, SMALL) if row.note else "" for row in rows]
    beside = max((card.width_of(note, SMALL) for note in notes), default=0)
    wide = room - (beside + 24 if beside else 0)
    for place, mark in enumerate(rows):
        y = _first(ranking) + place * ROW
        _words(mark, ranking.scale, card, y)
        card.write(PAD + room, y + 44 + BAR, notes[place], SMALL, QUIET, ha="right")
        _bar(mark, ranking, card, Box(PAD, y + 46, wide, BAR))
    end = _first(ranking) + max(len(rows), 1) * ROW
    if not rows:
        card.write(PAD, end - 40, "none", GIST, QUIET)
    if more(ranking):
        card.write(PAD, end + 26, f"+{more(ranking)} more", SMALL, QUIET)


def _first(ranking: Ranking) -> int:
    return HEAD + (40 if about(ranking.scale) else 0)


def _words(mark: Mark, scale: Scale, card: Card, y: float) -> None:
    room, value, severity = card.width - 2 * PAD, value_words(mark, scale), mark.severity or ""
    taken = card.width_of(value, TEXT, "bold") + card.width_of(severity, SMALL) + 48
    shown = card.fitted(mark.name, room - taken, TEXT)
    card.write(PAD, y + 32, shown, TEXT)
    card.write(PAD + card.width_of(shown, TEXT) + 18, y + 32, severity, SMALL, QUIET)
    card.write(PAD + room, y + 32, value, TEXT, ha="right", weight="bold")


def _bar(mark: Mark, ranking: Ranking, card: Card, box: Box) -> None:
    part, full = _part(mark, ranking.scale), _full(ranking)
    if part is None:
        card.box(box, NO_DATA, "unknown")
        return
    card.box(box, TRACK, "track")
    long = max(min(part / full, 1.0) * box.wide, 3.0 if part else 0.0)
    card.box(Box(box.x, box.y, long, box.high), _FILLS.get(mark.severity, IN) if mark.severity else IN, "bar")
    if ranking.scale is Scale.SHARE:
        card.box(Box(box.x + box.wide / full - 4, box.y - 6, 4, box.high + 12), Fill(INK), "limit")


def _full(ranking: Ranking) -> float:
    parts = [_part(mark, ranking.scale) or 0.0 for mark in ranking.rows[:SHOWN]]
    if ranking.scale is Scale.SHARE:
        return min(max([1.0, *parts]), _MOST_SHARE)
    return max([*parts, 1.0])


def _part(mark: Mark, scale: Scale) -> float | None:
    """How long its bar is, in the ranking's own measure; None where it is not known."""
    if mark.value is None:
        return None
    if scale is Scale.SHARE:
        return mark.value / mark.limit if mark.limit else float(mark.limit == 0 and mark.value > 0)
    return float(max(mark.value, 0))
