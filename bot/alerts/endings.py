"""What may end a silence before its time: for each alert by itself, when something about that alert has come true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from bot.alerts.model import Alert
from bot.rules.model import Severity


@dataclass(frozen=True, slots=True)
class PeriodResets:
    """The billing period that an alert was in when the silence began is over."""


@dataclass(frozen=True, slots=True)
class ForecastPasses:
    """Usage is expected (the median) to reach `percent` of the quota by the end of its billing period."""

    percent: Fraction


@dataclass(frozen=True, slots=True)
class Level:
    """How bad an alert is: its severity and, of a quota, its step."""

    severity: Severity
    step: Fraction | None = None


@dataclass(frozen=True, slots=True)
class GetsWorse:
    """An alert is worse than it was when the silence was set. `levels` holds what fired then, by `matter_of`; what did
    not fire then is worse whenever it does."""

    levels: Mapping[str, Level] = field(default_factory=dict)


Ending = PeriodResets | ForecastPasses | GetsWorse


def matter_of(alert: Alert) -> str:
    """What an alert is about, whichever its billing period or episode."""
    key = alert.key
    return f"{key.workspace}/{key.kind}/{key.direction}/{key.site or 0}/{key.rule}"


def is_worse(alert: Alert, levels: Mapping[str, Level]) -> bool:
    """Whether an alert is beyond what it was at these levels, in severity or in step."""
    level = levels.get(matter_of(alert))
    if level is None:
        return True
    return alert.severity.rank > level.severity.rank or (alert.step or 0) > (level.step or 0)
