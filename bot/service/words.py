"""From the words after `/usage` to a command. The text is anybody's: nothing in it is trusted, nothing raises."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches

from bot.domain.units import parse_duration
from bot.domain.usage import Direction
from bot.service.commands import (
    COMMANDS,
    LATER,
    TOP_COUNT,
    Alerts,
    Command,
    Help,
    Mistake,
    Quotas,
    Request,
    SiteUsage,
    Span,
    Status,
    Top,
    Whole,
    Wrong,
)

LONGEST_TEXT = 1000
LONGEST_WORD = 40
MOST_SITES = 100
SHORTEST_SPAN = timedelta(hours=1)
LONGEST_SPAN = timedelta(days=366)

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_PARTS = re.compile(r'"([^"]*)"|([^\s"]+)')
_SPAN = re.compile(r"\d{1,5}(h|d|w)")
_PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class _Word:
    """One word, or a quoted text, which never is anything but a name."""

    text: str
    quoted: bool = False

    @property
    def key(self) -> str:
        return "" if self.quoted else self.text.casefold()


class _WrongWordsError(Exception):
    def __init__(self, why: Wrong, word: str = "", suggestions: Sequence[str] = ()) -> None:
        super().__init__(why)
        self.mistake = Mistake(why, _shown(word), tuple(suggestions))


def parse_command(text: str) -> Request | Mistake:
    """Of one line, as Slack sends it: names may be quoted, with typographic quotes too, or hold spaces as they are.

    `public` at the end asks for an answer that everybody sees.
    """
    if len(text) > LONGEST_TEXT:
        return Mistake(Wrong.TOO_LONG)
    line = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text).translate(_QUOTES)
    if line.count('"') % 2:
        return Mistake(Wrong.OPEN_QUOTE)
    return _parse([_Word(match[1] or "", True) if match[2] is None else _Word(match[2]) for match in _parts(line)])


def parse_words(words: Sequence[str]) -> Request | Mistake:
    """Of words that a shell has separated already; one that holds spaces is a quoted one."""
    if sum(map(len, words)) > LONGEST_TEXT:
        return Mistake(Wrong.TOO_LONG)
    return _parse([_Word(word, any(char.isspace() for char in word)) for word in words if word])


def _parts(line: str) -> Sequence[re.Match[str]]:
    return list(_PARTS.finditer(line))


def _parse(words: Sequence[_Word]) -> Request | Mistake:
    public = len(words) > 0 and words[-1].key == _PUBLIC
    rest = words[:-1] if public else words
    try:
        return Request(_command(rest), public)
    except _WrongWordsError as error:
        return error.mistake


def _command(words: Sequence[_Word]) -> Command:
    if not words:
        return Help()
    first, rest = words[0], words[1:]
    if first.key in LATER:
        raise _WrongWordsError(Wrong.NOT_YET, first.text, COMMANDS)
    read = _READERS.get(first.key)
    if read is None:
        near = get_close_matches(first.text.casefold()[:LONGEST_WORD], COMMANDS, n=1, cutoff=0.5)
        raise _WrongWordsError(Wrong.UNKNOWN_COMMAND, first.text, near)
    return read(rest)


def _alone(command: Command) -> Callable[[Sequence[_Word]], Command]:
    """A command that takes no words."""

    def read(words: Sequence[_Word]) -> Command:
        if words:
            raise _WrongWordsError(Wrong.UNKNOWN_WORD, words[0].text)
        return command

    return read


def _site(words: Sequence[_Word]) -> SiteUsage:
    """The last word is the window, where it reads like one and a name is left without it."""
    span = _span(words[-1]) if len(words) > 1 else None
    name = _name(words[:-1] if span else words)
    return SiteUsage(name, span) if span else SiteUsage(name)


def _quota(words: Sequence[_Word]) -> Quotas:
    return Quotas(_name(words)) if words else Quotas()


def _top(words: Sequence[_Word]) -> Top:
    """A count, a window and a direction, in any order, each at most once."""
    found: dict[type, object] = {}
    for word in words:
        value = _count(word) or _span(word) or _direction(word)
        if value is None or value is Whole.PERIOD or type(value) in found:
            why = Wrong.BAD_SPAN if value is Whole.PERIOD else Wrong.UNKNOWN_WORD
            raise _WrongWordsError(why, word.text, ("in", "out", "24h", "7d", "30d"))
        found[type(value)] = value
    default = Top()
    return Top(
        found.get(int, TOP_COUNT),  # type: ignore[arg-type] # keyed by its own type
        found.get(timedelta, default.span),  # type: ignore[arg-type]
        found.get(Direction, default.direction),  # type: ignore[arg-type]
    )


def _name(words: Sequence[_Word]) -> str:
    name = " ".join(word.text for word in words).strip()
    if not name:
        raise _WrongWordsError(Wrong.NEEDS_A_SITE)
    return name


def _count(word: _Word) -> int | None:
    if not re.fullmatch(r"[0-9]{1,9}", word.key):
        return None
    if not 1 <= int(word.key) <= MOST_SITES:
        raise _WrongWordsError(Wrong.BAD_COUNT, word.text)
    return int(word.key)


def _span(word: _Word) -> Span | None:
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
        raise _WrongWordsError(Wrong.BAD_SPAN, word.text)
    return span


def _direction(word: _Word) -> Direction | None:
    return {"in": Direction.IN, "out": Direction.OUT, "total": Direction.TOTAL}.get(word.key)


def _shown(word: str) -> str:
    """Short, and in one line of visible characters."""
    line = " ".join("".join(char if char.isprintable() else " " for char in word[: 4 * LONGEST_WORD]).split())
    return line if len(line) <= LONGEST_WORD else line[: LONGEST_WORD - 1] + "…"


_READERS: dict[str, Callable[[Sequence[_Word]], Command]] = {
    "help": _alone(Help()),
    "site": _site,
    "top": _top,
    "quota": _quota,
    "alerts": _alone(Alerts()),
    "status": _alone(Status()),
}
