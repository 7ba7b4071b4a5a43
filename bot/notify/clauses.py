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
    Reason.CAME_TRUE: "came true",
    Reason.NEW_NORMAL: "new normal",
    Reason.NOISE_COUNTED: "for information",
}


def state_word(alert: AlertView) -> str:
    """`"firing"`, `"pending"`, or how it ended: `"resolved"`, `"withdrawn"`, `"period ended"`, `"closed"`,
    `"came true"`, `"new normal"`, or `"for information"` of what only is a word of the bot's."""
    return _CLOSED.get(alert.reason, "resolved") if alert.state is State.RESOLVED else alert.state.value


def who(alert: AlertView) -> str:
    """The site, the pool or fleet with the number of its sites, or the bot itself."""
    if alert.pool:
        return f"The {name(alert.site)} ({alert.pool:,} {'site' if alert.pool == 1 else 'sites'})"
    return name(alert.site) if alert.site else "usagebot"


def inside(alert: AlertView) -> str:
    """As `who`, within a sentence: `"the pool of lte-pool (48 sites)"`."""
    return f"t{who(alert)[1:]}" if alert.pool else who(alert)


def about(alert: AlertView) -> str:
    """As `who`, in words that do not change while the alert lives: `"Pool of lte-pool"`."""
    return name(f"{alert.site[:1].upper()}{alert.site[1:]}") if alert.pool else who(alert)


def of_direction(alert: AlertView) -> str:
    words = direction_words(alert.direction)
    if not words:
        return ""
    return f" {words}" if "bound" in words else f" ({words})"


def in_brackets(alert: AlertView) -> str:
    words = direction_words(alert.direction)
    return f" ({words})" if words else ""
