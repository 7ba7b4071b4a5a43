"""One thing that looks wrong only once the sites are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.rules.problems import did_you_mean

MOST_NAMED = 5
MOST_GUESSES = 20


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning about a rule or a site, or about some of which it is the first; `Parsed` knows where they stand."""

    message: str
    rule: str | None = None
    site: str | None = None

    def __str__(self) -> str:
        return self.message


class Guesses:
    """What was probably meant. Looking through thousands of names is dear, so it is done so often and no more."""

    def __init__(self) -> None:
        self._left = MOST_GUESSES

    def nearest(self, word: str, known: Iterable[str]) -> str | None:
        self._left -= 1
        return did_you_mean(word, known) if self._left >= 0 else None


def meant(guess: str | None) -> str:
    """The end of a message."""
    return f" — did you mean {guess!r}?" if guess else ""


def some(names: Sequence[str]) -> str:
    """The first few of them."""
    return ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
