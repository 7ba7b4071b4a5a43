"""What people can ask, as values: a closed union, the same for `/usage` and the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.usage import Direction

DAY_SPAN = timedelta(days=1)
TOP_COUNT = 10


class Whole(StrEnum):
    """A window that the site's own calendar decides."""

    PERIOD = "period"


Span = timedelta | Whole
"""How far back a question looks: a length, or the current billing period."""


@dataclass(frozen=True, slots=True)
class Help:
    """The fleet at a glance, and what can be asked."""


@dataclass(frozen=True, slots=True)
class SiteUsage:
    name: str
    span: Span = DAY_SPAN


@dataclass(frozen=True, slots=True)
class Top:
    """The `count` largest sites by usage of `direction` over `span`."""

    count: int = TOP_COUNT
    span: timedelta = DAY_SPAN
    direction: Direction = Direction.TOTAL


@dataclass(frozen=True, slots=True)
class Quotas:
    """Every quota, or those of one site."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class Alerts:
    """Open alerts."""


@dataclass(frozen=True, slots=True)
class Status:
    """The bot's own health."""


@dataclass(frozen=True, slots=True)
class Explain:
    """Why a site's rules, or one of them, told or did not, as it was known at a time: the present unless given, local
    time of the site where it names no zone."""

    name: str
    rule: str | None = None
    at: datetime | None = None


Question = Help | SiteUsage | Top | Quotas | Alerts | Status

Command = Question | Explain

COMMANDS = ("help", "site", "top", "quota", "alerts", "status")
LATER = ("compare", "why", "whynot", "whatif", "ack", "silence", "silences", "unsilence", "rules", "rule", "report")
"""Commands that are decided on, and not in this version."""


class Wrong(StrEnum):
    """Why words are no command."""

    UNKNOWN_COMMAND = "unknown_command"
    NOT_YET = "not_yet"
    NEEDS_A_SITE = "needs_a_site"
    UNKNOWN_WORD = "unknown_word"
    BAD_COUNT = "bad_count"
    BAD_SPAN = "bad_span"
    OPEN_QUOTE = "open_quote"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Mistake:
    """Words that are no command. `word` is the one that is wrong, cut short and in one line, but otherwise as it was
    written: it is somebody else's text. `suggestions` are commands or words that may have been meant."""

    why: Wrong
    word: str = ""
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """A command, and whether everybody in the channel is to see the answer."""

    command: Command
    public: bool = False
