"""Telling people: what may come of it is a closed set."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from bot.service.views import Notification

if TYPE_CHECKING:
    from bot.service.charts.model import Chart


@dataclass(frozen=True, slots=True)
class Delivered:
    """People can see it. `ref` finds the message again (kept in its group). `but` says who, of several, never will
    without a person's help, and why; "" where everybody can. `unpictured`: the words are out, and a picture of them can
    be added; so an edit of the message should follow, after whatever else is to be told."""

    ref: str | None = None
    but: str = ""
    unpictured: bool = False


@dataclass(frozen=True, slots=True)
class TryAgain:
    """It may work later. `after` is the other side's own wish, such as Retry-After, and holds for all that goes the
    same way. `needs_operator`: not before a person has done what `why` says, such as renewing a token. `partly`: some
    of several have it, so that nothing is wrong with the way there."""

    why: str
    after: timedelta | None = None
    needs_operator: bool = False
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """It will never reach this endpoint: the channel is archived, the address refused. Its fallback is told."""

    why: str


Outcome = Delivered | TryAgain | Rejected


class Notifier(Protocol):
    """Delivers to one medium. Never raises for what the other side does; never logs or returns a secret."""

    async def deliver(self, notification: Notification) -> Outcome:
        """Post, or edit what `notification.ref` names. Where `notification.attempted_before` is set, an earlier
        attempt may have succeeded: look for its message and adopt it rather than say a thing twice."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart, drawn. `alt` says in words what it shows, for those who do not see it; `digest` is the same for the same
    chart, drawn whenever."""

    png: bytes = field(repr=False)
    alt: str
    width: int
    height: int
    digest: str


class Pictures(Protocol):
    """Draws. A picture that fails, or takes too long, is None: it never holds back the words."""

    async def of(self, notification: Notification) -> Picture | None:
        """What its alerts look like now; None of what has no chart."""

    async def drawn(self, chart: Chart) -> Picture | None: ...
