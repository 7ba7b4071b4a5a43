"""What the rules need of the settings."""

from __future__ import annotations

from pathlib import Path

from bot.app.start import CannotStartError, missing_settings
from bot.rules.model import Configuration, Endpoint, Medium, Receiver, WorkspaceRule
from bot.settings import Settings, load_settings

CONFIGURATION = Configuration(
    "v1",
    workspaces=(WorkspaceRule("acme", "ACME_TOKEN"), WorkspaceRule("other")),
    receivers={
        "noc": Receiver("noc", (Endpoint(Medium.SLACK, ("#noc",)),)),
        "finance": Receiver("finance", (Endpoint(Medium.EMAIL, ("f@example.com",)),)),
        "screen": Receiver("screen", (Endpoint(Medium.TERMINAL),)),
    },
)


def settings(environ: dict[str, str], folder: Path) -> Settings:
    loaded = load_settings(environ, folder)
    assert isinstance(loaded, Settings)
    return loaded


def test_every_token_and_medium_that_the_rules_use_and_nobody_set_is_told(tmp_path: Path) -> None:
    acme, altostrat, slack, mail = missing_settings(settings({}, tmp_path), CONFIGURATION)
    assert acme.startswith("ACME_TOKEN: it is not set")
    assert altostrat.startswith("ALTOSTRAT_TOKEN: it is not set")
    assert "SLACK_BOT_TOKEN" in slack
    assert "noc" in slack
    assert "SMTP_HOST" in mail
    assert "finance" in mail


def test_nothing_is_told_where_nothing_is_missing(tmp_path: Path) -> None:
    environ = {
        "ACME_TOKEN": "a" * 8,
        "ALTOSTRAT_TOKEN": "b" * 8,
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SMTP_HOST": "mail",
        "SMTP_FROM": "bot@example.com",
    }
    assert missing_settings(settings(environ, tmp_path), CONFIGURATION) == []


def test_the_error_holds_every_problem() -> None:
    error = CannotStartError(["one", "two"])
    assert (error.problems, str(error), error.outside) == (("one", "two"), "one\ntwo", False)
