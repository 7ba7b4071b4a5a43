"""The words in which scenarios say what happens. `<S>` stands for sites: `s1`, `s1 and s2`, `s1 to s30`; `<R>` for the
rule, ` on mpls`; `<!>` for a severity, `, critical`. The words themselves are in `happenings.py` and `fates.py`."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from bot.rules.model import Severity
from tests.acceptance.life.script import Happening, ScriptError, listed
from tests.acceptance.life.stage import Life

Says = Callable[[Life, re.Match[str]], Awaitable[None]]
PHRASES: list[tuple[re.Pattern[str], Says, bool]] = []


def phrase(words: str, *, is_of_usage: bool = False) -> Callable[[Says], Says]:
    """`words` is a regular expression; `<S>` in it are sites. Phrases of usage have the bot read the API."""

    def kept(says: Says) -> Says:
        pattern = words.replace("<S>", r"(?P<sites>s\d+(?:(?:, | and | to )s\d+)*)").replace(
            "<R>", r"(?: on (?P<rule>[\w-]+))?"
        )
        pattern = pattern.replace("<!>", "(?:, (?P<severity>info|warning|critical))?")
        PHRASES.append((re.compile(pattern), says, is_of_usage))
        return says

    return kept


def found(what: str) -> tuple[re.Match[str], Says, bool] | None:
    """The one phrase that these words are."""
    all_found = [(match, says, usage) for pattern, says, usage in PHRASES if (match := pattern.fullmatch(what))]
    assert len(all_found) < 2, f"ambiguous: {what}"
    return all_found[0] if all_found else None


def has_usage(what: str) -> bool:
    """Whether these words need a bot that reads the API."""
    one = found(what)
    return one is not None and one[2]


async def make_happen(life: Life, happening: Happening) -> None:
    """Raises ScriptError for words that nobody knows."""
    one = found(happening.what)
    if one is None:
        raise ScriptError(f"{happening.place}: nothing is known of this: {happening.what}")
    await one[1](life, one[0])


def sites(match: re.Match[str]) -> list[str]:
    return list(listed(match["sites"]))


def severity(match: re.Match[str]) -> Severity | None:
    return Severity(match["severity"]) if match["severity"] else None
