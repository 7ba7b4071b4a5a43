"""How long, said alone."""

from __future__ import annotations

from bot.service.commands import Mistake, Wrong
from bot.service.orders import Term
from bot.service.words.terms import begins_term, read_term
from bot.service.words.text import Word, WrongWordsError, shown, words_of


def parse_term(text: str) -> Term | Mistake:
    """As in an order, and `fri 18:00` for `until fri 18:00`. The text is anybody's; nothing raises."""
    try:
        words = words_of(text)
        given = words if not words or begins_term(words, 0) else [Word("until"), *words]
        term, rest = read_term(given, 0)
    except WrongWordsError as error:
        return error.mistake
    if rest < len(given):
        return Mistake(Wrong.UNKNOWN_WORD, shown(given[rest].text))
    return term if given else Mistake(Wrong.NEEDS_A_TERM)
