"""What happened to an alert, as values. Instants are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:  # these are, or rest on, the replies themselves
    from bot.service.explain.model import Move
    from bot.service.queries.replies import Freshness, OpenAlert


class Happened(StrEnum):
    """What happened: to the alert, in a message about it, or by somebody's doing."""

    MOVED = "moved"
    TOLD = "told"
    EDITED = "edited"
    WAITS = "waits"
    REFUSED = "refused"
    DISCARDED = "discarded"
    WITHHELD = "withheld"
    ACKNOWLEDGED = "acknowledged"
    LAPSED = "lapsed"
    SILENCED = "silenced"
    EXTENDED = "extended"
    UNSILENCED = "unsilenced"
    SILENCE_OVER = "silence_over"


@dataclass(frozen=True, slots=True)
class Event:
    """`who` did it (their own text) or was told, "" for the bot itself. `about` is the endpoint of a message, or a
    silence by its id; `move` is what moved, or None; `until` says until when; `reason` is people's own text, or why a
    message did not reach them."""

    at: datetime
    what: Happened
    who: str = ""
    move: Move | None = None
    about: str = ""
    until: datetime | None = None
    reason: str = ""


class Unreplayed(StrEnum):
    """Why a decision cannot be replayed."""

    OF_THE_BOT = "of_the_bot"
    RULE_GONE = "rule_gone"
    SITE_GONE = "site_gone"


@dataclass(frozen=True, slots=True)
class AlertStory:
    """An alert as it is, and all that happened to it, the first first. `unreplayed` is why this is the answer to a
    question that asked for more."""

    alert: OpenAlert
    zone: ZoneInfo
    events: tuple[Event, ...]
    freshness: Freshness
    unreplayed: Unreplayed | None = None
