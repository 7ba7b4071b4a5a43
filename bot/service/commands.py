"""What people can ask, as values: a closed union, the same for `/usage` and the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.usage import Direction
from bot.rules.telling import Rhythm
from bot.service.orders import ORDERS, LocalTime, Order

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


class Which(StrEnum):
    """Of the silences: those in force or to come, those of the last weeks too, or those that nobody needs."""

    OPEN = "open"
    ALL = "all"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class Silences:
    """What is kept quiet, by whom, until when."""

    which: Which = Which.OPEN


@dataclass(frozen=True, slots=True)
class Noise:
    """How much spike rules told in a calendar month: `month` (1 to 12) of a year, of the latest year in which it has
    begun unless given, or of the present unless given itself; and so many months before that."""

    month: int | None = None
    year: int | None = None
    before: int = 0


@dataclass(frozen=True, slots=True)
class Explain:
    """Why a site's rules, or one of them, told or did not, as it was known at a time: the present unless given, local
    time of the site where it names no zone. A `LocalTime` is the latest of which the site's clock has shown it. With
    `is_loose` the last words of `name` may be the name of a rule."""

    name: str
    rule: str | None = None
    at: datetime | LocalTime | None = None
    is_loose: bool = False


@dataclass(frozen=True, slots=True)
class Compare:
    """Some sites beside each other. Names of several words may come as several `names`, word by word."""

    names: tuple[str, ...]
    span: timedelta = DAY_SPAN


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A site's quotas with `extra` bytes more (or less) granted in this period, or with a `limit` of so many: one of
    them."""

    name: str
    extra: int | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """Why an alert, by its id, was told: the decision replayed."""

    alert: int


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to an alert, by its id: its transitions, whom they were told, who did what."""

    alert: int


@dataclass(frozen=True, slots=True)
class RuleList:
    """What is configured."""


@dataclass(frozen=True, slots=True)
class OneRule:
    """One rule: what it says, about which sites, and when it last told anybody."""

    name: str


@dataclass(frozen=True, slots=True)
class Digest:
    """The digest of the week or month that is over, as `reports` send it."""

    rhythm: Rhythm = Rhythm.WEEKLY


Usages = SiteUsage | Top | Compare | Quotas | WhatIf
Told = Alerts | Story | Silences | Noise
Overall = Help | Digest | RuleList | OneRule | Status
Question = Usages | Told | Overall

Command = Question | Explain | Why

QUESTIONS = (
    *("help", "site", "top", "compare", "quota", "whatif"),
    *("alerts", "why", "whynot", "history", "silences", "noise"),
    *("report", "rules", "rule", "status"),
)
COMMANDS = (*QUESTIONS, *ORDERS)


class Wrong(StrEnum):
    """Why words are no command."""

    UNKNOWN_COMMAND = "unknown_command"
    NEEDS_A_SITE = "needs_a_site"
    UNKNOWN_WORD = "unknown_word"
    BAD_COUNT = "bad_count"
    BAD_SPAN = "bad_span"
    OPEN_QUOTE = "open_quote"
    TOO_LONG = "too_long"
    NEEDS_AN_ALERT = "needs_an_alert"
    TOO_MANY = "too_many"
    NEEDS_A_MATCH = "needs_a_match"
    ALERT_AND_MORE = "alert_and_more"
    TWO_SITES = "two_sites"
    UNKNOWN_KEY = "unknown_key"
    EMPTY_KEY = "empty_key"
    UNKNOWN_VALUE = "unknown_value"
    NEEDS_A_TERM = "needs_a_term"
    TWO_TERMS = "two_terms"
    BAD_TERM = "bad_term"
    BAD_PERCENT = "bad_percent"
    NO_ENDING = "no_ending"
    NEEDS_A_SILENCE = "needs_a_silence"
    BAD_MONTH = "bad_month"
    NEEDS_SITES = "needs_sites"
    NEEDS_A_CHANGE = "needs_a_change"
    BAD_AMOUNT = "bad_amount"
    NEEDS_ONE_ALERT = "needs_one_alert"
    NEEDS_A_RULE = "needs_a_rule"
    BAD_TIME = "bad_time"
    BAD_PAGE = "bad_page"


@dataclass(frozen=True, slots=True)
class Mistake:
    """Words that are no command. `word` is the one that is wrong, cut short and in one line, but otherwise as it was
    written: it is somebody else's text. `suggestions` are commands or words that may have been meant. `order` is what
    somebody wanted to have done, and `question` the command that was asked; both are "" where neither is known."""

    why: Wrong
    word: str = ""
    suggestions: tuple[str, ...] = ()
    order: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, or to be done; whether everybody in the channel is to see the answer; and which page of it, from 1
    on, where it is too long for one."""

    command: Command | Order
    public: bool = False
    page: int = 1
