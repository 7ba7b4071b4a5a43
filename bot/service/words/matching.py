"""Which alerts: `A17`, a site's name, or `key=value` words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from bot.domain.usage import Direction
from bot.rules.matches import KINDS
from bot.rules.telling import Severity
from bot.service.commands import Wrong
from bot.service.orders import Matching
from bot.service.words.text import Word, WrongWordsError, joined

KEYS = ("rule", "kind", "severity", "direction", "site", "workspace")
TAG = "tag."
_ALERT = re.compile(r"a(\d{1,15})", re.ASCII)
_GLOB = re.compile(r"[*?]")


def alert_id(text: str) -> int | None:
    """17 of `A17`; None of what is no alert's id."""
    match = _ALERT.fullmatch(text.casefold())
    return int(match[1]) if match else None


def read_matching(words: Sequence[Word]) -> Matching:
    """Raises WrongWordsError."""
    pairs = dict[str, tuple[str, ...]]()
    names = list[Word]()
    for word in words:
        pair = word.pair
        if pair is None:
            names.append(word)
        else:
            _add(pairs, *pair)
    if len(names) == 1 and not names[0].quoted and (alert := alert_id(names[0].text)) is not None:
        if pairs:
            raise WrongWordsError(Wrong.ALERT_AND_MORE, names[0].text)
        return Matching(alert=alert)
    return _matching(joined(names), pairs, is_glob=any(_GLOB.search(word.text) for word in names if not word.quoted))


def _add(pairs: dict[str, tuple[str, ...]], key: str, values: tuple[str, ...]) -> None:
    """A tag's key is an operator's own, and keeps its case."""
    known = f"{TAG}{key[len(TAG) :]}" if key.casefold().startswith(TAG) else key.casefold()
    if known not in KEYS and not known.startswith(TAG):
        raise WrongWordsError(Wrong.UNKNOWN_KEY, key, get_close_matches(known, KEYS, n=1, cutoff=0.5) or KEYS)
    if not values:
        raise WrongWordsError(Wrong.EMPTY_KEY, key)
    pairs[known] = (*pairs.get(known, ()), *values)


def _matching(name: str, pairs: dict[str, tuple[str, ...]], *, is_glob: bool) -> Matching:
    sites = (*pairs.get("site", ()), *((name,) if is_glob else ()))
    if name and pairs.get("site"):
        raise WrongWordsError(Wrong.TWO_SITES, name)
    return Matching(
        name="" if is_glob else name,
        rules=pairs.get("rule", ()),
        kinds=_each("kind", pairs, KINDS),
        severities=tuple(map(Severity, _each("severity", pairs, tuple(Severity)))),
        directions=_each("direction", pairs, tuple(Direction)),
        sites=sites,
        workspaces=pairs.get("workspace", ()),
        tags={key.removeprefix(TAG): values for key, values in pairs.items() if key.startswith(TAG)},
    )


def _each(key: str, pairs: dict[str, tuple[str, ...]], known: Sequence[str]) -> tuple[str, ...]:
    found = tuple(value.casefold() for value in pairs.get(key, ()))
    for value in found:
        if value not in known:
            raise WrongWordsError(Wrong.UNKNOWN_VALUE, f"{key}={value}", tuple(map(str, known)))
    return found
