"""Questions, from words to commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.domain.moments import MONTH_NAMES
from bot.domain.units import parse_duration
from bot.domain.usage import Direction
from bot.rules.telling import Rhythm
from bot.service.commands import (
    TOP_COUNT,
    Alerts,
    Command,
    Digest,
    Help,
    Noise,
    Quotas,
    RuleList,
    Silences,
    SiteUsage,
    Span,
    Status,
    Top,
    Which,
    Whole,
    Wrong,
)
from bot.service.words.text import Word, WrongWordsError, joined

MOST_SITES = 100
SHORTEST_SPAN = timedelta(hours=1)
LONGEST_SPAN = timedelta(days=366)

_SPAN = re.compile(r"\d{1,5}(h|d|w)")
_MONTH = re.compile(r"(20\d\d)-(0?[1-9]|1[0-2])", re.ASCII)
SHORTEST_MONTH = 3


def _alone(command: Command) -> Callable[[Sequence[Word]], Command]:
    """A command that takes no words."""

    def read(words: Sequence[Word]) -> Command:
        if words:
            raise WrongWordsError(Wrong.UNKNOWN_WORD, words[0].text)
        return command

    return read


def _site(words: Sequence[Word]) -> SiteUsage:
    """The last word is the window, where it reads like one and a name is left without it."""
    span = span_of(words[-1]) if len(words) > 1 else None
    name = name_of(words[:-1] if span else words)
    return SiteUsage(name, span) if span else SiteUsage(name)


def _quota(words: Sequence[Word]) -> Quotas:
    return Quotas(name_of(words)) if words else Quotas()


def _top(words: Sequence[Word]) -> Top:
    """A count, a window and a direction, in any order, each at most once."""
    found: dict[type, object] = {}
    for word in words:
        value = _count(word) or span_of(word) or _direction(word)
        if value is None or value is Whole.PERIOD or type(value) in found:
            why = Wrong.BAD_SPAN if value is Whole.PERIOD else Wrong.UNKNOWN_WORD
            raise WrongWordsError(why, word.text, ("in", "out", "24h", "7d", "30d"))
        found[type(value)] = value
    default = Top()
    return Top(
        found.get(int, TOP_COUNT),  # type: ignore[arg-type] # keyed by its own type
        found.get(timedelta, default.span),  # type: ignore[arg-type]
        found.get(Direction, default.direction),  # type: ignore[arg-type]
    )


def name_of(words: Sequence[Word]) -> str:
    """A site's. Raises WrongWordsError where there is none."""
    name = joined(words)
    if not name:
        raise WrongWordsError(Wrong.NEEDS_A_SITE)
    return name


def _count(word: Word) -> int | None:
    if not re.fullmatch(r"[0-9]{1,9}", word.key):
        return None
    if not 1 <= int(word.key) <= MOST_SITES:
        raise WrongWordsError(Wrong.BAD_COUNT, word.text)
    return int(word.key)


def span_of(word: Word) -> Span | None:
    """None of a word that does not look like a window; one that does has to be possible."""
    if word.key == Whole.PERIOD:
        return Whole.PERIOD
    if not _SPAN.fullmatch(word.key):
        return None
    try:
        span = parse_duration(word.key)
    except ValueError:
        span = timedelta()
    if not SHORTEST_SPAN <= span <= LONGEST_SPAN:
        raise WrongWordsError(Wrong.BAD_SPAN, word.text)
    return span


def _direction(word: Word) -> Direction | None:
    return {"in": Direction.IN, "out": Direction.OUT, "total": Direction.TOTAL}.get(word.key)


def _silences(words: Sequence[Word]) -> Silences:
    if not words:
        return Silences()
    if len(words) > 1 or words[0].key not in tuple(Which):
        wrong = words[0] if words[0].key not in tuple(Which) else words[1]
        raise WrongWordsError(Wrong.UNKNOWN_WORD, wrong.text, tuple(Which))
    return Silences(Which(words[0].key))


def _noise(words: Sequence[Word]) -> Noise:
    """`2026-10`, `october`, `oct`, `last`."""
    if not words:
        return Noise()
    if len(words) > 1:
        raise WrongWordsError(Wrong.UNKNOWN_WORD, words[1].text)
    key = words[0].key
    if key == "last":
        return Noise(before=1)
    match = _MONTH.fullmatch(key)
    if match:
        return Noise(int(match[2]), int(match[1]))
    named = [place for place, month in enumerate(MONTH_NAMES, 1) if month.casefold().startswith(key)]
    if len(key) < SHORTEST_MONTH or not named:
        raise WrongWordsError(Wrong.BAD_MONTH, words[0].text)
    return Noise(named[0])


_RHYTHMS = {"week": Rhythm.WEEKLY, "month": Rhythm.MONTHLY, **{one.value: one for one in Rhythm}}


def _report(words: Sequence[Word]) -> Digest:
    """`week`, `month`."""
    if not words:
        return Digest()
    if len(words) > 1 or words[0].key not in _RHYTHMS:
        wrong = words[0] if words[0].key not in _RHYTHMS else words[1]
        raise WrongWordsError(Wrong.UNKNOWN_WORD, wrong.text, ("week", "month"))
    return Digest(_RHYTHMS[words[0].key])


READERS: dict[str, Callable[[Sequence[Word]], Command]] = {
    "help": _alone(Help()),
    "site": _site,
    "top": _top,
    "quota": _quota,
    "alerts": _alone(Alerts()),
    "silences": _silences,
    "noise": _noise,
    "report": _report,
    "rules": _alone(RuleList()),
    "status": _alone(Status()),
}
