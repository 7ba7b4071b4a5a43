"""What is wrong with a rules folder, and where."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

MOST_PROBLEMS = 10_000
MOST_GUESSES = 200
LONGEST_SHOWN = 60
LONGEST_GUESSED = 100
SHORTEST_BEGINNING = 3


Guess = Callable[[], str | None]


class Place(NamedTuple):
    """Where something stands: line and column count from 1, columns in characters."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to put right; ordered by its place. `suggestion` is what was probably meant.

    An error keeps the folder from being used, a warning does not.
    """

    file: str
    line: int
    column: int
    message: str
    severity: Literal["error", "warning"] = "error"
    suggestion: str | None = None

    def __str__(self) -> str:
        mark = "warning: " if self.severity == "warning" else ""
        guess = f" — did you mean {self.suggestion!r}?" if self.suggestion is not None else ""
        return f"{self.file}:{self.line}:{self.column}: {mark}{self.message}{guess}"


class Wrong(Exception):  # noqa: N818 - it is about the operator's text, not a failure of ours
    """What a reader of one value says of it; whoever asked for the value adds the place and reports it."""

    def __init__(self, message: str, guess: Guess | None = None, place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.guess = guess
        self.place = place


class Report:
    """Collects the problems of all files. Nothing stops at the first."""

    def __init__(self) -> None:
        self._problems: dict[Problem, None] = {}
        self._guesses = 0
        self.incomplete = False
        """A file could not be read to its end, so that what it declares is not all known."""

    def error(self, place: Place, message: str, guess: Guess | None = None) -> str | None:
        """Add an error and return its suggestion. `guess` finds it, and is asked only so many times in all: a
        hostile file must not buy hours of guessing."""
        suggestion = None
        if guess is not None and self._guesses < MOST_GUESSES:
            self._guesses += 1
            suggestion = guess()
        self._add(Problem(*place, message, "error", suggestion))
        return suggestion

    def warn(self, place: Place, message: str) -> None:
        self._add(Problem(*place, message, "warning"))

    @property
    def failed(self) -> bool:
        return any(problem.severity == "error" for problem in self._problems)

    def sorted(self) -> tuple[Problem, ...]:
        return tuple(sorted(self._problems, key=lambda p: (p.file, p.line, p.column, p.message)))

    def _add(self, problem: Problem) -> None:
        if len(self._problems) < MOST_PROBLEMS:
            self._problems[problem] = None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The known word that is nearest to `word`, or the only one that begins with it, letter case aside; or None."""
    if len(word) > LONGEST_GUESSED:
        return None
    by_folded = {name.casefold(): name for name in known}
    begun = [folded for folded in by_folded if folded.startswith(word.casefold())]
    if len(begun) == 1 and len(word) >= SHORTEST_BEGINNING:
        return by_folded[begun[0]]
    near = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[near[0]] if near else None


def shown(text: str) -> str:
    """An operator's own text in a message: quoted, control characters escaped, not longer than a line."""
    return repr(text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…")
