"""One notifier for all media: picks by the endpoint of the notification."""

from __future__ import annotations

from collections.abc import Mapping

from bot.rules.model import Medium
from bot.service.ports import Notifier, Outcome, Rejected, TryAgain
from bot.service.views import Notification

_REMEDIES = {
    Medium.SLACK: "set SLACK_BOT_TOKEN",
    Medium.EMAIL: "set SMTP_HOST and SMTP_FROM",
    Medium.TERMINAL: "run the bot in a terminal",
    Medium.WEBHOOK: "run the bot with the settings that the receivers name",
}


class Notifiers:
    """A Notifier that hands on to the one of the medium; a medium that is not set up needs the operator, or, where it
    is a terminal, will never be there."""

    def __init__(self, by_medium: Mapping[Medium, Notifier]) -> None:
        self._by_medium = dict(by_medium)

    async def deliver(self, notification: Notification) -> Outcome:
        medium = notification.endpoint.medium
        notifier = self._by_medium.get(medium)
        if notifier is None:
            why = f"{medium.value} is not set up: {_REMEDIES[medium]}"
            return Rejected(why) if medium is Medium.TERMINAL else TryAgain(why, needs_operator=True)
        return await notifier.deliver(notification)
