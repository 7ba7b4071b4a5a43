"""What makes a rule true: by which measure an alert was right. What is only told, bought or read off is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.rules.kinds import Judge, Percentile, Quota


def measure(judge: Judge, hold: timedelta, kind: str) -> str:
    """A text that changes with what makes an alert of this kind true, and with nothing else.

    Top-ups and openings are facts about the world, like usage itself: they change whether an alert is true, and not
    what it says. The steps are the quota's; its forecast and its pace have levels of their own.
    """
    match judge:
        case Quota():
            return repr(_of_quota(judge, kind))
        case Percentile():
            return f"{replace(judge, severities=())!r} for {hold}"
        case _:
            return f"{judge!r} for {hold}"


def _of_quota(quota: Quota, kind: str) -> Quota:
    return replace(
        quota,
        steps=quota.steps if kind == "quota" else (),
        severities=(),
        overrides=tuple(sorted(quota.overrides, key=lambda override: override.site)),
        top_ups=(),
        opening=(),
        forecast=quota.forecast if kind == "forecast" else None,
        pace=quota.pace if kind == "pace" else (),
    )
