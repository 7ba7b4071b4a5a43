"""What keeps the process from starting: all of it at once."""

from __future__ import annotations

from collections.abc import Iterable

from bot.rules.model import Configuration, Medium
from bot.settings import Settings


class CannotStartError(Exception):
    """Settings, rules or addresses that nobody can work with. `problems` are lines for people, with remedies.

    `outside` is True where nothing is wrong here and the outside world (a database, a server) is unavailable.
    """

    def __init__(self, problems: Iterable[object], *, outside: bool = False) -> None:
        self.problems = tuple(map(str, problems))
        self.outside = outside
        super().__init__("\n".join(self.problems))


class CannotListenError(Exception):
    """HTTP_HOST and HTTP_PORT cannot be listened on. The text says why and what to do."""


def missing_settings(settings: Settings, configuration: Configuration) -> list[str]:
    """What the rules need of the settings and do not find: tokens of workspaces, Slack, a mail server."""
    tokens = {rule.token_env for rule in configuration.workspaces}
    found = [str(problem) for name in sorted(tokens) if (problem := settings.token_problem(name)) is not None]
    for medium, missing, remedy in (
        (Medium.SLACK, settings.slack_bot_token is None, "Set SLACK_BOT_TOKEN"),
        (Medium.EMAIL, settings.smtp_host is None, "Set SMTP_HOST and SMTP_FROM"),
    ):
        names = sorted(r.name for r in configuration.receivers.values() if medium in {e.medium for e in r.endpoints})
        if missing and names:
            found.append(f"{remedy}: these receivers are reached by {medium.value}: {', '.join(names)}.")
    return found
