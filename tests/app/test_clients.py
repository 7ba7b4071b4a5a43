"""Clients follow the configuration: those that it still has stay, others are made and dropped."""

from __future__ import annotations

from pathlib import Path

from bot.app.build import Environment, build_client
from bot.app.clients import Clients
from bot.app.options import requests_per_minute
from bot.rules.model import WorkspaceRule
from bot.settings import Settings, load_settings


def clients(tmp_path: Path) -> Clients:
    settings = load_settings({"ALTOSTRAT_TOKEN": "one", "ACME_TOKEN": "two"}, tmp_path)
    assert isinstance(settings, Settings)
    return Clients(
        lambda workspace: build_client(settings, workspace, Environment()),
        lambda workspace: requests_per_minute(settings, workspace),
    )


async def test_a_workspace_that_stays_keeps_its_client_and_gets_its_new_budget(tmp_path: Path) -> None:
    held = clients(tmp_path)
    held.follow([WorkspaceRule("acme"), WorkspaceRule("beta")])
    acme, beta = held["acme"], held["beta"]
    held.follow([WorkspaceRule("acme", requests_per_minute=7), WorkspaceRule("gamma")])
    assert held["acme"] is acme
    assert acme.budget.per_minute == 7
    assert list(held) == ["acme", "gamma"]
    assert beta not in held.values()
    await held.close()


async def test_another_token_is_another_client(tmp_path: Path) -> None:
    held = clients(tmp_path)
    held.follow([WorkspaceRule("acme")])
    before = held["acme"]
    held.follow([WorkspaceRule("acme", token_env="ACME_TOKEN")])
    assert held["acme"] is not before
    await held.close()
