"""What the alert of a fleet says, as notifiers and answers show it."""

from __future__ import annotations

from datetime import timedelta
from math import exp

from bot.alerts.fleet import Rise, is_fleets
from bot.alerts.model import Alert
from bot.domain.times import Slot, to_instant
from bot.service.fleet import Fleet
from bot.service.views import RiseView


def rise_view(alert: Alert, fleet: Fleet) -> RiseView | None:
    """None of what is about no fleet, or remembers nothing."""
    rise = Rise.of(alert) if is_fleets(alert.key) else Rise()
    if not rise.at:
        return None
    return RiseView(
        moved=rise.moved,
        known=rise.known,
        sites=rise.sites,
        percent=rise.percent,
        since=to_instant(Slot(rise.since)),
        at=to_instant(Slot(rise.at)),
        span=timedelta(seconds=rise.span),
        came=rise.came,
        usual=rise.usual,
        largest=tuple((_named(site, fleet), round(100 * (exp(move / 1000) - 1))) for site, move in rise.largest),
        beyond=tuple(_named(site, fleet) for site in rise.beyond),
    )


def _named(key: int, fleet: Fleet) -> str:
    site = fleet.by_key(key)
    return site.name if site else f"site {key} (no longer listed)"
