"""Which alerts hold others back: while people are told of a cause, they are not told of what is less than it. Pure.

No alert ever holds itself back, through however many others: silence comes before usage, usage before what is said of
it, of one kind the worse before the milder, and what a whole fleet does before what one of its sites does with it.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from bot.alerts.fleet import is_part_of
from bot.alerts.model import Alert, AlertKey, Kind, State

WHOLE = Fraction(100)
"""The step at which a quota is used up: how fast it is being used is no news any more."""

Place = tuple[str, int | str]
"""What alerts have in common that may hold each other back: a workspace and a site's key, or the name of a pool's
rule."""


def place_of(key: AlertKey) -> Place:
    return key.workspace, key.rule if key.site is None else key.site


def places_around(key: AlertKey) -> tuple[Place, ...]:
    """Where what may hold this alert back is: at its place, or of its whole fleet."""
    own = place_of(key)
    return (own, (key.workspace, key.rule)) if key.kind is Kind.SPIKE and key.site is not None else (own,)


def holds_back(source: Alert, target: Alert) -> bool:
    """Whether those who hear of `source` are not told of `target`, as both stand."""
    if source.state is not State.FIRING or Kind.SELF in {source.key.kind, target.key.kind}:
        return False
    if is_part_of(source, target):
        return True
    if place_of(source.key) != place_of(target.key):
        return False
    return _is_silent(source, target) or _is_used_up(source, target) or _is_worse(source, target)


def goes_on_holding_back(source: Alert, target: Alert) -> bool:
    """As `holds_back`, of one that did: limits that have moved apart since do not count, for only what happens to an
    alert sets another free."""
    return holds_back(source, replace(target, limit=source.limit))


def may_depend_on_limits(one: Alert, other: Alert) -> bool:
    """Whether it takes the limits of both to say which of them holds the other back."""
    return _is_alike(one.key, other.key) and one.severity is other.severity and one.step != other.step


def _is_silent(source: Alert, target: Alert) -> bool:
    """Of a site that says nothing, all the rest is old."""
    is_silence = source.key.kind is Kind.NO_DATA and target.key.kind is not Kind.NO_DATA
    return is_silence and target.severity.rank <= source.severity.rank


def _is_used_up(source: Alert, target: Alert) -> bool:
    """What was said to come has come."""
    one, other = source.key, target.key
    if one.kind is not Kind.QUOTA or source.step is None or (one.rule, one.direction) != (other.rule, other.direction):
        return False
    if other.kind is Kind.PACE:
        return source.step >= WHOLE
    is_of_period = other.kind is Kind.FORECAST and one.period == other.period
    return is_of_period and target.step is not None and target.step <= source.step


def _is_worse(source: Alert, target: Alert) -> bool:
    """Another rule says the same of the site, and worse."""
    if not _is_alike(source.key, target.key):
        return False
    if source.severity is not target.severity:
        return source.severity.rank > target.severity.rank
    steps = (source.step, target.step)
    return source.limit == target.limit and None not in steps and (source.step or 0) > (target.step or 0)


def _is_alike(one: AlertKey, other: AlertKey) -> bool:
    return one.rule != other.rule and replace(one, rule=other.rule) == other
