"""`compare` and `whatif`, from words to commands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.domain.units import BYTE_UNITS, parse_bytes
from bot.service.commands import Compare, WhatIf, Whole, Wrong
from bot.service.words.questions import name_of, span_of
from bot.service.words.text import Word, WrongWordsError, joined

MOST_WORDS = 60
_QUOTA = "quota"
_MINUS = "−–-"
_AMOUNT = re.compile(rf"([+{_MINUS}]?)(\d[\d.,]*)([a-z]*)", re.ASCII)
_UNITS = {unit.casefold(): unit for unit in BYTE_UNITS}


def read_compare(words: Sequence[Word]) -> Compare:
    """Names in quotes, between commas, or as they are; the last word is the window, where it reads like one."""
    span = span_of(words[-1]) if len(words) > 1 else None
    if isinstance(span, Whole):
        raise WrongWordsError(Wrong.BAD_SPAN, words[-1].text)
    names = _names(words[:-1] if span else words)
    if len(names) < 2:
        raise WrongWordsError(Wrong.NEEDS_SITES)
    return Compare(names, span) if span else Compare(names)


def _names(words: Sequence[Word]) -> tuple[str, ...]:
    """Word by word, or what stands between commas."""
    if len(words) > MOST_WORDS:
        raise WrongWordsError(Wrong.NEEDS_SITES)
    if not any("," in word.key for word in words):
        return tuple(filter(None, (word.text.strip() for word in words)))
    parts: list[list[str]] = [[]]
    for word in words:
        first, *others = [word.text] if word.quoted else word.text.split(",")
        parts[-1].append(first)
        parts += [[other] for other in others]
    return tuple(filter(None, (" ".join(filter(None, part)).strip() for part in parts)))


def read_whatif(words: Sequence[Word]) -> WhatIf:
    """`NAME +20GB`, `NAME -20 GB`, `NAME quota 600GB`."""
    for length in (1, 2):
        match = _AMOUNT.fullmatch("".join(word.key for word in words[-length:]))
        if match is not None and len(words) >= length:
            break
    else:
        raise WrongWordsError(Wrong.NEEDS_A_CHANGE, words[-1].text if words else "")
    rest, said = words[:-length], "".join(word.text for word in words[-length:])
    sign, number, unit = match.groups()
    size = _size(number, unit, said)
    if sign:
        return WhatIf(name_of(rest), extra=-size if sign in _MINUS else size)
    if not rest or rest[-1].key != _QUOTA:
        raise WrongWordsError(Wrong.NEEDS_A_CHANGE, joined(words[-length:]))
    return WhatIf(name_of(rest[:-1]), limit=size)


def _size(number: str, unit: str, said: str) -> int:
    """Whole bytes, more than none; letter case makes no difference to a unit."""
    try:
        found = parse_bytes(f"{number} {_UNITS.get(unit, unit)}")
    except ValueError:
        found = 0
    if not found:
        raise WrongWordsError(Wrong.BAD_AMOUNT, said)
    return found
