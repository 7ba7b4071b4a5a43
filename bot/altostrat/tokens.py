"""The bearer token: read once, read again when it is refused, and kept out of everything that people see."""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Callable

LONGEST_QUOTE = 200
MASK = "***"

_TOKEN = re.compile(r"[!-~]+")
# What looks like a key or a user token is masked even if it is none of ours.
_LOOKS_SECRET = re.compile(r"alto_sk_[\w-]+|eyJ[\w-]+(?:\.[\w-]*)*|(?<=bearer )[!-~]{16,}", re.IGNORECASE)


class NoTokenError(Exception):
    """There is no usable token now. The text says why, and never holds one."""


class Tokens:
    """The token of one workspace. `read` gives the one that is valid now, say from a file.

    What `read` raises is quoted to people, so it must not hold the token either.
    """

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self._current: str | None = None
        self._seen: deque[str] = deque(maxlen=8)

    def current(self) -> str:
        """The token, read if it never was. Raises NoTokenError."""
        if self._current is None:
            self._current = self._checked()
        return self._current

    def renewed(self, refused: str) -> str | None:
        """The token to try instead of one that was refused; None if it is still the same, or cannot be read.

        Requests that were under way together with the old token all get the new one.
        """
        try:
            self._current = self._checked()
        except NoTokenError:
            self._current = None
        return None if self._current == refused else self._current

    def quoted(self, text: str) -> str:
        """Other people's text, fit to be shown: one short line without control characters or secrets."""
        line = "".join(_visible(character) for character in text[: 50 * LONGEST_QUOTE])
        # Longest first: one token may begin with another.
        for token in sorted(self._seen, key=len, reverse=True):
            line = line.replace(token, MASK)
        line = " ".join(_LOOKS_SECRET.sub(MASK, line).split())
        return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"

    def _checked(self) -> str:
        try:
            token = self._read().strip()
        except Exception as error:  # noqa: BLE001 - whatever it is, there is no token
            reason = self.quoted(str(error)) or type(error).__name__
            raise NoTokenError(f"the token cannot be read: {reason}") from None
        if not token:
            raise NoTokenError("the token is empty")
        if not _TOKEN.fullmatch(token):
            raise NoTokenError("the token holds blanks or other characters that no token has")
        if token not in self._seen:
            self._seen.append(token)
        return token


def _visible(character: str) -> str:
    """Control, format and unpaired surrogate characters go: they hide text or turn it around."""
    if character.isspace():
        return " "
    return "" if unicodedata.category(character).startswith("C") else character
