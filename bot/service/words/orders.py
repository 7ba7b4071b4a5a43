"""`ack`, `silence` and `unsilence`, from words to orders."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.service.commands import Wrong
from bot.service.orders import Acknowledge, EndSilence, ExtendSilence, SetSilence, Term
from bot.service.words.matching import alert_id, read_matching
from bot.service.words.terms import begins_term, read_term
from bot.service.words.text import Word, WrongWordsError, joined

MOST_ALERTS = 50
LONGEST_REASON = 300
_SILENCE = re.compile(r"s(\d{1,15})", re.ASCII)


def read_acknowledge(words: Sequence[Word]) -> Acknowledge:
    """`A17 [A18 …] [for 8h] [reason]`."""
    place, alerts = 0, dict[int, None]()
    for place, word in enumerate([*words, Word("")]):  # noqa: B007 - where the ids end
        ids = [alert_id(part) for part in word.key.rstrip(",").split(",")]
        if None in ids:
            break
        alerts.update(dict.fromkeys(id_ for id_ in ids if id_ is not None))
    if not alerts or len(alerts) > MOST_ALERTS:
        raise WrongWordsError(Wrong.TOO_MANY if alerts else Wrong.NEEDS_AN_ALERT, words[0].text if words else "")
    term, rest = read_term(words, place)
    if term.ending is not None:
        raise WrongWordsError(Wrong.NO_ENDING, words[place].text)
    return Acknowledge(tuple(alerts), term, _reason(words[rest:]))


def read_silence(words: Sequence[Word]) -> SetSilence | ExtendSilence:
    """`MATCH FOR [reason]`: the match ends at the first word that says how long. `S4 FOR` is about one that is set."""
    if not words:
        raise WrongWordsError(Wrong.NEEDS_A_MATCH)
    place = next((place for place in range(len(words)) if begins_term(words, place)), None)
    if place is None:
        raise WrongWordsError(Wrong.NEEDS_A_TERM)
    if place == 0:
        raise WrongWordsError(Wrong.NEEDS_A_MATCH)
    term, rest = read_term(words, place)
    if place == 1 and (number := _silence_id(words[0])) is not None:
        return _extension(number, term, words[place:], words[rest:])
    matching = read_matching(words[:place])
    return SetSilence(matching, term, _reason(words[rest:]))


def _extension(number: int, term: Term, told: Sequence[Word], rest: Sequence[Word]) -> ExtendSilence:
    if term.ending is not None:
        raise WrongWordsError(Wrong.NO_ENDING, told[0].text)
    if rest:
        raise WrongWordsError(Wrong.UNKNOWN_WORD, rest[0].text)
    return ExtendSilence(number, term)


def read_unsilence(words: Sequence[Word]) -> EndSilence:
    number = _silence_id(words[0]) if words else None
    if number is None:
        raise WrongWordsError(Wrong.NEEDS_A_SILENCE, words[0].text if words else "")
    if len(words) > 1:
        raise WrongWordsError(Wrong.UNKNOWN_WORD, words[1].text)
    return EndSilence(number)


def _silence_id(word: Word) -> int | None:
    """4 of `S4`."""
    match = _SILENCE.fullmatch(word.key)
    return int(match[1]) if match else None


def _reason(words: Sequence[Word]) -> str:
    """People's own text: who stores or shows it makes it safe."""
    return joined(words)[:LONGEST_REASON]
