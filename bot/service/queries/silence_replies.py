"""Silences as answers show them. Instants are aware UTC; none reaches anything outside the scope of whoever asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.service.commands import Which


class Ends(StrEnum):
    """What may end a silence before its time."""

    PERIOD_RESETS = "period_resets"
    FORECAST_PASSES = "forecast_passes"
    GETS_WORSE = "gets_worse"


class Standing(StrEnum):
    TO_COME = "to_come"
    IN_FORCE = "in_force"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class SilenceView:
    """A silence. `match` is its matching as people write it, `site` the label of the one site that it is about, or "".

    `ends_at` is at the latest where something (`ends`, at `percent` of a forecast) may end it before. `zone` is that of
    its one site, else the fleet's. `author` and `reason` are people's own text. `quiet` counts the alerts that fire and
    are kept quiet by it, `why` says why it may be forgotten.
    """

    id: str
    match: str
    site: str
    author: str
    reason: str
    created_at: datetime | None
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    standing: Standing
    ends: Ends | None = None
    percent: Fraction | None = None
    quiet: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class SilenceList:
    """Those in force, the first to end first; then those to come; then those that are over, the latest first.

    `others` is how many more, set for more than the asker sees, keep alerts quiet that he does see.
    """

    which: Which
    silences: tuple[SilenceView, ...]
    others: int
    asked_at: datetime
