"""What can be done about alerts where they are shown: a medium that has something to press offers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.alerts.model import Kind, State
from bot.notify.buttons import For, More, Target, parse
from bot.service.views import AlertView

_RAISABLE = {Kind.QUOTA, Kind.PACE, Kind.FORECAST, Kind.THRESHOLD}
"""Kinds with a limit that somebody may want to be higher."""


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be done about `target`: acknowledge so many alerts of it (`untaken`; `is_rest` where others are taken
    already), silence them for one of `terms`, and `more`. Empty where nothing can be done."""

    target: Target
    untaken: int = 0
    is_rest: bool = False
    terms: tuple[For, ...] = ()
    more: tuple[More, ...] = ()


def offers_of(alerts: Sequence[AlertView], group: int | None = None) -> Offers | None:
    """What a message about these alerts, or a row about one, can offer. Of several they are those of a `group`'s
    message, by its id. None where nothing is to be done, or nothing is known by its id."""
    target = _target(alerts, group)
    if target is None:
        return None
    firing = [alert for alert in alerts if alert.state is State.FIRING]
    untaken = sum(not alert.acknowledged_by for alert in firing)
    return Offers(target, untaken, untaken < len(firing), _terms(alerts), _more(alerts))


def _target(alerts: Sequence[AlertView], group: int | None) -> Target | None:
    if len(alerts) > 1 and group is not None:
        return Target(group, is_group=True)
    found = parse(alerts[0].id) if len(alerts) == 1 else None
    return found[0] if found is not None and not found[1] else None


def _terms(alerts: Sequence[AlertView]) -> tuple[For, ...]:
    """How long they can be quiet; not at all where everything is over. A billing period ends only what has one."""
    around = [alert for alert in alerts if alert.state is not State.RESOLVED]
    if not around:
        return ()
    endings = {
        For.PERIOD: all(alert.period_end is not None for alert in around),
        For.WORSE: any(alert.state is State.FIRING and alert.kind is not Kind.SELF for alert in around),
    }
    return tuple(term for term in For if endings.get(term, True))


def _more(alerts: Sequence[AlertView]) -> tuple[More, ...]:
    """Nothing of what the bot says about itself; of what is over its history."""
    if all(alert.kind is Kind.SELF for alert in alerts):
        return ()
    if all(alert.state is State.RESOLVED for alert in alerts):
        return (More.STORY,)
    can = {
        More.WHY: len(alerts) == 1,
        More.RAISE: all(alert.kind in _RAISABLE for alert in alerts),
    }
    return tuple(one for one in More if can.get(one, True))
