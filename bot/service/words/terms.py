"""How long: `4h`, `for 2 days`, `until tomorrow 08:00`, `until-reset`, `2d until-worse`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from fractions import Fraction

from bot.alerts.endings import Ending, ForecastPasses, GetsWorse, PeriodResets
from bot.domain.units import parse_duration, parse_percent
from bot.service.commands import Wrong
from bot.service.orders import UNTOLD, LocalTime, Term
from bot.service.words.clock import COMING_DAYS, DATE, TIME, date_of, day_of, time_of
from bot.service.words.text import Word, WrongWordsError

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=366)
LEAST_PERCENT, MOST_PERCENT = 1, 1000

_SPAN = re.compile(r"(?:\d{1,5}(?:min|[mhdw]))+", re.ASCII)
_NUMBER = re.compile(r"\d{1,5}", re.ASCII)
_UNIT = re.compile(r"(?:minute|min|hour|day|week)s?")
_RESETS, _WORSE, _FORECAST = ("reset", "resets"), ("worse",), ("forecast",)
MIDNIGHT = time()


@dataclass(slots=True)
class _Reader:
    """Goes through words from `at` on."""

    words: Sequence[Word]
    at: int

    def key(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.words[place].key if place < len(self.words) else ""

    def taken(self) -> str:
        self.at += 1
        return self.words[self.at - 1].key


def begins_term(words: Sequence[Word], place: int) -> bool:
    """Whether a term begins at this word."""
    reader = _Reader(words, place)
    key = reader.key()
    return key == "until" or key.startswith("until-") or _reads_as_span(reader, int(key == "for"))


def read_term(words: Sequence[Word], place: int) -> tuple[Term, int]:
    """The term that begins at this word, if any does, and where what follows it begins. Raises WrongWordsError."""
    reader, term = _Reader(words, place), UNTOLD
    while begins_term(words, reader.at):
        start = reader.at
        found = _one(reader)
        if (found.has_time and term.has_time) or (found.ending and term.ending):
            raise WrongWordsError(Wrong.TWO_TERMS, words[start].text)
        term = _together(term, found)
    return term, reader.at


def _together(term: Term, found: Term) -> Term:
    return replace(found, ending=term.ending) if found.has_time else replace(term, ending=found.ending)


def _one(reader: _Reader) -> Term:
    key = reader.key()
    if key == "until" or key.startswith("until-"):
        return _until(reader)
    if key == "for":
        reader.taken()
    return Term(span=_span(reader))


def _reads_as_span(reader: _Reader, ahead: int) -> bool:
    key = reader.key(ahead)
    return bool(_SPAN.fullmatch(key) or (_NUMBER.fullmatch(key) and _UNIT.fullmatch(reader.key(ahead + 1))))


def _span(reader: _Reader) -> timedelta:
    text = reader.taken()
    if _NUMBER.fullmatch(text):
        text += reader.taken().replace("minute", "min").replace("mins", "min")
    try:
        span = parse_duration(text)
    except ValueError:
        span = timedelta()
    if not SHORTEST <= span <= LONGEST:
        raise WrongWordsError(Wrong.BAD_TERM, text)
    return span


def _until(reader: _Reader) -> Term:
    """`until-worse` or `until worse`; else a time, a day, or a day and its time."""
    first = reader.taken()
    word = first.removeprefix("until-") if first != "until" else reader.key()
    is_ending = word in (*_RESETS, *_WORSE, *_FORECAST)
    if first == "until" and is_ending:
        reader.taken()
    if is_ending:
        return Term(ending=_ending(word, reader))
    if first != "until":
        raise WrongWordsError(Wrong.BAD_TERM, first)
    return Term(until=_local(reader))


def _ending(word: str, reader: _Reader) -> Ending:
    if word in _RESETS:
        return PeriodResets()
    return GetsWorse() if word in _WORSE else ForecastPasses(_percent(reader))


def _percent(reader: _Reader) -> Fraction:
    """`95%`, and `95 %`."""
    text = reader.taken() if reader.key() else ""
    if reader.key() == "%":
        text += reader.taken()
    try:
        percent = parse_percent(text)
    except ValueError:
        raise WrongWordsError(Wrong.BAD_PERCENT, text) from None
    if not LEAST_PERCENT <= percent <= MOST_PERCENT:
        raise WrongWordsError(Wrong.BAD_PERCENT, text)
    return percent


def _local(reader: _Reader) -> LocalTime:
    text = reader.key()
    day, _, clock = text.partition("t") if DATE.match(text) else (text, "", "")
    if clock and DATE.fullmatch(day) and TIME.fullmatch(clock):
        reader.taken()
        return LocalTime(time_of(clock), _a_date(day))
    if TIME.fullmatch(text):
        return LocalTime(time_of(reader.taken()))
    if not (DATE.fullmatch(text) or COMING_DAYS.fullmatch(text)):
        raise WrongWordsError(Wrong.BAD_TERM, text or "until")
    reader.taken()
    at = time_of(reader.taken()) if TIME.fullmatch(reader.key()) else MIDNIGHT
    return LocalTime(at, _a_date(text) if DATE.fullmatch(text) else day_of(text))


def _a_date(text: str) -> date:
    found = date_of(text)
    if found is None:
        raise WrongWordsError(Wrong.BAD_TERM, text)
    return found
