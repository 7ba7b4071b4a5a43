"""What people can have done, as values: the same for `/usage` and the terminal. Nothing in them is looked up yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from bot.alerts.endings import Ending
from bot.rules.telling import Severity


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A time of the local clock, of whichever place is meant. `day` is a date, `today`, `tomorrow`, the first letters
    of a weekday (`mon`: the next that is to come), or None: the next time that the clock shows it."""

    time: time
    day: date | str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """How long: a `span` or `until` then, one of them at most; and what may end it before."""

    span: timedelta | None = None
    until: LocalTime | None = None
    ending: Ending | None = None

    @property
    def has_time(self) -> bool:
        return self.span is not None or self.until is not None


UNTOLD = Term()


@dataclass(frozen=True, slots=True)
class Matching:
    """Which alerts, as people write it: those like the one with the id `alert`; those of the site called `name`; those
    that have all of the rest, of each "any of". All texts but names may be globs. Whoever presses a button may mean
    those like what one message, that of the `group` with this id, is about."""

    alert: int | None = None
    name: str = ""
    rules: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    directions: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    workspaces: tuple[str, ...] = ()
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    group: int | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Take alerts, by their ids; those of the message of a `group` that fire, where one is given."""

    alerts: tuple[int, ...]
    term: Term = UNTOLD
    reason: str = ""
    group: int | None = None


@dataclass(frozen=True, slots=True)
class SetSilence:
    """`if_open`: not where the alert, or all that the message is about, is over: who pressed did not see that."""

    matching: Matching
    term: Term
    reason: str = ""
    if_open: bool = False


@dataclass(frozen=True, slots=True)
class ExtendSilence:
    """Have one, by its id, end at another time."""

    silence: int
    term: Term


@dataclass(frozen=True, slots=True)
class EndSilence:
    """End one, by its id."""

    silence: int


Order = Acknowledge | SetSilence | ExtendSilence | EndSilence
ORDERS = ("ack", "silence", "unsilence")
