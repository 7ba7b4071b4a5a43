"""The notation of series: `10MBx288 _x12 10MB+1MBx36`.

Words between spaces, each some buckets: `10MB` is one, `10MBx288` is 288 equal ones, `10MB+1MBx36` are 36 that
begin with 10 MB and grow by 1 MB each (`-` shrinks), `_` is an unknown one, `_x12` are twelve.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from bot.domain.block import Bytes, Mask
from bot.domain.units import parse_bytes
from bot.domain.usage import LARGEST_BUCKET

MOST_BUCKETS = 2_000_000
"""Of all series of a file together."""
UNKNOWN = "_"
_WORD = re.compile(r"\S+")
_TOKEN = re.compile(r"(?P<first>_|[^x+\-_]+)(?:(?P<sign>[+-])(?P<change>[^x+\-_]*))?(?:x(?P<count>[0-9]*))?")
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


def notated(text: str) -> Notated:
    """The buckets that a text stands for, at least one. Raises NotationError."""
    parts: list[Notated] = []
    left = MOST_BUCKETS
    for number, word in enumerate(_WORD.finditer(text), start=1):
        try:
            part = _part(word.group(), left)
        except ValueError as error:
            raise NotationError(str(error), word.start(), number) from None
        left -= len(part)
        parts.append(part)
    if not parts:
        raise NotationError(f"no buckets are written here; {_FORMS}", 0, 1)
    return Notated(np.concatenate([p.values for p in parts]), np.concatenate([p.known for p in parts]))


def _part(word: str, most: int) -> Notated:
    match = _TOKEN.fullmatch(word.replace("×", "x"))
    if match is None:
        hint = "no space stands before the `x`" if word.startswith("x") else _FORMS
        raise ValueError(f"{_shown(word)} is not a bucket's usage; {hint}")
    count = _count(word, match["count"], most)
    if match["first"] == UNKNOWN:
        if match["sign"]:
            raise ValueError(f"{_shown(word)}: what is unknown neither grows nor shrinks; write {UNKNOWN}x{count}")
        return Notated(np.zeros(count, np.int64), np.zeros(count, np.bool_))
    change = 0
    if match["sign"]:
        if match["count"] is None:
            raise ValueError(f"{_shown(word)} does not say how many buckets; write it like {word[:30]}x12")
        change = _bytes(word, match["change"]) * (-1 if match["sign"] == "-" else 1)
    return _steps(word, _bytes(word, match["first"]), change, count)


def _count(word: str, digits: str | None, most: int) -> int:
    if digits is None:
        return _within(word, 1, most)
    if not digits or int(digits[:12]) < 1:
        raise ValueError(f"{_shown(word)}: after `x` stands how many buckets, a whole number from 1")
    return _within(word, int(digits[:12]), most)


def _within(word: str, count: int, most: int) -> int:
    if count > most:
        raise ValueError(f"{_shown(word)}: a test has at most {MOST_BUCKETS:,} buckets")
    return count


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


def _steps(word: str, first: int, change: int, count: int) -> Notated:
    last = first + change * (count - 1)
    if last < 0:
        raise ValueError(f"{_shown(word)} falls below 0 B after {first // -change + 1} of its {count} buckets")
    if last > LARGEST_BUCKET:
        raise ValueError(f"{_shown(word)}: no bucket holds more than 100 TB")
    return Notated(first + change * np.arange(count, dtype=np.int64), np.ones(count, np.bool_))


def _shown(word: str) -> str:
    return repr(word if len(word) <= 40 else word[:40] + "…")
