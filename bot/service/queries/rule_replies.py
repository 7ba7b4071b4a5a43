"""Rules as answers show them. Of a rule's sites only those occur that the asker may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.usage import Direction
from bot.rules.telling import Severity

if TYPE_CHECKING:  # these are among the replies themselves
    from bot.service.queries.replies import Freshness, OpenAlert


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule. `says` is what it says in our words, line by line with what each is about, its limit first. `sites`
    counts those that it is about, `firing` its alerts that fire. `notify` are the receivers that it names itself, None
    where routes and defaults say. `told_at` is when people were last to notice something of it, None where they never
    were. `place` is where it is written (`fleet.yaml:12`), "" where that is not known or not for the asker."""

    name: str
    kinds: tuple[str, ...]
    directions: tuple[Direction, ...]
    severities: tuple[Severity, ...]
    says: tuple[tuple[str, str], ...]
    hold: timedelta
    keep_firing: timedelta
    sites: int
    firing: int
    notify: tuple[str, ...] | None
    told_at: datetime | None
    version: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class RuleTable:
    """Every rule that is about a visible site, as written. `defaults` are the receivers where neither a rule nor any of
    the `routes` routes names some; `version` is that of the rules folder."""

    rules: tuple[RuleView, ...]
    routes: int
    defaults: tuple[str, ...]
    version: str
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class ToldAt:
    """Who is told of a rule's alerts at these `sites`: a line for each kind and severity that goes another way."""

    lines: tuple[str, ...]
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleReport:
    """One rule. `sites` are the labels of those that it is about; `told` is whom it tells, those first that are most;
    `alerts` are its open ones."""

    rule: RuleView
    sites: tuple[str, ...]
    told: tuple[ToldAt, ...]
    alerts: tuple[OpenAlert, ...]
    freshness: Freshness
