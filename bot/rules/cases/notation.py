"""The notation of series: `10MBx288 _x12 10MB+1MBx36`.

Words between spaces, each some buckets: `10MB` is one, `10MBx288` is 288 equal ones, `10MB+1MBx36` are 36 that
begin with 10 MB and grow by 1 MB each (`-` shrinks), `_` is an unknown one, `_x12` are twelve. What stands in brackets
is repeated: `(20MBx96 100MBx144 20MBx48)x14` are fourteen days.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from bot.domain.block import Bytes, Mask
from bot.domain.units import parse_bytes
from bot.domain.usage import LARGEST_BUCKET

MOST_BUCKETS = 2_000_000
"""Of all series of a file together."""
UNKNOWN = "_"
_WORD = re.compile(r"\(|\)[^\s()]*|[^\s()]+")
_TOKEN = re.compile(r"(?P<first>_|[^x+\-_]+)(?:(?P<sign>[+-])(?P<change>[^x+\-_]*))?(?:x(?P<count>[0-9]*))?")
_BRACKET = re.compile(r"\)x(?P<count>[0-9]*)")
_FORMS = "write it like 10MB, 10MBx288, 0B+5MBx12, _ or _x3"


@dataclass(frozen=True, slots=True, eq=False)
class Notated:
    """Bytes and mask of one length, a bucket each."""

    values: Bytes
    known: Mask

    def __len__(self) -> int:
        return len(self.values)


class NotationError(ValueError):
    """A word that cannot be read. `offset` is where it begins in the text, `word` counts from 1."""

    def __init__(self, message: str, offset: int, word: int) -> None:
        super().__init__(message)
        self.offset = offset
        self.word = word


class _Run(NamedTuple):
    """What one word stands for: so many buckets that begin with `first` bytes and change by `change` each."""

    first: int
    change: int
    buckets: int
    known: bool = True


def notated(text: str) -> Notated:
    """The buckets that a text stands for, at least one. Raises NotationError."""
    read = _Reading()
    offset = 0
    try:
        for word in _WORD.finditer(text):
            offset = word.start()
            read.word(word.group(), offset)
        runs = read.done()
    except ValueError as error:
        at = offset if read.unclosed is None else read.unclosed
        raise NotationError(str(error), at, len(text[: at + 1].split())) from None
    if not runs:
        raise NotationError(f"no buckets are written here; {_FORMS}", 0, 1)
    return _expanded(runs)


class _Reading:
    """Reads word by word. Every bracket that is open has runs of its own; `unclosed` is where one was never closed."""

    def __init__(self) -> None:
        self._open: list[tuple[int, list[_Run]]] = [(0, [])]
        self._left = MOST_BUCKETS
        self.unclosed: int | None = None

    def word(self, word: str, offset: int) -> None:
        """Raises ValueError."""
        if word == "(":
            self._open.append((offset, []))
        elif word.startswith(")"):
            self._repeat(word)
        else:
            run = _run(word)
            self._add(word, [run], run.buckets)

    def done(self) -> list[_Run]:
        if len(self._open) > 1:
            self.unclosed = self._open[-1][0]
            raise ValueError("this bracket is not closed; write it like (20MBx96 100MBx192)x14")
        return self._open[0][1]

    def _repeat(self, word: str) -> None:
        if len(self._open) == 1:
            raise ValueError(f"{_shown(word)} closes a bracket that is not open")
        count = _BRACKET.fullmatch(word.replace("×", "x"))
        if count is None:
            raise ValueError(f"after a bracket stands how often it comes, like {_shown(')x14')}")
        runs = self._open.pop()[1]
        if not runs:
            raise ValueError(f"nothing stands in this bracket; {_FORMS}")
        times = _count(word, count["count"])
        self._add(word, runs, sum(run.buckets for run in runs) * (times - 1), times)

    def _add(self, word: str, runs: list[_Run], buckets: int, times: int = 1) -> None:
        if buckets > self._left:
            raise ValueError(f"{_shown(word)}: a test has at most {MOST_BUCKETS:,} buckets")
        self._left -= buckets
        self._open[-1][1].extend(runs * times)


def _expanded(runs: Sequence[_Run]) -> Notated:
    first, change, count, known = (np.array(column) for column in zip(*runs, strict=True))
    place = np.arange(count.sum()) - np.repeat(count.cumsum() - count, count)
    values = np.repeat(first, count) + np.repeat(change, count) * place
    return Notated(values.astype(np.int64), np.repeat(known, count))


@lru_cache(maxsize=1024)
def _run(word: str) -> _Run:
    match = _TOKEN.fullmatch(word.replace("×", "x"))
    if match is None:
        hint = "no space stands before the `x`" if word.startswith("x") else _FORMS
        raise ValueError(f"{_shown(word)} is not a bucket's usage; {hint}")
    count = _count(word, match["count"])
    if match["first"] == UNKNOWN:
        if match["sign"]:
            raise ValueError(f"{_shown(word)}: what is unknown neither grows nor shrinks; write {UNKNOWN}x{count}")
        return _Run(0, 0, count, known=False)
    change = 0
    if match["sign"]:
        if match["count"] is None:
            raise ValueError(f"{_shown(word)} does not say how many buckets; write it like {word[:30]}x12")
        change = _bytes(word, match["change"]) * (-1 if match["sign"] == "-" else 1)
    run = _Run(_bytes(word, match["first"]), change, count)
    _check(word, run)
    return run


def _count(word: str, digits: str | None) -> int:
    if digits is None:
        return 1
    if not digits or int(digits[:12]) < 1:
        raise ValueError(f"{_shown(word)}: after `x` stands how many buckets, a whole number from 1")
    return int(digits[:12])


def _bytes(word: str, text: str) -> int:
    try:
        count = parse_bytes(text)
    except ValueError:
        hint = f"; write {text}MB" if re.fullmatch(r"[0-9]{1,12}", text) else f"; {_FORMS}"
        part = f"{_shown(word)}: " if word != text else ""
        raise ValueError(f"{part}{_shown(text)} is not bytes with their unit{hint}") from None
    if count > LARGEST_BUCKET:
        raise ValueError(f"{_shown(word)}: no bucket holds more than 100 TB")
    return count


def _check(word: str, run: _Run) -> None:
    last = run.first + run.change * (run.buckets - 1)
    if last < 0:
        raise ValueError(
            f"{_shown(word)} falls below 0 B after {run.first // -run.change + 1} of its {run.buckets} buckets"
        )
    if last > LARGEST_BUCKET:
        raise ValueError(f"{_shown(word)}: no bucket holds more than 100 TB")


def _shown(word: str) -> str:
    return repr(word if len(word) <= 40 else word[:40] + "…")
