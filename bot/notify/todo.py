"""What somebody who reads a message outside Slack can do about it, as words to write."""

from __future__ import annotations

from dataclasses import dataclass

from bot.alerts.model import Kind, State
from bot.service.views import Notification


@dataclass(frozen=True, slots=True)
class Doing:
    """`how` are commands, each of which does it. They hold no text that others chose."""

    what: str
    how: tuple[str, ...]


def doings(notification: Notification) -> tuple[Doing, ...]:
    """The commands for what still fires, and for why; none where nothing does, or where nothing has happened."""
    firing = [alert for alert in notification.alerts if alert.state is State.FIRING]
    if not firing or notification.is_test:
        return ()
    if len(firing) > 1:
        return (Doing("See and take them", _both("query alerts", "alerts")),)
    alert = firing[0]
    found = [] if alert.acknowledged_by else [Doing("Take it", _both(f"ack {alert.id}", f"ack {alert.id}"))]
    if alert.silenced_until is None:
        found.append(Doing("Keep it quiet", _both(f"silence {alert.id} 4h", f"silence {alert.id} 4h")))
    if alert.kind is not Kind.SELF:
        found.append(Doing("Ask why", _both(f"query why {alert.id}", f"why {alert.id}")))
    return tuple(found)


def _both(terminal: str, slack: str) -> tuple[str, ...]:
    return (f"usagebot {terminal}", f"/usage {slack}")


def plain_doings(found: tuple[Doing, ...]) -> str:
    """As lines of text."""
    return "\n".join(f"{doing.what}: {' or '.join(doing.how)}" for doing in found)
