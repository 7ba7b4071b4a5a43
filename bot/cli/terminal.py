"""Printing: answers to standard output, problems to standard error, colours only on a terminal."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection, Iterable

from rich.console import Console
from rich.text import Text

from bot.app.logs import Redactor
from bot.cli.output import OutputConsole
from bot.settings import process_environment

PLAIN_WIDTH = 200
"""Columns in a pipe or a file, unless COLUMNS says: a row stays one line, for `grep`."""


class Terminal:
    """Where commands print. It masks secrets in what goes to standard error, once it knows them."""

    def __init__(self) -> None:
        self._secrets: Callable[[], Collection[str]] = frozenset
        self._redactor = Redactor(self._known)
        self.detailed = False
        """Whether an unexpected error shows where it came from."""

    def learn(self, secrets: Callable[[], Collection[str]]) -> None:
        self._secrets = secrets

    def _known(self) -> Collection[str]:
        return self._secrets()

    @property
    def out(self) -> Console:
        """Made anew each time: standard output may be another by now."""
        return _console(OutputConsole(highlight=False))

    @property
    def err(self) -> Console:
        return _console(OutputConsole(stderr=True, highlight=False))

    def say(self, line: str) -> None:
        """One line to standard output, whatever its length and markup."""
        self.out.print(Text(visible(line)), soft_wrap=True)

    def complain(self, lines: Iterable[object], *, style: str = "red") -> None:
        """Lines to standard error."""
        console = self.err
        for line in lines:
            console.print(Text(self._redactor.text(visible(str(line))), style=style), soft_wrap=True)

    def unexpected(self, error: BaseException) -> None:
        """One line for a mistake of ours, and the traceback for whoever asked for details."""
        if self.detailed:
            self.complain("".join(traceback.format_exception(error)).splitlines())
        first = str(error).splitlines()[0] if str(error) else "no message"
        hint = "this is a mistake in usagebot; LOG_LEVEL=debug shows where it comes from"
        self.complain([f"usagebot: unexpected error: {type(error).__name__}: {first} ({hint})"])


def _console(console: Console) -> Console:
    if not console.is_terminal and not process_environment().get("COLUMNS"):
        console.width = PLAIN_WIDTH
    return console


def visible(text: str) -> str:
    """Text of others without control characters, which could move the cursor, recolour or retitle a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)


TERMINAL = Terminal()
"""The one of this process."""
