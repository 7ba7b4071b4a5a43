"""What the history keeps, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.domain.times import Slot, Window
from bot.domain.usage import Bucket
from bot.rules.model import Endpoint
from bot.rules.sites import ListedSite
from bot.service.ports.digests import Digested


@dataclass(frozen=True, slots=True)
class StoredSite:
    """A site as it was last listed, by the API or the rules. `key` is its number in the history; `first_at` and
    `last_at` are when it was listed first and last."""

    key: int
    listed: ListedSite
    first_at: Slot
    last_at: Slot


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one site's history reaches, and how far it was judged.

    Everything in `[known_from, watermark)` was asked for and answered. `dirty_from` is the first slot changed
    since it was last judged (None: nothing to judge); `judged_until` is the end of what was judged, and
    `judged_from` the end of what was judged first of all.
    `gave_up_before`: history before this slot cannot be had, and was given up. `reread_at`: when the long
    trailing window was last read again. `rewound`: how often what had been judged was judged again, or changed without
    being judged: whoever remembers the site's past remembers it as it was before.
    """

    site: int
    known_from: Slot | None = None
    watermark: Slot | None = None
    dirty_from: Slot | None = None
    judged_until: Slot | None = None
    gave_up_before: Slot | None = None
    reread_at: Slot | None = None
    judged_from: Slot | None = None
    rewound: int = 0


@dataclass(frozen=True, slots=True)
class Pull:
    """One request for a window, answered or not. `outcome` is the class name of its PullOutcome, lower case."""

    workspace: int
    site: int
    window: Window
    asked_at: Slot
    answered_at: Slot
    outcome: str
    rows: int = 0
    refused: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one answered pull brought for one site. Times are slots; `buckets` as in `Answered`.

    `asked` are the slots that were asked for, where a row that was left out means that nothing was used; None where
    it means that nothing is known.
    """

    site: int
    buckets: Sequence[Bucket]
    asked: range | None = None


@dataclass(frozen=True, slots=True)
class BurstHour:
    """The buckets of one hour that were over a rate, and those that are not known: bits, numbered by the minute of the
    hour at which a bucket starts. `site` is a site's key."""

    site: int
    hour: Slot
    hot: int
    gaps: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is remembered of a site as it was at `until`, a UTC midnight: bytes that mean something to the detector
    alone. It began with the history that was known since `since`.

    Where `until` was moved back since, `value` is still of the later midnight: the days after `until` are to be
    forgotten."""

    since: Slot
    until: Slot
    value: bytes


class Grain(StrEnum):
    HOURLY = "hourly"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Group:
    """One message to one endpoint: the alerts it is about and where it was posted.

    `ref` is what the notifier gave back to find its message again (JSON text); `posted_at` when the first
    notification was delivered; `notified_at` when the latest notification was created, and `told_at` when the latest
    that people must notice is due. Alerts that may share a message have its `name`, which begins with the workspace
    and a slash, and came by the same `route` ("" for a rule's own `notify` and for the defaults).

    `instead_of` names the receiver in whose place this one is told, and `because` says why; "" of what is its own. A
    message that is a `digest` is about no alert, and about several workspaces: its name begins with the slash.
    """

    receiver: str
    endpoint: Endpoint
    name: str
    opened_at: Slot
    alerts: frozenset[int]
    notified_at: Slot
    ref: str | None = None
    posted_at: Slot | None = None
    id: int = 0
    route: str = ""
    told_at: Slot | None = None
    instead_of: str = ""
    because: str = ""
    digest: Digested | None = None


@dataclass(frozen=True, slots=True)
class HeldBack:
    """News of an alert that a receiver is not told yet, because of a silence or a mute timing, since `since`.

    While `source`, another alert, holds it back, or while it flaps (`flaps`), it waits whatever else there is; `since`
    is then moved on to where that ended. Without any transition nothing is new: it is only not told again.
    """

    alert: int
    receiver: str
    transitions: tuple[int, ...]
    since: Slot
    source: int | None = None
    flaps: bool = False

    @property
    def waits(self) -> bool:
        """Whether only something that happens sets it free, and not the time."""
        return self.source is not None or self.flaps


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, and when. `actor` is a name, `via` where it was done: slack, terminal, or bot for what the bot did
    by itself. `subject` is what it was done to, in short (A17, S4, rules), `workspace` "" where it concerns several.
    `detail` is JSON, and holds no secret."""

    at: Slot
    actor: str
    via: str
    action: str
    subject: str
    workspace: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0


class Standing(StrEnum):
    """Where an outbox row stands. What was discarded, a person did not want sent."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    DISCARDED = "discarded"
    WITHHELD = "withheld"
    """Not attempted: before it was, a silence or a mute timing held back all of its news."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """The intent to tell one endpoint about transitions of one group.

    `loud` is False where the message is only edited. `begins` are the alerts that the message was not about before.
    `attempted_at` is committed before each attempt: a row that has it and no outcome may or may not have been seen by
    people. Rows of one `lane`, an endpoint, go one after another; "" is a lane of its group alone. `failing_since` is
    when an attempt failed first.
    """

    group: int
    transitions: tuple[int, ...]
    loud: bool
    created_at: Slot
    due_at: Slot
    standing: Standing = Standing.WAITING
    attempts: int = 0
    attempted_at: Slot | None = None
    leased_by: str | None = None
    leased_until: Slot | None = None
    settled_at: Slot | None = None
    why: str = ""
    id: int = 0
    lane: str = ""
    failing_since: Slot | None = None
    begins: tuple[int, ...] = ()

    @property
    def way(self) -> str:
        """What no two attempts may go at once: the lane."""
        return self.lane or f"group {self.group}"

    @property
    def short_id(self) -> str:
        """How people name it: `N120`."""
        return self.name_of(self.id)

    @staticmethod
    def name_of(number: int) -> str:
        return f"N{number}"

    def is_leased(self, at: Slot) -> bool:
        """Whether somebody is sending it at that moment."""
        return self.leased_until is not None and self.leased_until > at


@dataclass(frozen=True, slots=True)
class Overdue:
    """Notifications that should have been delivered long ago: how many, since when the oldest, its group, and why the
    last attempt at it failed ("" where none was made)."""

    rows: int
    since: Slot
    group: int
    why: str
