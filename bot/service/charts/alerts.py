"""The chart of a message: of one alert its own, of several how they compare."""

from __future__ import annotations

from bot.alerts.model import Kind
from bot.service.charts.burning import burn_down
from bot.service.charts.courses import percentile_course, silence_course, threshold_course
from bot.service.charts.model import Chart
from bot.service.charts.ranked import ranked, risen_together
from bot.service.charts.sight import Sight
from bot.service.charts.unusual import unusual
from bot.service.fleet import Fleet
from bot.service.ports import Transaction
from bot.service.views import AlertView, Notification

READERS = {
    Kind.QUOTA: burn_down,
    Kind.PACE: burn_down,
    Kind.FORECAST: burn_down,
    Kind.THRESHOLD: threshold_course,
    Kind.PERCENTILE: percentile_course,
    Kind.NO_DATA: silence_course,
    Kind.SPIKE: unusual,
}


async def chart_of(tx: Transaction, fleet: Fleet, notification: Notification) -> Chart | None:
    """None where there is nothing to show, as of what the bot says about itself."""
    if notification.digest is not None:
        return notification.digest.chart
    if len(notification.alerts) > 1:
        return ranked(notification.alerts)
    return await _of_one(tx, fleet, notification.alerts[0]) if notification.alerts else None


async def _of_one(tx: Transaction, fleet: Fleet, view: AlertView) -> Chart | None:
    if view.rise is not None:
        return risen_together(view.rise)
    read, number = READERS.get(view.kind), view.id.removeprefix("A")
    alert = await tx.alerts.get(int(number)) if read is not None and number.isdecimal() else None
    return await read(Sight(tx, fleet, alert, view)) if read is not None and alert is not None else None
