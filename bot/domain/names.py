"""Text that others chose (site names, tags, error texts), made safe to stand inside our sentences.

What a medium does with markup is its own business (escaping, plain-text fields); what no medium can bear is
removed here once: control characters, escape sequences, invisible and direction-changing characters, endless
length. Text that runs from right to left is isolated, so that it cannot reorder the words and numbers beside it.
"""

from __future__ import annotations

import unicodedata

NAME_LENGTH = 80
TEXT_LENGTH = 2000
_JOINERS = "\u200c\u200d"
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_RIGHT_TO_LEFT = {"R", "AL"}
_LONGEST_STACK = 3


def name(text: str, limit: int = NAME_LENGTH) -> str:
    """One line of at most `limit` characters; "(unnamed)" where nothing visible is left."""
    return _isolated(_cut(" ".join(_visible(text).split()), limit)) or "(unnamed)"


def paragraph(text: str, limit: int = TEXT_LENGTH) -> str:
    """As `name`, but keeps line breaks (no empty lines). "" where nothing visible is left."""
    rows = (" ".join(_visible(row).split()) for row in text.splitlines())
    return _cut("\n".join(_isolated(row) for row in rows if row), limit)


def _visible(text: str) -> str:
    """Without what cannot be seen, and without stacks of accents that paint over neighbouring lines."""
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    stack = 0
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        stack = stack + 1 if category in {"Mn", "Me"} else 0
        if stack > _LONGEST_STACK:
            continue
        if category in {"Cc", "Zl", "Zp", "Zs"}:
            kept.append(" ")
        elif category[0] != "C" or char in _JOINERS:
            kept.append(char)
    return "".join(kept)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _isolated(text: str) -> str:
    if not text.isascii() and any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text):
        return f"{_ISOLATE}{text}{_END_ISOLATE}"
    return text
