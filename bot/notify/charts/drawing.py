"""A chart made a picture: on the thread that calls, and slow."""

from __future__ import annotations

from bot.notify.charts import burn_down, compared, course, ranking, unusual
from bot.notify.charts.card import Card
from bot.notify.charts.digest import digest
from bot.notify.charts.style import HEIGHT
from bot.notify.charts.words import burn_down as of_burn_down
from bot.notify.charts.words import compared as of_compared
from bot.notify.charts.words import course as of_course
from bot.notify.charts.words import ranking as of_ranking
from bot.notify.charts.words import unusual as of_unusual
from bot.service.charts.model import BurnDown, Chart, Compared, Course, Ranking, Unusual
from bot.service.ports.telling import Picture

ALT_LENGTH = 2000


def picture(chart: Chart) -> Picture:
    """The chart, drawn."""
    card = drawn(chart)
    return Picture(card.png(), short(alt(chart)), card.width, card.height, digest(chart))


def drawn(chart: Chart) -> Card:
    """The card with all that is on it."""
    card = Card(_height(chart))
    match chart:
        case BurnDown():
            burn_down.draw(chart, card)
        case Course():
            course.draw(chart, card)
        case Unusual():
            unusual.draw(chart, card)
        case Ranking():
            ranking.draw(chart, card)
        case Compared():
            compared.draw(chart, card)
    return card


def _height(chart: Chart) -> int:
    match chart:
        case Ranking():
            return ranking.height(chart)
        case Compared():
            return compared.height(chart)
    return HEIGHT


def short(words: str) -> str:
    """As much of them as every medium takes as the words of a picture."""
    return words if len(words) <= ALT_LENGTH else f"{words[: ALT_LENGTH - 1]}…"


def alt(chart: Chart) -> str:
    """What it shows, in one or two sentences; others' text in it is safe in any plain-text field."""
    match chart:
        case BurnDown():
            return of_burn_down.alt(chart)
        case Course():
            return of_course.alt(chart)
        case Unusual():
            return of_unusual.alt(chart)
        case Ranking():
            return of_ranking.alt(chart)
        case Compared():
            return of_compared.alt(chart)
