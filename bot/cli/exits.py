"""Exit codes, and the errors that lead to them."""

from __future__ import annotations

from enum import IntEnum

from bot.app.start import CannotListenError, CannotStartError
from bot.history.errors import HistoryError
from bot.history.unusable import UnusableFileError
from bot.service.rule_files import UnreadableRulesError
from bot.settings import MissingSettingError


class Exit(IntEnum):
    """What the shell is told. Scripts rely on these."""

    OK = 0
    NO = 1
    WRONG_USE = 2
    BAD_SETUP = 3
    UNAVAILABLE = 4
    UNEXPECTED = 70
    INTERRUPTED = 130
    CLOSED_OUTPUT = 141


EXIT_CODES = """\b
Exit codes:
  0   it worked
  1   the answer is "no": problems were found, a test of rules failed,
      rows refused, no such site, a file that exists
  2   wrong use: an option or argument that does not exist
  3   bad settings, rules or addresses; every problem is told, with its remedy
  4   the outside world is unavailable: the database, the API, a full disk
  70  a mistake in usagebot itself
  130 Ctrl-C; 141 whoever read the output has gone, as `head` does"""

Expected = (
    CannotStartError | CannotListenError | HistoryError | UnreadableRulesError | MissingSettingError | UnusableFileError
)
EXPECTED = (
    CannotStartError,
    CannotListenError,
    HistoryError,
    UnreadableRulesError,
    MissingSettingError,
    UnusableFileError,
)


def exit_of(error: Expected) -> tuple[Exit, tuple[str, ...]]:
    """The exit code of an error that people can do something about, and the lines to print."""
    match error:
        case CannotStartError():
            return Exit.UNAVAILABLE if error.outside else Exit.BAD_SETUP, error.problems
        case CannotListenError() | MissingSettingError():
            return Exit.BAD_SETUP, (str(error),)
        case UnusableFileError():
            return Exit.NO, (str(error),)
        case UnreadableRulesError():
            return Exit.BAD_SETUP, tuple(map(str, error.problems))
        case HistoryError():
            return Exit.UNAVAILABLE, (f"{error.why}; {error.remedy}",)
