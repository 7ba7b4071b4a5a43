"""Expected alerts against the transitions that came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from bot.alerts.model import AlertKey, Change, Transition
from bot.domain.sites import Site
from bot.domain.times import iso
from bot.domain.units import format_duration, format_percent
from bot.rules.cases.model import Case, ExpectedAlert
from bot.service.rule_tests.model import Failure

MOST_NEAREST = 3
_REMINDERS = {Change.ESCALATED, Change.REPEATED}


@dataclass(frozen=True, slots=True)
class Move:
    """A transition, and every step that it tells of: several may be crossed in one pass."""

    transition: Transition
    steps: frozenset[Fraction]


def moves_of(transitions: Iterable[Transition]) -> list[Move]:
    """In order, each with the steps that its alert had not reached before."""
    reached: dict[AlertKey, frozenset[Fraction]] = {}
    moves = []
    for transition in transitions:
        key, steps = transition.alert.key, frozenset(transition.alert.steps)
        own = {transition.step} if transition.step is not None else set()
        moves.append(Move(transition, (steps - reached.get(key, frozenset())) | own))
        reached[key] = steps
    return moves


def unmet_alerts(case: Case, sites: Sequence[Site], transitions: Iterable[Transition]) -> Iterator[Failure]:
    """One failure for each expected alert that did not come."""
    moves = moves_of(transitions)
    for expected in case.alerts:
        if not any(_meets(move, expected) for move in moves):
            why = tuple(_why(case, sites, expected, moves))
            yield Failure(expected.place, f"expected {_wanted(case, expected, sites)}", why)


def _is_of(move: Move, expected: ExpectedAlert) -> bool:
    """Whether it is about the same alert, whenever and whatever."""
    key = move.transition.alert.key
    site = None if expected.site is None else expected.site + 1
    return (
        (key.rule, key.site) == (expected.rule, site)
        and expected.direction in {None, key.direction}
        and expected.kind in {None, key.kind.value}
    )


def _meets(move: Move, expected: ExpectedAlert) -> bool:
    transition = move.transition
    state = None if expected.transition is None and transition.change in _REMINDERS else transition.alert.state.value
    return (
        transition.known_at == expected.at
        and _is_of(move, expected)
        and expected.state in {None, state}
        and expected.transition in {None, transition.change.value}
        and (expected.step is None or expected.step in move.steps)
        and expected.severity in {None, transition.alert.severity}
    )


def _wanted(case: Case, expected: ExpectedAlert, sites: Sequence[Site]) -> str:
    words = [expected.state or "", expected.transition or ""]
    words += [f"step {format_percent(expected.step)}"] if expected.step is not None else []
    words += [word.value for word in (expected.severity, expected.direction) if word is not None]
    words += [expected.kind] if expected.kind is not None else []
    return f"alert {_named(case, expected, sites)} at {iso(expected.at)}: {', '.join(filter(None, words))}"


def _named(case: Case, expected: ExpectedAlert, sites: Sequence[Site]) -> str:
    if expected.site is not None:
        return f"{expected.rule}, {sites[expected.site].name}"
    rule = case.configuration.rule(expected.rule)
    return f"{expected.rule}, the {'fleet' if rule is not None and rule.kind == 'spike' else 'pool'}"


def _why(case: Case, sites: Sequence[Site], expected: ExpectedAlert, moves: Iterable[Move]) -> Iterator[str]:
    rule = case.configuration.rule(expected.rule)
    if rule is not None and expected.site is not None and not rule.sites.matches(sites[expected.site]):
        yield f"rule {expected.rule} does not match {sites[expected.site].full_name}: look at its `sites`"
        return
    same = [move for move in moves if _is_of(move, expected)]
    if not same:
        yield "nothing at all came of it"
        return
    nearest = sorted(same, key=lambda move: abs(move.transition.known_at - expected.at))[:MOST_NEAREST]
    for move in sorted(nearest, key=lambda move: move.transition.known_at):
        yield f"came: {described(move)}{_apart(move.transition.known_at - expected.at)}"


def described(move: Move) -> str:
    """`2026-06-01T06:45:00Z fired: firing, step 80 %, warning (quota, total)`."""
    transition, alert = move.transition, move.transition.alert
    steps = ", ".join(format_percent(step) for step in sorted(move.steps))
    words = [alert.state.value, f"step {steps}" if steps else "", alert.severity.value]
    kind = f"({alert.key.kind.value}, {alert.key.direction.value})"
    return f"{iso(transition.known_at)} {transition.change.value}: {', '.join(filter(None, words))} {kind}"


def _apart(seconds: int) -> str:
    return apart(seconds) and f" — {apart(seconds)}"


def apart(seconds: int) -> str:
    """`5 minutes later`; "" at the same time."""
    if seconds == 0:
        return ""
    return f"{format_duration(timedelta(seconds=abs(seconds)))} {'later' if seconds > 0 else 'earlier'}"
