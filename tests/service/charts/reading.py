"""Charts of a bot's alerts, as its messages would show them."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.alerts.model import Alert, Kind
from bot.domain.times import to_instant
from bot.rules.model import Endpoint, Medium
from bot.service.charts.alerts import chart_of
from bot.service.charts.model import Chart
from bot.service.present import alert_view
from bot.service.views import AlertView, Notification
from tests.service.judged import Judged

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def telling(*alerts: AlertView) -> Notification:
    """A message about these."""
    endpoint = Endpoint(Medium.SLACK, ("#noc",))
    return Notification(1, 1, "noc", endpoint, "q", "default", alerts, (), True, NOW)


async def the_alert(bot: Judged, kind: Kind = Kind.QUOTA) -> Alert:
    """The last of this kind."""
    return [alert for alert in await bot.alerts() if alert.key.kind is kind][-1]


async def chart(bot: Judged, alert: Alert) -> Chart | None:
    async with bot.history.reading() as tx:
        return await chart_of(tx, bot.fleet, telling(alert_view(alert, bot.fleet)))


def hours(start: int, *instants: datetime) -> list[int]:
    """How many hours after `start` each is."""
    return [int((one - to_instant(start)).total_seconds()) // 3600 for one in instants]
