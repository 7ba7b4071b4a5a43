"""Open alerts that the asker may see."""

from __future__ import annotations

from bot.alerts.model import Alert, State
from bot.alerts.silences import NONE_IN_FORCE, InForce
from bot.service.hearing import in_force
from bot.service.ports import Transaction
from bot.service.present import alert_view, is_pool
from bot.service.queries.inquiry import Inquiry, Known
from bot.service.queries.replies import OpenAlert, OpenAlerts


async def open_alerts(tx: Transaction, inquiry: Inquiry) -> OpenAlerts:
    known = await Known.read(tx, inquiry)
    return OpenAlerts(tuple(await visible_alerts(tx, known)), known.freshness())


async def visible_alerts(tx: Transaction, known: Known, site: int | None = None) -> list[OpenAlert]:
    """Firing before pending, the worst first, then the oldest; those of one site where one is given."""
    alerts = [alert for alert in await tx.alerts.open() if is_visible(alert, known)]
    chosen = [alert for alert in alerts if site is None or alert.key.site == site]
    silences = await in_force(tx, known.inquiry.at)
    return [open_alert(alert, known, silences) for alert in sorted(chosen, key=_order)]


def is_visible(alert: Alert, known: Known) -> bool:
    """What is about the bot itself is for those who see every workspace, and where it is told."""
    if alert.id in known.inquiry.shown:
        return True
    if is_pool(alert.key):
        return alert.key.workspace in known.inquiry.scope
    if alert.key.site is None:
        return known.inquiry.sees_everything
    site = known.inquiry.fleet.by_key(alert.key.site)
    return alert.key.workspace in known.inquiry.scope and (site is None or site.workspace in known.inquiry.scope)


def open_alert(alert: Alert, known: Known, silences: InForce = NONE_IN_FORCE) -> OpenAlert:
    """With what keeps it quiet, of these silences."""
    view = alert_view(alert, known.inquiry.fleet, silences, known.inquiry.scope)
    label = known.labels.get(alert.key.site, view.site) if alert.key.site is not None else view.site
    if view.pool:
        label = known.pool_label(alert.key.workspace, alert.key.rule, "fleet" if view.is_fleet else "pool")
    return OpenAlert(label, view)


def _order(alert: Alert) -> tuple[bool, int, int, int]:
    return (alert.state is not State.FIRING, -alert.severity.rank, alert.since, alert.id)
