"""Parts of sentences about any alert: who, how it stands, which direction."""

from __future__ import annotations

from bot.alerts.model import Reason, State
from bot.domain.names import name
from bot.notify.amounts import direction_words
from bot.service.views import AlertView

_CLOSED = {
    Reason.DATA_REVISED: "withdrawn",
    Reason.PERIOD_ENDED: "period ended",
    Reason.RULE_CHANGED: "closed",
}


def state_word(alert: AlertView) -> str:
    """`"firing"`, `"pending"`, or how it ended: `"resolved"`, `"withdrawn"`, `"period ended"`, `"closed"`."""
    return _CLOSED.get(alert.reason, "resolved") if alert.state is State.RESOLVED else alert.state.value


def who(alert: AlertView) -> str:
    """The site, or the bot itself."""
    return name(alert.site) if alert.site else "usagebot"


def of_direction(alert: AlertView) -> str:
    words = direction_words(alert.direction)
    if not words:
        return ""
    return f" {words}" if "bound" in words else f" ({words})"


def in_brackets(alert: AlertView) -> str:
    words = direction_words(alert.direction)
    return f" ({words})" if words else ""
