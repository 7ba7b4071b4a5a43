"""Make what was recorded of a condition agree with a replay of the same time on revised data.

An episode of the replay that fired is the same as the recorded ones that it overlaps, and what it has beyond them is
news. A recorded episode that was told and that the replay does not have is corrected, not resolved: it was told on
numbers that are no longer so. What the replay has and nobody recorded is told, late. Of what it does not know any more,
as what was usual then is forgotten, the record stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bot.alerts.condition import Machine
from bot.alerts.model import Alert, Change, Reason, State, Transition
from bot.domain.times import Slot


@dataclass(slots=True)
class Agreement:
    """What came of it: `alerts` to be stored, and `moves` that refer to them."""

    alerts: list[Alert] = field(default_factory=list)
    moves: list[Transition] = field(default_factory=list)


def is_told(alert: Alert) -> bool:
    """People heard that it fires, and it was not withdrawn since."""
    return alert.fired_at is not None and alert.reason is not Reason.DATA_REVISED


def reconcile(
    recorded: Sequence[Alert],
    replayed: Machine,
    value_at: Callable[[Slot], int],
    is_known: Callable[[Slot], bool],
    watched_since: Slot,
) -> Agreement:
    """`value_at` gives the revised value of the `within` that ends at a slot, and `is_known` whether the replay has a
    verdict of it. What began before `watched_since`, when the rule as it is was first judged, and is not recorded is no
    news: the rule is new, not the breach."""
    found, left = Agreement(), list(recorded)
    for episode in replayed.alerts:
        overlapping = [old for old in left if _overlap(old, episode)]
        same = [old for old in overlapping if is_told(old)] if episode.fired_at is not None else []
        match = next(reversed(same or [old for old in overlapping if not is_told(old)]), None)
        left = [old for old in left if old is not match and all(old is not one for one in same)]
        if episode.fired_at is None and any(is_told(old) and not is_known(old.since) for old in overlapping):
            continue  # it goes on
        if episode.fired_at is None:
            _pending(found, episode, match, replayed)
        elif match is not None or episode.since > watched_since:
            _fired(found, episode, match, replayed)
    for old in left:
        if is_known(old.since):
            _unfounded(found, old, replayed, value_at)
    return found


def _own(replayed: Machine, episode: Alert) -> list[Transition]:
    return [move for move in replayed.transitions if move.alert.since == episode.since]


def _pending(found: Agreement, episode: Alert, match: Alert | None, replayed: Machine) -> None:
    """An episode that never held long enough (yet) is told to nobody; one that is over leaves no trace."""
    if match is not None:
        found.alerts.append(replace(episode, id=match.id, since=match.since))
    elif episode.is_open:
        found.alerts.append(episode)
        found.moves += _own(replayed, episode)


def _fired(found: Agreement, episode: Alert, match: Alert | None, replayed: Machine) -> None:
    own = _own(replayed, episode)
    if match is None:
        found.alerts.append(episode)
        found.moves += own
        return
    was_over = is_told(match) and match.state is State.RESOLVED
    # The last that people heard must be so: an end that is none is followed by "fires".
    news = {Change.FIRED} if not is_told(match) or (was_over and episode.is_open) else set()
    news |= set() if was_over else {Change.RESOLVED}
    alert = replace(episode, id=match.id, since=match.since)
    found.alerts.append(alert)
    found.moves += [replace(move, alert=alert) for move in own if move.change in news]


def _unfounded(found: Agreement, old: Alert, replayed: Machine, value_at: Callable[[Slot], int]) -> None:
    """A recorded episode that the replay does not have."""
    slot, at = Slot(old.since - replayed.step), replayed.learnt(old.since)
    if is_told(old) and old.rule_version == replayed.rule.rule_version:
        gone = replace(old, state=State.RESOLVED, reason=Reason.DATA_REVISED, resolved_at=at)
        value = value_at(old.since)
        move = Transition(gone, Change.CORRECTED, Reason.DATA_REVISED, slot, at, None, value, old.value)
    elif old.is_open:
        reason = Reason.RULE_CHANGED if is_told(old) else Reason.PENDING_CLEARED
        gone = replace(old, state=State.RESOLVED, reason=reason, resolved_at=at)
        move = Transition(gone, Change.RESOLVED, reason, slot, at, None, old.value)
    else:
        return
    found.alerts.append(gone)
    found.moves.append(move)


def _overlap(a: Alert, b: Alert) -> bool:
    return a.since <= (b.resolved_at or np.inf) and b.since <= (a.resolved_at or np.inf)
