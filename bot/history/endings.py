"""What may end a silence before its time, to and from JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, assert_never

from bot.alerts.endings import Ending, ForecastPasses, GetsWorse, Level, PeriodResets
from bot.rules.model import Severity

RESETS, PASSES, WORSENS = "period_resets", "forecast_passes", "gets_worse"


def ending_words(ending: Ending | None) -> dict[str, object] | None:
    match ending:
        case None:
            return None
        case PeriodResets():
            return {"when": RESETS}
        case ForecastPasses(percent):
            return {"when": PASSES, "percent": str(percent)}
        case GetsWorse(levels):
            return {"when": WORSENS, "levels": {matter: _level_words(one) for matter, one in sorted(levels.items())}}
        case _:
            assert_never(ending)


def ending_of(words: Mapping[str, Any] | None) -> Ending | None:
    if words is None:
        return None
    if words["when"] == RESETS:
        return PeriodResets()
    if words["when"] == PASSES:
        return ForecastPasses(Fraction(words["percent"]))
    return GetsWorse({matter: _level_of(one) for matter, one in words["levels"].items()})


def _level_words(level: Level) -> list[str | None]:
    return [level.severity.value, None if level.step is None else str(level.step)]


def _level_of(words: Sequence[Any]) -> Level:
    severity, step = words
    return Level(Severity(severity), None if step is None else Fraction(step))
