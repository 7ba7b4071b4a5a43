"""What is answered about noise. Only sites and workspaces that the asker may see are counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:  # these are among the replies themselves
    from bot.service.queries.replies import Freshness


@dataclass(frozen=True, slots=True)
class SiteNoise:
    """Spikes of one site in the month: people were `told`, they were `held` back (silenced, muted, or because another
    alert said it), or `withdrawn` as data were revised. `score` is the highest of what was told, where 1 is what a rule
    of medium sensitivity tells; None where nothing was."""

    site: str
    workspace: str
    told: int
    held: int
    withdrawn: int
    score: Fraction | None
    is_above: bool


@dataclass(frozen=True, slots=True)
class RuleNoise:
    """One rule's month. `written` is what it says, `at_most` how many alarms of a site that is in this month, where
    `is_promise`; else so many are about usual. `kept` of `judged` sites had no more; `sites` are those with any alarm,
    the loudest first. `fleet` counts what was told of many sites at once."""

    rule: str
    written: str
    is_promise: bool
    at_most: Fraction
    judged: int
    kept: int
    told: int
    held: int
    withdrawn: int
    fleet: int
    average: Fraction | None
    sites: tuple[SiteNoise, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoiseReport:
    """Every spike rule's noise in the calendar month `[start, end)` of `zone`, which is over unless `is_running`, or
    has not begun where it is `to_come`."""

    month: str
    start: datetime
    end: datetime
    zone: ZoneInfo
    is_running: bool
    to_come: bool
    rules: tuple[RuleNoise, ...]
    freshness: Freshness
