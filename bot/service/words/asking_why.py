"""`why`, `whynot`, `history` and `rule`, from words to commands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from bot.service.commands import Explain, OneRule, Story, Why, Wrong
from bot.service.orders import LocalTime
from bot.service.words.clock import DATE, PAST_DAYS, TIME, YEARS, date_of, day_of, time_of
from bot.service.words.matching import alert_id
from bot.service.words.questions import name_of
from bot.service.words.text import Word, WrongWordsError, joined

_LIKE_TIME = re.compile(r"\d{1,2}:\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}t\d.*", re.ASCII)
Moment = LocalTime | datetime | None


def read_why(words: Sequence[Word]) -> Why:
    return Why(_alert(words))


def read_story(words: Sequence[Word]) -> Story:
    return Story(_alert(words))


def _alert(words: Sequence[Word]) -> int:
    number = alert_id(words[0].key) if words else None
    if number is None:
        raise WrongWordsError(Wrong.NEEDS_ONE_ALERT, words[0].text if words else "")
    if len(words) > 1:
        raise WrongWordsError(Wrong.UNKNOWN_WORD, words[1].text)
    return number


def read_rule(words: Sequence[Word]) -> OneRule:
    name = joined(words)
    if not name:
        raise WrongWordsError(Wrong.NEEDS_A_RULE)
    return OneRule(name)


def read_whynot(words: Sequence[Word]) -> Explain:
    """`NAME [RULE] [TIME]`. A name in quotes ends with its quotes; else whoever knows the names tells them apart."""
    at, rest = _moment(words)
    if rest and rest[0].quoted and len(rest) > 1:
        return Explain(name_of(rest[:1]), joined(rest[1:]), at)
    return Explain(name_of(rest), None, at, is_loose=True)


def _moment(words: Sequence[Word]) -> tuple[Moment, Sequence[Word]]:
    """The time that the last words say, where they say one, and the words before it."""
    last = words[-1].key if words else ""
    if _INSTANT.fullmatch(last):
        return _instant(words[-1]), words[:-1]
    if not _LIKE_TIME.fullmatch(last):
        if DATE.fullmatch(last):
            raise WrongWordsError(Wrong.BAD_TIME, words[-1].text)
        return None, words
    if not TIME.fullmatch(last):
        raise WrongWordsError(Wrong.BAD_TIME, words[-1].text)
    before = words[-2].key if len(words) > 1 else ""
    if PAST_DAYS.fullmatch(before):
        return LocalTime(time_of(last), day_of(before)), words[:-2]
    if not DATE.fullmatch(before):
        return LocalTime(time_of(last)), words[:-1]
    day = date_of(before)
    if day is None:
        raise WrongWordsError(Wrong.BAD_TIME, words[-2].text)
    return LocalTime(time_of(last), day), words[:-2]


def _instant(word: Word) -> datetime:
    try:
        found = datetime.fromisoformat(word.text.upper())
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise WrongWordsError(Wrong.BAD_TIME, word.text)
    return found
