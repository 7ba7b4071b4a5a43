"""Who was told of an alert, and what kept people from being told, as values. Instants are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """One notification of a message. `is_loud` is False where the message is only edited; `standing` is as of then."""

    id: int
    created_at: datetime
    due_at: datetime
    is_loud: bool
    standing: str
    attempts: int
    settled_at: datetime | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one endpoint that the alert is in. `route` is the route that led to it, "" for none,
    and `place` which of today's it is, counted from 1; None of none, and of one that is no more."""

    receiver: str
    endpoint: str
    group: str
    posted_at: datetime | None
    route: str
    sent: tuple[Sent, ...]
    place: int | None = None

    @property
    def told_at(self) -> datetime | None:
        """When people were last told by it."""
        delivered = [one.settled_at for one in self.sent if one.is_loud and one.standing == "delivered"]
        return max((at for at in delivered if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class Hush:
    """What kept people from being told: a silence with its author, a mute timing by name, another alert, or that it
    flaps. `until` is its end, None where that was not known yet."""

    what: str
    until: datetime | None
    author: str = ""
    reason: str = ""
