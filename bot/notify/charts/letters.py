"""Others' text, as it can be drawn: what the font lacks is shown as missing, and what is too long is cut."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache

from bot.domain.names import name

MISSING = "□"
LONGEST = 120
"""Characters: more of them are not on a card, however thin they are."""
_UNSEEN = {"Cf", "Mn", "Me"}


def drawable(text: str, limit: int = LONGEST) -> str:
    """One line: a box for each character that no font here has. Marks and joiners without a glyph are left out."""
    return "".join(_shown(char) for char in name(text, limit) if unicodedata.category(char) != "Cf") or MISSING


def cut(text: str, room: float, width: Callable[[str], float]) -> str:
    """The text, or as much of its beginning as is at most `room` wide with the dots that say so."""
    if width(text) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width(_dotted(text, middle)) <= room else (low, middle - 1)
    return _dotted(text, low)


def _dotted(text: str, count: int) -> str:
    return text[:count].rstrip() + "…"


def _shown(char: str) -> str:
    if ord(char) in _glyphs():
        return char
    return "" if unicodedata.category(char) in _UNSEEN else MISSING


@cache
def _glyphs() -> frozenset[int]:
    """The characters that both weights of the font have."""
    from matplotlib.font_manager import FontProperties, findfont, get_font  # noqa: PLC0415 - slow to import

    weights = (get_font(findfont(FontProperties(weight=weight))) for weight in ("normal", "bold"))
    plain, bold = (frozenset(font.get_charmap()) for font in weights)
    return plain & bold
