"""From the words after `/usage` to a command. The text is anybody's: nothing in it is trusted, nothing raises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from bot.service.commands import COMMANDS, LATER, Command, Help, Mistake, Request, Wrong
from bot.service.orders import ORDERS, Order
from bot.service.words import questions
from bot.service.words.orders import read_acknowledge, read_silence, read_unsilence
from bot.service.words.text import LONGEST_TEXT, LONGEST_WORD, Word, WrongWordsError, arguments, words_of

__all__ = ["LONGEST_TEXT", "LONGEST_WORD", "parse_command", "parse_words"]

_PUBLIC = "public"
_READERS: Mapping[str, Callable[[Sequence[Word]], Command | Order]] = {
    **questions.READERS,
    "ack": read_acknowledge,
    "silence": read_silence,
    "unsilence": read_unsilence,
}


def parse_command(text: str) -> Request | Mistake:
    """Of one line, as Slack sends it: names may be quoted, with typographic quotes too, or hold spaces as they are.

    `public` at the end asks for an answer that everybody sees.
    """
    try:
        words = words_of(text)
        public = len(words) > 0 and words[-1].key == _PUBLIC
        return Request(_command(words[:-1] if public else words), public)
    except WrongWordsError as error:
        return error.mistake


def parse_words(words: Sequence[str]) -> Request | Mistake:
    """Of words that a shell has separated already; one that holds spaces is a quoted one."""
    try:
        given = arguments(words)
        # Whoever gives an order at a terminal answers to nobody else: the last word is one of his reason.
        public = len(given) > 0 and given[-1].key == _PUBLIC and given[0].key not in ORDERS
        return Request(_command(given[:-1] if public else given), public)
    except WrongWordsError as error:
        return error.mistake


def _command(words: Sequence[Word]) -> Command | Order:
    if not words:
        return Help()
    first, rest = words[0], words[1:]
    if first.key in LATER:
        raise WrongWordsError(Wrong.NOT_YET, first.text, COMMANDS)
    read = _READERS.get(first.key)
    if read is None:
        near = get_close_matches(first.text.casefold()[:LONGEST_WORD], COMMANDS, n=1, cutoff=0.5)
        raise WrongWordsError(Wrong.UNKNOWN_COMMAND, first.text, near)
    try:
        return read(rest)
    except WrongWordsError as error:
        if first.key in ORDERS:
            error.mistake = replace(error.mistake, order=first.key)
        raise
