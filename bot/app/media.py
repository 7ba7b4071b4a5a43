"""The notifiers that the settings allow, by medium."""

from __future__ import annotations

from functools import partial

from rich.console import Console

from bot.app.build import system_clock
from bot.notify.email import EmailNotifier, SmtpConfig, SmtpSecurity
from bot.notify.slack import SlackNotifier
from bot.notify.slack_client import slack_client
from bot.notify.terminal import TerminalNotifier
from bot.notify.webhook import WebhookNotifier
from bot.notify.webhook_signature import Signing
from bot.rules.model import Medium
from bot.service.charts.pictures import ChartPictures
from bot.service.ports import Clock, Notifier, Rejected
from bot.settings import MissingSettingError, Settings


def media(
    settings: Settings, console: Console, clock: Clock = system_clock, pictures: ChartPictures | None = None
) -> dict[Medium, Notifier]:
    """A medium that is not set up is absent; what is sent to it is rejected, with the remedy. All but webhooks
    show `pictures`, where they are given."""
    signing = Signing(partial(webhook_keys, settings), clock)
    found: dict[Medium, Notifier] = {
        Medium.TERMINAL: TerminalNotifier(console, pictures.chart if pictures is not None else None),
        Medium.WEBHOOK: WebhookNotifier(partial(webhook_url, settings), signing=signing),
    }
    if settings.slack_bot_token is not None:
        token = settings.slack_bot_token.get_secret_value()
        found[Medium.SLACK] = SlackNotifier(slack_client(token, settings.slack_api_url), pictures, clock)
    smtp = smtp_config(settings)
    if smtp is not None:
        found[Medium.EMAIL] = EmailNotifier(smtp, pictures)
    return found


def webhook_url(settings: Settings, name: str) -> str | Rejected:
    try:
        return settings.url_of(name)
    except MissingSettingError as missing:
        return Rejected(str(missing))


def webhook_keys(settings: Settings, name: str) -> tuple[bytes, ...] | Rejected:
    try:
        return settings.keys_of(name)
    except MissingSettingError as missing:
        return Rejected(str(missing))


def smtp_config(settings: Settings) -> SmtpConfig | None:
    if settings.smtp_host is None or settings.smtp_from is None:
        return None
    return SmtpConfig(
        settings.smtp_host,
        settings.smtp_port_in_use,
        settings.smtp_from,
        SmtpSecurity(settings.smtp_security),
        settings.smtp_username,
        settings.smtp_password.get_secret_value() if settings.smtp_password else None,
    )
