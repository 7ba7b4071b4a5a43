"""The app's manifest and its documentation agree with the bot."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.service.commands import COMMANDS
from bot.settings.model import Settings
from bot.slack.answering import PREFIX
from bot.slack.events import PATH
from bot.slack.listening import SHORTCUT

ROOT = Path(__file__).parents[2]
DOCUMENTATION = (ROOT / "docs" / "slack.md").read_text()
CONSOLE = {"run", "check", "init", "query", "ack", "silence"}
"""Commands of `usagebot` that operators of Slack meet."""


@pytest.fixture(scope="module")
def manifest() -> Any:
    return YAML(typ="safe").load(ROOT / "slack-manifest.yaml")


def test_the_manifest_has_the_command_the_bot_answers(manifest: Any) -> None:
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == PREFIX
    assert command["should_escape"] is False


def test_the_manifest_stays_within_slacks_limits(manifest: Any) -> None:
    assert len(manifest["display_information"]["name"]) <= 35
    assert len(manifest["display_information"]["description"]) <= 140
    assert manifest["features"]["bot_user"]["display_name"] == "usagebot"
    assert len(manifest["features"]["slash_commands"][0]["description"]) <= 2000


def test_the_manifest_asks_for_what_is_used_and_documented_and_nothing_else(manifest: Any) -> None:
    scopes = manifest["oauth_config"]["scopes"]
    assert set(scopes) == {"bot"}
    assert set(scopes["bot"]) == {
        "chat:write",
        "commands",
        "channels:history",
        "groups:history",
        "channels:read",
        "groups:read",
        "files:write",
        "files:read",
        "metadata.message:read",
        "app_mentions:read",
        "im:history",
        "users:read",
        "usergroups:read",
    }
    assert [scope for scope in scopes["bot"] if f"`{scope}`" not in DOCUMENTATION] == []


def test_the_manifest_switches_socket_mode_on(manifest: Any) -> None:
    assert manifest["settings"]["socket_mode_enabled"] is True


def test_the_manifest_has_what_the_bot_listens_to(manifest: Any) -> None:
    settings, features = manifest["settings"], manifest["features"]
    assert settings["interactivity"] == {"is_enabled": True}
    assert set(settings["event_subscriptions"]["bot_events"]) == {"app_home_opened", "app_mention", "message.im"}
    assert {name: features["app_home"][name] for name in sorted(features["app_home"])} == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }


def test_the_manifest_has_the_shortcut_the_bot_answers(manifest: Any) -> None:
    (shortcut,) = manifest["features"]["shortcuts"]
    assert (shortcut["type"], shortcut["callback_id"]) == ("message", SHORTCUT)
    assert len(shortcut["name"]) <= 24
    assert len(shortcut["description"]) <= 150
    assert shortcut["name"] in DOCUMENTATION


def test_the_documentation_names_settings_that_exist() -> None:
    named = set(re.findall(r"\b((?:SLACK|HTTP)_[A-Z_]+)\b", DOCUMENTATION))
    assert {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"} <= named
    assert named <= {name.upper() for name in Settings.model_fields}


def test_the_documentation_names_commands_that_exist() -> None:
    assert set(re.findall(r"(?<!@)\busagebot ([a-z]+)", DOCUMENTATION)) <= CONSOLE
    assert set(re.findall(r"`/usage ([a-z]+)", DOCUMENTATION)) <= set(COMMANDS)
    assert [command for command in COMMANDS if f"/usage {command}" not in DOCUMENTATION] == ["help"]


def test_the_documentation_names_the_address_that_is_served() -> None:
    assert f"https://your-host.example{PATH}" in DOCUMENTATION
