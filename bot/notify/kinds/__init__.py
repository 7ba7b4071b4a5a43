"""How alerts of each further kind are worded: a module a kind, and this table of them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.alerts.model import Kind
from bot.notify.kinds.words import PLAIN, Words

__all__ = ["Words", "words_of"]

_WORDS: Mapping[Kind, Words] = {}


def words_of(kind: Kind) -> Words:
    return _WORDS.get(kind, PLAIN)
