"""Words as they were typed: one line of Slack's, or the arguments that a shell has separated."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.service.commands import Mistake, Wrong

LONGEST_TEXT = 1000
LONGEST_WORD = 40

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_PARTS = re.compile(r'([a-zA-Z]+(?:\.[^\s"=]+)?=(?:"[^"]*"|[^\s"])*)|"([^"]*)"|([^\s"]+)')
_PAIR = re.compile(r"([a-zA-Z]+(?:\.[^\s=]+)?)=(.*)", re.DOTALL)
_VALUES = re.compile(r'"([^"]*)"|([^,"]+)')


@dataclass(frozen=True, slots=True)
class Word:
    """One word, or a quoted text, which never is anything but a name, or `key=value`."""

    text: str
    quoted: bool = False

    @property
    def key(self) -> str:
        return "" if self.quoted else self.text.casefold()

    @property
    def pair(self) -> tuple[str, tuple[str, ...]] | None:
        """The key and the values of `key=a,"b, c"`."""
        match = None if self.quoted else _PAIR.fullmatch(self.text)
        if match is None:
            return None
        values = ((quoted or plain).strip() for quoted, plain in _VALUES.findall(match[2]))
        return match[1], tuple(filter(None, values))


class WrongWordsError(Exception):
    def __init__(self, why: Wrong, word: str = "", suggestions: Sequence[str] = ()) -> None:
        super().__init__(why)
        self.mistake = Mistake(why, shown(word), tuple(suggestions))


def words_of(line: str) -> list[Word]:
    """Of one line: names may be quoted, with typographic quotes too. Raises WrongWordsError."""
    if len(line) > LONGEST_TEXT:
        raise WrongWordsError(Wrong.TOO_LONG)
    line = "".join(" " if unicodedata.category(char) == "Cc" else char for char in line).translate(_QUOTES)
    if line.count('"') % 2:
        raise WrongWordsError(Wrong.OPEN_QUOTE)
    found = (match.groups() for match in _PARTS.finditer(line))
    return [Word(pair or plain) if quoted is None else Word(quoted, True) for pair, quoted, plain in found]


def arguments(words: Sequence[str]) -> list[Word]:
    """Of words that a shell has separated: one that holds spaces is a quoted one. Raises WrongWordsError."""
    if sum(map(len, words)) > LONGEST_TEXT:
        raise WrongWordsError(Wrong.TOO_LONG)
    return [Word(word, not _PAIR.fullmatch(word) and any(char.isspace() for char in word)) for word in words if word]


def joined(words: Iterable[Word]) -> str:
    return " ".join(word.text for word in words).strip()


def shown(word: str) -> str:
    """Short, and in one line of visible characters."""
    line = " ".join("".join(char if char.isprintable() else " " for char in word[: 4 * LONGEST_WORD]).split())
    return line if len(line) <= LONGEST_WORD else line[: LONGEST_WORD - 1] + "…"
