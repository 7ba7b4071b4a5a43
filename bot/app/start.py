"""What keeps the process from starting: all of it at once."""

from __future__ import annotations

from collections.abc import Iterable

from bot.rules.model import Configuration, Medium
from bot.settings import SettingProblem, Settings


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
    """What the rules need of the settings and do not find: tokens, URLs and secrets of webhooks, Slack, mail."""
    tokens = [str(problem) for problem in missing_tokens(settings, configuration)]
    webhooks = [str(problem) for problem in missing_webhooks(settings, configuration)]
    return [*tokens, *webhooks, *(f"{remedy}: {why}." for remedy, why in missing_media(settings, configuration))]


def missing_tokens(settings: Settings, configuration: Configuration) -> list[SettingProblem]:
    """Why the tokens of workspaces cannot be had, of those that cannot."""
    tokens = {rule.token_env for rule in configuration.workspaces}
    return [problem for name in sorted(tokens) if (problem := settings.token_problem(name)) is not None]


def missing_webhooks(settings: Settings, configuration: Configuration) -> list[SettingProblem]:
    """Why the URLs and secrets of webhooks cannot be had, of those that cannot."""
    endpoints = [endpoint for receiver in configuration.receivers.values() for endpoint in receiver.endpoints]
    webhooks = [endpoint for endpoint in endpoints if endpoint.medium is Medium.WEBHOOK]
    urls = sorted({name for webhook in webhooks for name in webhook.addresses})
    secrets = sorted({webhook.secret for webhook in webhooks if webhook.secret})
    found = [*map(settings.url_problem, urls), *map(settings.keys_problem, secrets)]
    return [problem for problem in found if problem is not None]


def missing_media(settings: Settings, configuration: Configuration) -> list[tuple[str, str]]:
    """(what to do, why), for each medium that receivers name and that is not set up."""
    found = []
    for medium, missing, remedy in (
        (Medium.SLACK, settings.slack_bot_token is None, "Set SLACK_BOT_TOKEN"),
        (Medium.EMAIL, settings.smtp_host is None, "Set SMTP_HOST and SMTP_FROM"),
    ):
        names = sorted(r.name for r in configuration.receivers.values() if medium in {e.medium for e in r.endpoints})
        if missing and names:
            found.append((remedy, f"these receivers are reached by {medium.value}: {', '.join(names)}"))
    return found
