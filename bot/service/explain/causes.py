"""What else kept people from being told of an alert at a time: another alert, or that it begins and ends too often."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from bot.alerts.flapping import KINDS, calm_at, subject_of, was_flapping
from bot.alerts.inhibition import holds_back
from bot.alerts.model import Alert, Kind, State
from bot.alerts.routing import Hearer
from bot.alerts.seen import as_seen
from bot.domain.times import Slot, to_instant
from bot.domain.units import format_duration
from bot.service.explain.facts import Facts
from bot.service.explain.told import Hush
from bot.service.inhibiting import hears_of

SPANS = 14
"""So many spans of flapping are looked back on: something in them was calm, or it flaps since longer than that."""


async def causes_of(
    facts: Facts, alert: Alert, heard: Mapping[str, Hearer], moments: Collection[Slot]
) -> tuple[Hush, ...]:
    """As of these moments, of an alert that fires; `heard` are those who hear of it."""
    held = [await _source(facts, alert, heard, at) for at in moments]
    flaps = [await _flaps(facts, alert, at) for at in moments]
    return tuple(dict.fromkeys(one for one in (*held, *flaps) if one is not None))


async def _source(facts: Facts, alert: Alert, heard: Mapping[str, Hearer], at: Slot) -> Hush | None:
    fleet = facts.inquiry.fleet
    for kind in Kind:
        for other in await facts.tx.alerts.overlapping(kind, [*{alert.key.site, None}], at):
            then, until = await _then(facts, other, at)
            firing = replace(alert, state=State.FIRING)
            if then is not None and holds_back(then, firing) and hears_of(fleet, then) & heard.keys():
                return Hush(f"held back by {other.short_id}", to_instant(until) if until is not None else None)
    return None


async def _then(facts: Facts, alert: Alert, at: Slot) -> tuple[Alert | None, Slot | None]:
    """The alert as it was, and when it was known to be over, if that is known by now."""
    moves = await facts.tx.alerts.transitions(alert.id)
    by_then = [move for move in moves if move.known_at <= at]
    over = next((move.known_at for move in moves[len(by_then) :] if not move.alert.is_open), None)
    return (as_seen(by_then[-1]) if by_then else None), over if over is not None and over <= facts.at else None


async def _flaps(facts: Facts, alert: Alert, at: Slot) -> Hush | None:
    rule = facts.inquiry.fleet.configuration.flapping
    if rule is None or alert.key.kind not in KINDS:
        return None
    subject = subject_of(alert.key)
    changes = await facts.tx.alerts.changes({subject}, Slot(at - SPANS * rule.seconds))
    known = [known_at for _, known_at in changes.get(subject, ()) if known_at <= at]
    count, calm = was_flapping(known, rule, at), calm_at(known, rule)
    if not count or calm is None:
        return None
    return Hush(f"flapping, {count} times within {format_duration(rule.within)}", to_instant(calm))
