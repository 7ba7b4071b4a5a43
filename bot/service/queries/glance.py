"""The fleet at a glance."""

from __future__ import annotations

from bot.alerts.model import State
from bot.domain.usage import Usage
from bot.service.ports import Transaction
from bot.service.queries.alerts import visible_alerts
from bot.service.queries.inquiry import Inquiry, Known
from bot.service.queries.quotas import quota_states
from bot.service.queries.replies import Glance


async def glance(tx: Transaction, inquiry: Inquiry) -> Glance:
    known = await Known.read(tx, inquiry)
    quotas = await quota_states(tx, known, known.sites)
    alerts = await visible_alerts(tx, known)
    firing = tuple(alert for alert in alerts if alert.view.state is State.FIRING)
    return Glance(
        workspaces=tuple(sorted(inquiry.scope)),
        quotas=len(quotas),
        over=tuple(quota for quota in quotas if quota.is_over),
        near=tuple(quota for quota in quotas if quota.is_near),
        firing=firing,
        pending=len(alerts) - len(firing),
        freshness=known.freshness(usages=[Usage(known=q.known, expected=q.expected) for q in quotas]),
    )
