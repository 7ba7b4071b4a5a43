"""What the tests of the history start from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.domain.times import DAY, Slot, Window
from bot.domain.usage import Bucket, Direction
from bot.history.store import SqlHistory
from bot.rules.model import Endpoint, Medium, Severity
from bot.service.ports import Group, History, OutboxRow, Progress, Pull, Reading

STEP = 300
START = Slot(20_240 * DAY)
"""A UTC midnight."""

NEVER: Mapping[int, Slot] = {}
"""No site was judged yet."""

STORE: Callable[[str], History] = SqlHistory
"""The store has every method of its port: the type checker says so here."""


def slot(index: int) -> Slot:
    """The slot of bucket number `index` after START."""
    return Slot(START + index * STEP)


def window(start: int, end: int) -> Window:
    """From bucket `start` up to bucket `end`."""
    return Window(slot(start), slot(end))


def reading(site: int, amounts: Mapping[int, tuple[int, int]]) -> Reading:
    """A reading of one site; `amounts` by bucket number."""
    return Reading(site, [Bucket(slot(index), *both) for index, both in sorted(amounts.items())])


def even(site: int, indexes: Iterable[int], both: tuple[int, int] = (5, 3)) -> Reading:
    """A reading in which every bucket holds the same."""
    return reading(site, dict.fromkeys(indexes, both))


async def write(
    history: History, *readings: Reading, judged_until: Mapping[int, Slot] = NEVER, seen_at: int = 0
) -> Mapping[int, Slot]:
    """One committed write."""
    async with history.writing() as t:
        return await t.buckets.write(readings, Slot(seen_at), judged_until)


def quota_alert(site: int = 1, **changes: object) -> Alert:
    key = AlertKey("default", "lte", Kind.QUOTA, site, Direction.MAX, Window(START, Slot(START + 30 * DAY)))
    alert = Alert(
        key,
        State.FIRING,
        since=slot(1),
        severity=Severity.CRITICAL,
        value=412,
        limit=500,
        known=7,
        expected=8,
        step=Fraction(25, 2),
        steps={Fraction(80): slot(1), Fraction(25, 2): slot(0)},
        fired_at=slot(2),
        reason=Reason.STEP_REACHED,
        rule_version="abc",
        held=1,
        cleared=2,
        judged_until=slot(3),
        note="…",
    )
    return replace(alert, **changes)  # type: ignore[arg-type]


def threshold_alert(site: int | None = 1, **changes: object) -> Alert:
    alert = Alert(AlertKey("default", "busy", Kind.THRESHOLD, site), State.PENDING, slot(1), Severity.INFO)
    return replace(alert, **changes)  # type: ignore[arg-type]


def transition(alert: Alert, change: Change = Change.FIRED) -> Transition:
    return Transition(alert, change, Reason.STEP_REACHED, slot(1), slot(2), Fraction(25, 2), 412)


def group(*alerts: int, name: str = "lte", opened_at: int = 0) -> Group:
    endpoint = Endpoint(Medium.EMAIL, ("a@example.com", "b@example.com"))
    return Group("noc", endpoint, name, Slot(opened_at), frozenset(alerts), Slot(opened_at))


def news(group: int, *transitions: int, due_at: int = 0, created_at: int = 0) -> OutboxRow:
    return OutboxRow(group, transitions, loud=True, created_at=Slot(created_at), due_at=Slot(due_at))


def pull(outcome: str, asked_at: int, workspace: int = 1) -> Pull:
    return Pull(workspace, 1, window(0, 1), Slot(asked_at), Slot(asked_at + 1), outcome, 3, 1, "why")


def progress(site: int, **slots: int) -> Progress:
    return Progress(site, **slots)  # type: ignore[arg-type]
