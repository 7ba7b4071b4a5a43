"""The life of an alert about a condition that comes and goes: pending, firing, resolved.

Fed with runs of equal verdicts, in order and without overlap; one run of 12 buckets gives the same as 12 runs
of one, so it does not matter how many buckets arrive at once.

`for` and `keep_firing_for` are inclusive: with `for: 5m` an alert fires at the bucket end five minutes after
the one that made it true. An unknown bucket pauses both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from bot.alerts.model import Alert, AlertKey, Change, Reason, State, Transition
from bot.domain.times import Slot
from bot.engine.edges import BREACH, CLEAR, Run
from bot.rules.model import Severity


@dataclass(frozen=True, slots=True)
class ConditionRule:
    """What the state machine needs of a rule. Times are seconds; `under` says that smaller values are worse."""

    severity: Severity
    limit: int
    hold: int
    keep_firing: int
    under: bool
    rule_version: str

    def worse(self, a: int, b: int) -> int:
        return min(a, b) if self.under else max(a, b)


@dataclass(slots=True)
class Machine:
    """Feeds runs to at most one open alert at a time, and keeps what became of every alert it saw.

    `origin` and `step` (seconds) place the columns of the runs in time; `at` is when the bot learns of them.
    `alerts` are the changed ones, in the order of their birth; `transitions` what happened to them.
    """

    key: AlertKey
    rule: ConditionRule
    origin: Slot
    step: int
    at: Slot
    current: Alert | None
    ended: list[Alert]
    transitions: list[Transition]

    @classmethod
    def start(
        cls, key: AlertKey, rule: ConditionRule, origin: Slot, step: int, at: Slot, current: Alert | None
    ) -> Machine:
        return cls(key, rule, origin, step, at, current, [], [])

    def feed(self, runs: Iterable[Run]) -> Machine:
        for run in runs:
            if run.state == BREACH:
                self._breach(run)
            elif run.state == CLEAR:
                self._clear(run)
            self._judged(self._end(run.end - 1))
        return self

    @property
    def alerts(self) -> list[Alert]:
        return [*self.ended, *([self.current] if self.current else [])]

    def _end(self, column: int) -> Slot:
        return Slot(self.origin + (column + 1) * self.step)

    def _judged(self, until: Slot) -> None:
        if self.current:
            self.current = replace(self.current, judged_until=until)

    def _breach(self, run: Run) -> None:
        alert = self.current or self._open(run)
        held = alert.held + (run.end - run.first) * self.step
        worst = int(run.values.min() if self.rule.under else run.values.max())
        self.current = replace(alert, held=held, cleared=0, value=self.rule.worse(alert.value, worst))
        if alert.state is State.PENDING and held >= self.rule.hold + self.step:
            self._fire(run.first + self._buckets(self.rule.hold, alert.held) - 1, run)

    def _buckets(self, span: int, passed: int) -> int:
        """How many more buckets make `span` seconds after the end of the first one, `passed` seconds being behind."""
        return -(-(span + self.step - passed) // self.step)

    def _open(self, run: Run) -> Alert:
        """A new alert; one that need not hold fires at once and never shows as pending."""
        value, end, rule = int(run.values[0]), self._end(run.first), self.rule
        alert = Alert(self.key, State.PENDING, end, rule.severity, value, rule.limit, rule_version=rule.rule_version)
        self.current = alert
        if rule.hold > 0:
            self._move(Change.PENDING, Reason.CONDITION_HOLDS, run.first, value)
        return alert

    def _fire(self, column: int, run: Run) -> None:
        assert self.current is not None  # noqa: S101
        self.current = replace(self.current, state=State.FIRING, reason=Reason.LIMIT_PASSED, fired_at=self._end(column))
        self._move(Change.FIRED, Reason.LIMIT_PASSED, column, int(run.values[max(column - run.first, 0)]))

    def _clear(self, run: Run) -> None:
        alert = self.current
        if alert is None:
            return
        if alert.state is State.PENDING:
            self._resolve(run.first, run, Reason.PENDING_CLEARED)
            return
        cleared = alert.cleared + (run.end - run.first) * self.step
        if cleared < self.rule.keep_firing + self.step:
            self.current = replace(alert, cleared=cleared)
        else:
            self._resolve(
                run.first + self._buckets(self.rule.keep_firing, alert.cleared) - 1, run, Reason.BACK_TO_NORMAL
            )

    def _resolve(self, column: int, run: Run, reason: Reason) -> None:
        assert self.current is not None  # noqa: S101
        end = self._end(column)
        self.current = replace(
            self.current, state=State.RESOLVED, reason=reason, resolved_at=end, cleared=0, judged_until=end
        )
        self._move(Change.RESOLVED, reason, column, int(run.values[column - run.first]))
        self.ended.append(self.current)
        self.current = None

    def _move(self, change: Change, reason: Reason, column: int, value: int) -> None:
        assert self.current is not None  # noqa: S101
        slot = Slot(self._end(column) - self.step)
        self.transitions.append(Transition(self.current, change, reason, slot, self.at, None, value))


def reconcile(
    recorded: list[Alert], replayed: Machine, value_at: Callable[[Slot], int]
) -> tuple[list[Alert], list[Transition]]:
    """Make what was recorded agree with a replay of the same time on revised data.

    An episode of the replay that overlaps a recorded one is that one; what it has beyond it is news. A recorded
    episode that the replay does not have was told on numbers that are no longer so: it is corrected. What the
    replay has and nobody recorded is new, and late. `value_at` gives the revised value of the `within` that ends
    at a slot.
    """
    alerts: list[Alert] = []
    moves: list[Transition] = []
    left = list(recorded)
    for episode in replayed.alerts:
        own = [t for t in replayed.transitions if t.alert.since == episode.since]
        match = next((old for old in left if _overlap(old, episode)), None)
        if match is None:
            alerts.append(episode)
            moves += own
            continue
        left.remove(match)
        alerts.append(replace(episode, id=match.id, since=match.since, key=match.key))
        moves += [t for t in own if _is_news(t, match)]
    for old in left:
        if old.fired_at is None and old.state is State.RESOLVED:
            continue  # a pending one that came to nothing, and was told to nobody
        gone = replace(old, state=State.RESOLVED, reason=Reason.DATA_REVISED, resolved_at=replayed.at)
        alerts.append(gone)
        if old.fired_at is not None and old.reason is not Reason.DATA_REVISED:
            slot = Slot(old.since - replayed.step)
            value = value_at(old.since)
            moves.append(
                Transition(gone, Change.CORRECTED, Reason.DATA_REVISED, slot, replayed.at, None, value, old.value)
            )
    return alerts, moves


def _overlap(a: Alert, b: Alert) -> bool:
    return a.since <= (b.resolved_at or np.inf) and b.since <= (a.resolved_at or np.inf)


_ORDER = {State.PENDING: 0, State.FIRING: 1, State.RESOLVED: 2}
_REACHES = {Change.PENDING: State.PENDING, Change.FIRED: State.FIRING, Change.RESOLVED: State.RESOLVED}


def _is_news(move: Transition, recorded: Alert) -> bool:
    """True of a move that takes the recorded alert further than it was."""
    return _ORDER[_REACHES[move.change]] > _ORDER[recorded.state]
