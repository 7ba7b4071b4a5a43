"""Take alerts, by the ids that people see."""

from __future__ import annotations

from bot.alerts.model import Alert, State
from bot.domain.times import Slot, to_instant
from bot.service.actions.replies import Acknowledged, Left, LeftAlone, NoSuchAlert, Refusal, Refused
from bot.service.actions.terms import LONGEST, end_of
from bot.service.attend import acknowledge
from bot.service.audit import Actor
from bot.service.fleet import NotFound
from bot.service.orders import Acknowledge
from bot.service.ports import Transaction
from bot.service.queries.alerts import is_visible, open_alert, visible_alerts
from bot.service.queries.inquiry import Known
from bot.service.queries.replies import OpenAlert

SUGGESTIONS = 5


async def take(tx: Transaction, known: Known, order: Acknowledge, by: Actor) -> Acknowledged | NoSuchAlert | Refusal:
    """Those of the alerts that fire and that nobody has. All or nothing where a time makes no sense."""
    inquiry = known.inquiry
    if order.group is not None:
        found = await firing_in(tx, known, order.group)
        if not found:
            return Refusal(Refused.NOTHING_FIRES)
    else:
        found = [alert for id_ in order.alerts if (alert := await seen_alert(tx, known, id_)) is not None]
    if not found and len(order.alerts) == 1:
        return await no_such_alert(tx, known, order.alerts[0])
    until = end_of(order.term, inquiry.at, known.zone_of([alert.key.site for alert in found]))
    if until is not None and (wrong := wrong_end(until, inquiry.at)):
        return wrong
    taken = {alert.id: alert for alert in await acknowledge(tx, found, by, inquiry.at, until, order.reason)}
    left = [left_alone(alert, known) for alert in found if alert.id not in taken]
    ids = {alert.id for alert in found}
    return Acknowledged(
        by=by.name,
        now=inquiry.now,
        taken=tuple(open_alert(alert, known) for alert in taken.values()),
        left=tuple(left),
        unknown=tuple(f"A{id_}" for id_ in order.alerts if id_ not in ids),
        until=to_instant(until) if until is not None else None,
        reason=order.reason,
    )


def wrong_end(until: Slot, at: Slot) -> Refusal | None:
    if until <= at:
        return Refusal(Refused.TIME_PASSED)
    return Refusal(Refused.TOO_LONG) if until - at > LONGEST else None


def left_alone(alert: Alert, known: Known) -> LeftAlone:
    shown = open_alert(alert, known)
    if alert.state is State.FIRING:
        at = to_instant(alert.acknowledged_at) if alert.acknowledged_at is not None else None
        return LeftAlone(shown, Left.TAKEN_BEFORE, alert.acknowledged_by, at)
    if alert.is_open:
        return LeftAlone(shown, Left.NOT_FIRING)
    return LeftAlone(shown, Left.RESOLVED, at=to_instant(alert.resolved_at) if alert.resolved_at is not None else None)


async def seen_alert(tx: Transaction, known: Known, id_: int) -> Alert | None:
    """The alert, open or over, unless it is not for whoever asks."""
    alert = await tx.alerts.get(id_)
    return alert if alert is not None and is_visible(alert, known) else None


async def seen_group(tx: Transaction, known: Known, id_: int) -> list[Alert]:
    """What a message is about, open or over, as far as it is for whoever asks; by id."""
    group = await tx.outbox.get_group(id_)
    alerts = await tx.outbox.alerts(sorted(group.alerts)) if group is not None else ()
    return [alert for alert in alerts if is_visible(alert, known)]


async def firing_in(tx: Transaction, known: Known, group: int) -> list[Alert]:
    return [alert for alert in await seen_group(tx, known, group) if alert.state is State.FIRING]


async def no_such_alert(tx: Transaction, known: Known, id_: int) -> NoSuchAlert:
    """With those that may have been meant: of ids most like it first."""
    inquiry, name = known.inquiry, f"A{id_}"
    alerts = await visible_alerts(tx, known)
    near = sorted(alerts, key=lambda one: _distance(one, name))[:SUGGESTIONS]
    is_site = not isinstance(inquiry.fleet.exactly(name, inquiry.scope), NotFound)
    return NoSuchAlert(name, tuple(near), inquiry.now, is_site)


def _distance(one: OpenAlert, name: str) -> tuple[bool, int]:
    """The same digits in another order come first, then numbers next to it."""
    return sorted(one.view.id) != sorted(name), abs(int(one.view.id[1:]) - int(name[1:]))
