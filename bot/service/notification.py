"""Messages as notifiers are given them: what one endpoint is to see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.alerts.model import Alert, Transition, alert_name
from bot.alerts.silences import InForce
from bot.domain.times import to_instant
from bot.rules.model import Endpoint
from bot.service.fleet import Fleet
from bot.service.ports import Group, HeldBack, OutboxRow
from bot.service.present import alert_view, news, rules_of
from bot.service.views import LikeDays, Notification


@dataclass(frozen=True, slots=True)
class Beside:
    """What is to be said of alerts that they do not know themselves: the silences in force, what is held back of them
    and, by their ids, how often what is unusual was so before, where that was looked up."""

    silences: InForce
    held: Iterable[HeldBack] = ()
    like: Mapping[int, LikeDays] = field(default_factory=dict)


def notification(
    row: OutboxRow,
    group: Group,
    alerts: Sequence[Alert],
    moves: Sequence[Transition],
    fleet: Fleet,
    beside: Beside,
) -> Notification:
    """What one endpoint is to see, from the rows as they stand."""
    views = {alert.id: alert_view(alert, fleet, beside.silences, like=beside.like.get(alert.id)) for alert in alerts}
    for one in beside.held:
        if one.receiver == group.receiver and one.source is not None and one.alert in views:
            is_part = one.source in views and views[one.source].is_fleet
            views[one.alert] = replace(views[one.alert], held_by=alert_name(one.source), held_by_fleet=is_part)
    workspace, _, label = group.name.partition("/")
    return Notification(
        id=row.id,
        group=group.id,
        receiver=group.receiver,
        endpoint=_as_configured(group, fleet),
        rule=rules_of(alerts) or label,
        workspace=workspace,
        alerts=tuple(views.values()),
        news=tuple(news(move, views[move.alert.id], fleet.bucket) for move in moves),
        loud=row.loud,
        created_at=to_instant(row.created_at),
        ref=group.ref,
        attempted_before=to_instant(row.attempted_at) if row.attempted_at is not None else None,
        instead_of=group.instead_of,
        because=group.because,
    )


def _as_configured(group: Group, fleet: Fleet) -> Endpoint:
    """The endpoint with what the rules say of it now beyond its address."""
    receiver = fleet.configuration.receivers.get(group.receiver)
    return next((one for one in receiver.endpoints if one == group.endpoint) if receiver else iter(()), group.endpoint)
