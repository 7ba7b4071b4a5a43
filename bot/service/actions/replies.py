"""What is said to an order. Instants are aware UTC; nothing outside the scope of whoever gave it occurs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.service.fleet import NotFound
from bot.service.queries.replies import NoScope, OpenAlert
from bot.service.queries.silence_replies import SilenceView


@dataclass(frozen=True, slots=True)
class QuietAlert:
    """One that fires, and until when (at the latest) it is kept quiet."""

    alert: OpenAlert
    until: datetime


class Left(StrEnum):
    """Why an alert was not taken."""

    TAKEN_BEFORE = "taken_before"
    RESOLVED = "resolved"
    NOT_FIRING = "not_firing"


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """`by` and `at` say who had it before, and since when; or when it was over."""

    alert: OpenAlert
    why: Left
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """`taken` are taken now, `until` then where that was said; `left` were not. `unknown` are no alerts here."""

    by: str
    now: datetime
    taken: tuple[OpenAlert, ...]
    left: tuple[LeftAlone, ...]
    unknown: tuple[str, ...]
    until: datetime | None = None
    reason: str = ""

    @property
    def is_complete(self) -> bool:
        """Somebody has each of them now."""
        return not self.unknown and all(one.why is Left.TAKEN_BEFORE for one in self.left)


@dataclass(frozen=True, slots=True)
class Silenced:
    """A silence is in force. It is about `sites` sites, of which `some` are named; `firing` is kept quiet by it.

    `is_new` is False where the same was set just before; `was` is when it was to end, of one that was made longer or
    shorter; `over` is the alert that was named, where that is over.
    """

    silence: SilenceView
    now: datetime
    sites: int
    some: tuple[str, ...]
    firing: tuple[QuietAlert, ...]
    is_new: bool = True
    was: datetime | None = None
    over: LeftAlone | None = None


@dataclass(frozen=True, slots=True)
class Unsilenced:
    """A silence is over, and was before this where `was_over`. `firing` had been kept quiet by it, and is no more;
    `still_quiet` is kept quiet by another."""

    silence: SilenceView
    now: datetime
    firing: tuple[OpenAlert, ...] = ()
    was_over: bool = False
    still_quiet: tuple[OpenAlert, ...] = ()


@dataclass(frozen=True, slots=True)
class NoSuchAlert:
    """`open` are alerts that may have been meant."""

    id: str
    open: tuple[OpenAlert, ...]
    now: datetime
    is_site_too: bool = False


@dataclass(frozen=True, slots=True)
class NoSuchSilence:
    """`open` are silences that may have been meant."""

    id: str
    open: tuple[str, ...]


class Unmatched(StrEnum):
    """What nothing here is called."""

    RULE = "rule"
    SITE = "site"
    WORKSPACE = "workspace"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class NoSuchName:
    """Nothing here matches a glob; `suggestions` are names that may have been meant."""

    what: Unmatched
    name: str
    suggestions: tuple[str, ...] = ()


class Refused(StrEnum):
    """Why an order makes no sense as things are."""

    NO_SITE = "no_site"
    SITE_GONE = "site_gone"
    OUT_OF_SCOPE = "out_of_scope"
    TIME_PASSED = "time_passed"
    TOO_LONG = "too_long"
    IS_OVER = "is_over"
    IMPOSSIBLE = "impossible"
    ALERT_OVER = "alert_over"
    NOTHING_FIRES = "nothing_fires"


@dataclass(frozen=True, slots=True)
class Refusal:
    """`said` is the remark that an order met, in the bot's own words; `about` what it is about, such as `A17`."""

    why: Refused
    about: str = ""
    said: str = ""


Done = Acknowledged | Silenced | Unsilenced
Undone = NotFound | NoScope | NoSuchAlert | NoSuchSilence | NoSuchName | Refusal
