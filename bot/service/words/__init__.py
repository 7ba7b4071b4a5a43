"""From the words after `/usage` to a command. The text is anybody's: nothing in it is trusted, nothing raises."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from bot.service.commands import COMMANDS, Command, Help, Mistake, Request, Wrong
from bot.service.orders import ORDERS, Order
from bot.service.words import questions
from bot.service.words.asking_why import read_rule, read_story, read_why, read_whynot
from bot.service.words.orders import read_acknowledge, read_silence, read_unsilence
from bot.service.words.planning import read_compare, read_whatif
from bot.service.words.text import LONGEST_TEXT, LONGEST_WORD, Word, WrongWordsError, arguments, words_of

__all__ = ["LONGEST_TEXT", "LONGEST_WORD", "parse_command", "parse_words"]

_PUBLIC, _PAGE = "public", "page"
_NUMBER = re.compile(r"[0-9]{1,9}")
MOST_PAGES = 999
_READERS: Mapping[str, Callable[[Sequence[Word]], Command | Order]] = {
    **questions.READERS,
    "compare": read_compare,
    "whatif": read_whatif,
    "why": read_why,
    "whynot": read_whynot,
    "history": read_story,
    "rule": read_rule,
    "ack": read_acknowledge,
    "silence": read_silence,
    "unsilence": read_unsilence,
}


def parse_command(text: str) -> Request | Mistake:
    """Of one line, as Slack sends it: names may be quoted, with typographic quotes too, or hold spaces as they are.

    `public` at the end asks for an answer that everybody sees, `page 2` for what did not fit into the first.
    """
    try:
        words = words_of(text)
        is_order = len(words) > 0 and words[0].key in ORDERS
        rest, public, page = _without_manner(words, has_pages=not is_order)
        return Request(_command(rest), public, page)
    except WrongWordsError as error:
        return error.mistake


def parse_words(words: Sequence[str]) -> Request | Mistake:
    """Of words that a shell has separated already; one that holds spaces is a quoted one."""
    try:
        given = arguments(words)
        # Whoever gives an order at a terminal answers to nobody else: the last word is one of his reason.
        is_order = len(given) > 0 and given[0].key in ORDERS
        rest, public, page = (given, False, 1) if is_order else _without_manner(given)
        return Request(_command(rest), public, page)
    except WrongWordsError as error:
        return error.mistake


def _without_manner(words: Sequence[Word], *, has_pages: bool = True) -> tuple[Sequence[Word], bool, int]:
    """The words, whether they end with `public`, and the page that they end with, in whichever order."""
    public, page = False, 0
    while words:
        if words[-1].key == _PUBLIC and not public:
            words, public = words[:-1], True
        elif has_pages and not page and len(words) > 1 and words[-2].key == _PAGE and _NUMBER.fullmatch(words[-1].key):
            words, page = words[:-2], _page(words[-1])
        else:
            break
    return words, public, page or 1


def _page(word: Word) -> int:
    if not 1 <= int(word.key) <= MOST_PAGES:
        raise WrongWordsError(Wrong.BAD_PAGE, word.text)
    return int(word.key)


def _command(words: Sequence[Word]) -> Command | Order:
    if not words:
        return Help()
    first, rest = words[0], words[1:]
    read = _READERS.get(first.key)
    if read is None:
        near = get_close_matches(first.text.casefold()[:LONGEST_WORD], COMMANDS, n=1, cutoff=0.5)
        raise WrongWordsError(Wrong.UNKNOWN_COMMAND, first.text, near)
    try:
        return read(rest)
    except WrongWordsError as error:
        is_order = first.key in ORDERS
        order, question = (first.key, "") if is_order else ("", first.key)
        error.mistake = replace(error.mistake, order=order, question=question)
        raise
