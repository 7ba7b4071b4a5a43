"""Settings that only make sense together."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise
from urllib.parse import urlsplit

from bot.settings.model import Settings
from bot.settings.problems import SettingProblem

Clash = tuple[tuple[str, ...], SettingProblem]
"""The settings that a problem is made of, and the problem."""


def _slack(s: Settings) -> Iterator[Clash]:
    ways = ("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")
    listens = [way for way in ways if getattr(s, way.lower()) is not None]
    if s.slack_bot_token is None:
        for name in listens:
            yield (
                ("SLACK_BOT_TOKEN",),
                SettingProblem(name, "it needs a bot token beside it", "Set SLACK_BOT_TOKEN too"),
            )
    elif not listens:
        what = "alerts are posted, but /usage is not answered"
        remedy = "Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP mode) too"
        yield ways, SettingProblem("SLACK_BOT_TOKEN", what, remedy, fatal=False)
    if len(listens) == 2:
        what = "Socket Mode is used, and SLACK_SIGNING_SECRET is not"
        yield ways, SettingProblem(ways[0], what, "For HTTP mode, leave SLACK_APP_TOKEN out", fatal=False)


def _mail_without_server(s: Settings) -> Iterator[Clash]:
    if s.smtp_host is None:
        for name in ("SMTP_USERNAME", "SMTP_PASSWORD", "SMTP_FROM"):
            if getattr(s, name.lower()) is not None:
                problem = SettingProblem(name, "it has no mail server to go with", "Set SMTP_HOST too", fatal=False)
                yield ("SMTP_HOST",), problem


def _mail(s: Settings) -> Iterator[Clash]:
    if s.smtp_host is None:
        return
    if s.smtp_from is None:
        problem = SettingProblem("SMTP_FROM", "mail needs a sender", "Set it to an address, like usage@example.com")
        yield ("SMTP_FROM",), problem
    if (s.smtp_username is None) != (s.smtp_password is None):
        name = "SMTP_USERNAME" if s.smtp_username is None else "SMTP_PASSWORD"
        what = "user name and password belong together"
        yield (name,), SettingProblem(name, what, f"Set {name}, or neither of the two")
    if s.smtp_password is not None and s.smtp_security == "none":
        what = "the password crosses the network unencrypted"
        problem = SettingProblem("SMTP_SECURITY", what, "Use starttls or tls, unless the server is local", fatal=False)
        yield ("SMTP_SECURITY",), problem


def _unencrypted(s: Settings) -> Iterator[Clash]:
    """A simulated API, or a proxy that encrypts, is on this machine."""
    for name in ("ALTOSTRAT_BASE_URL", "SLACK_API_URL"):
        parts = urlsplit(getattr(s, name.lower()))
        host = parts.hostname or ""
        if parts.scheme == "http" and not host.startswith("127.") and host not in {"localhost", "::1"}:
            what = "tokens cross the network unencrypted"
            yield (name,), SettingProblem(name, what, "Write https:// instead of http://", fatal=False)


def _spans(s: Settings) -> Iterator[Clash]:
    names = ("PULL_TRAILING", "PULL_REREAD", "RETENTION_RAW", "RETENTION_HOURLY")
    for shorter, longer in pairwise(names):
        if getattr(s, shorter.lower()) > getattr(s, longer.lower()):
            problem = SettingProblem(shorter, f"it is longer than {longer}", f"Shorten it, or lengthen {longer}")
            yield (shorter, longer), problem
    if s.baseline_days > s.retention_hourly.days:
        what = "it is longer than RETENTION_HOURLY, which baselines are made from"
        problem = SettingProblem("BASELINE_DAYS", what, "Shorten it, or lengthen RETENTION_HOURLY")
        yield ("BASELINE_DAYS", "RETENTION_HOURLY"), problem
    if s.pull_chunk.total_seconds() < s.altostrat_bucket_minutes * 60:
        problem = SettingProblem("PULL_CHUNK", "it is shorter than one bucket", "Lengthen it; 31 days is usual")
        yield ("PULL_CHUNK", "ALTOSTRAT_BUCKET_MINUTES"), problem


def problems_together(settings: Settings, bad: Collection[str]) -> list[SettingProblem]:
    """Everything that contradicts something else, warnings included.

    `bad` names the settings that could not be read: no problem is reported that may go away with theirs.
    """
    return [
        problem
        for check in (_slack, _mail_without_server, _mail, _unencrypted, _spans)
        for names, problem in check(settings)
        if not set(names) & set(bad)
    ]
