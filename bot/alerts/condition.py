"""The life of an alert about a condition that comes and goes: pending, firing, resolved.

Fed with runs of equal verdicts, in order and without overlap; one run of 12 buckets gives the same as 12 runs
of one, so it does not matter how many buckets arrive at once.

`for` and `keep_firing_for` are inclusive: with `for: 5m` an alert fires at the bucket end five minutes after
the one that made it true. An unknown bucket pauses both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.alerts.model import Alert, AlertKey, Change, Reason, State, Transition
from bot.domain.times import Slot
from bot.engine.edges import BREACH, CLEAR, Measure, Run
from bot.rules.model import Severity


@dataclass(frozen=True, slots=True)
class ConditionRule:
    """What the state machine needs of a rule. Times are seconds; `under` says that smaller values are worse.

    `limit` is that of verdicts that have none of their own; `details` are what `Alert.detail` says of each of the
    condition's parts. `ending` says why an alert is over that has been clear for long enough.
    """

    severity: Severity
    limit: int
    hold: int
    keep_firing: int
    under: bool
    rule_version: str
    details: Sequence[Mapping[str, Any]] = ()
    ending: Callable[[Alert], Reason] = lambda _: Reason.BACK_TO_NORMAL

    def is_worse(self, new: Measure, alert: Alert) -> bool:
        """Whether a measure is further beyond what may be than the alert's."""
        old = Measure(alert.value, None if new.limit is None else alert.limit)
        return new.grade < old.grade if self.under else new.grade > old.grade

    def measured(self, alert: Alert, new: Measure) -> Alert:
        """The alert with this measure for its value."""
        detail = self.details[new.which] if self.details else alert.detail
        return replace(alert, value=new.value, limit=self.limit if new.limit is None else new.limit, detail=detail)


Kept = Callable[[Alert, int], Alert]
"""From an alert and the column up to which it is judged now, `judged_until` being up to where it was, to the alert with
what is to be remembered of that."""


@dataclass(slots=True)
class Machine:
    """Feeds runs to at most one open alert at a time, and keeps what became of every alert it saw.

    `origin` and `step` (seconds) place the columns of the runs in time; `at` is when the bot learns of them, None
    where it learns of each at its end.
    `alerts` are the changed ones, in the order of their birth; `transitions` what happened to them. `kept`, where there
    is one, says what an alert is to remember once a column is judged.
    """

    key: AlertKey
    rule: ConditionRule
    origin: Slot
    step: int
    at: Slot | None
    current: Alert | None
    ended: list[Alert]
    transitions: list[Transition]
    kept: Kept | None = None

    @classmethod
    def start(
        cls,
        key: AlertKey,
        rule: ConditionRule,
        origin: Slot,
        step: int,
        at: Slot | None,
        current: Alert | None,
        kept: Kept | None = None,
    ) -> Machine:
        return cls(key, rule, origin, step, at, current, [], [], kept)

    def feed(self, runs: Iterable[Run]) -> Machine:
        for run in runs:
            if run.state == BREACH:
                self._breach(run)
            elif run.state == CLEAR:
                self._clear(run)
            if self.current:
                self.current = self._judged(self.current, run.end - 1)
        return self

    @property
    def alerts(self) -> list[Alert]:
        return [*self.ended, *([self.current] if self.current else [])]

    def _end(self, column: int) -> Slot:
        return Slot(self.origin + (column + 1) * self.step)

    def learnt(self, end: Slot) -> Slot:
        """When the bot knew of what is true since `end`."""
        return end if self.at is None else self.at

    def _judged(self, alert: Alert, column: int) -> Alert:
        """The alert as it is when a column was judged."""
        alert = self.kept(alert, column) if self.kept else alert
        return replace(alert, judged_until=self._end(column))

    def _breach(self, run: Run) -> None:
        """An alert that fires within the run fires with what is known by then, however long the run goes on."""
        alert = self.current or self._open(run)
        last = run.first + self._buckets(self.rule.hold, alert.held)
        if alert.state is not State.PENDING or last > run.end:
            self._hold(run)
            return
        self._hold(run.part(run.first, last))
        self._fire(last - 1, run)
        if last < run.end:
            self._hold(run.part(last, run.end))

    def _hold(self, run: Run) -> None:
        alert = self.current
        assert alert is not None  # noqa: S101
        held = alert.held + (run.end - run.first) * self.step
        rule, worst = self.rule, run.worst(under=self.rule.under)
        if alert.rule_version != rule.rule_version or rule.is_worse(worst, alert):
            alert = rule.measured(alert, worst)
        self.current = replace(alert, held=held, cleared=0, severity=rule.severity, rule_version=rule.rule_version)

    def _buckets(self, span: int, passed: int) -> int:
        """How many more buckets make `span` seconds after the end of the first one, `passed` seconds being behind.

        At least one: a span that an edit of the rule made shorter than what has passed is over at the next bucket.
        """
        return max(1, -(-(span + self.step - passed) // self.step))

    def _open(self, run: Run) -> Alert:
        """A new alert; one that need not hold fires at once and never shows as pending."""
        first, end, rule = run.measure(run.first), self._end(run.first), self.rule
        alert = Alert(self.key, State.PENDING, end, rule.severity, rule_version=rule.rule_version)
        alert = rule.measured(alert, first)
        self.current = replace(alert, held=self.step)  # as it is at that bucket's end
        if rule.hold > 0:
            self._move(Change.PENDING, Reason.CONDITION_HOLDS, run.first, first.value)
        self.current = alert
        return alert

    def _fire(self, column: int, run: Run) -> None:
        assert self.current is not None  # noqa: S101
        self.current = replace(self.current, state=State.FIRING, reason=Reason.LIMIT_PASSED, fired_at=self._end(column))
        self._move(Change.FIRED, Reason.LIMIT_PASSED, column, int(run.values[column - run.first]))

    def _clear(self, run: Run) -> None:
        alert = self.current
        if alert is None:
            return
        if alert.state is State.PENDING:
            self._resolve(run.first, run, Reason.PENDING_CLEARED)
            return
        if alert.rule_version != self.rule.rule_version:  # usage did not come back to normal: what is normal was edited
            self._resolve(run.first, run, Reason.RULE_CHANGED)
            return
        cleared = alert.cleared + (run.end - run.first) * self.step
        if cleared < self.rule.keep_firing + self.step:
            self.current = replace(alert, cleared=cleared)
        else:
            last = run.first + self._buckets(self.rule.keep_firing, alert.cleared) - 1
            self._resolve(last, run, self.rule.ending(self._judged(alert, last)))

    def _resolve(self, column: int, run: Run, reason: Reason) -> None:
        assert self.current is not None  # noqa: S101
        end = self._end(column)
        over = replace(self.current, state=State.RESOLVED, reason=reason, resolved_at=end, cleared=0)
        self.current = self._judged(over, column)
        self._move(Change.RESOLVED, reason, column, int(run.values[column - run.first]))
        self.ended.append(self.current)
        self.current = None

    def _move(self, change: Change, reason: Reason, column: int, value: int) -> None:
        assert self.current is not None  # noqa: S101
        end, alert = self._end(column), self._judged(self.current, column)
        slot, known_at = Slot(end - self.step), self.learnt(end)
        self.transitions.append(Transition(alert, change, reason, slot, known_at, None, value))
