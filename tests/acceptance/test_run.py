"""`usagebot run` as an operator starts it: a process with settings, rules, and servers on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from aiohttp import web

from bot.demo.api import SimulatedApi, serve
from bot.demo.retail import retail_chain
from bot.notify.buttons import Press
from tests.acceptance.world import TOKEN
from tests.fakes.loopback import served
from tests.fakes.slack import TOKEN as SLACK_TOKEN
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_view import images, seen
from tests.fakes.slack_workspace import JsonObject
from tests.fakes.smtp import FakeSmtp
from tests.processes import ROOT, SECONDS, now, ran, started
from tests.slack.door import SECRET, signature

ORIGIN = date.fromordinal(now().date().toordinal() - 40)
FLEET = retail_chain(ORIGIN)
SANDTON = FLEET.site("Sandton")
PNG = b"\x89PNG\r\n"
RULES = f"""
version: 1
defaults: {{timezone: Africa/Johannesburg, receivers: [noc]}}
receivers: {{noc: {{slack: "#noc", email: [noc@example.com]}}}}
sites: [{{id: {SANDTON.id}, name: Sandton}}]
rules:
  - {{name: yearly, sites: {{name: Sandton}}, quota: 8 TB, per: {{every: 28 days, from: {ORIGIN}}}, at: [1%, 10%]}}
"""


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as workspace:
        workspace.now = now() + timedelta(days=1)
        workspace.add_channel("noc")
        yield workspace


@pytest.fixture
async def smtp() -> AsyncIterator[FakeSmtp]:
    async with FakeSmtp() as server:
        yield server


@pytest.fixture
async def environment(tmp_path: Path, slack: FakeSlack, smtp: FakeSmtp) -> AsyncIterator[dict[str, str]]:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "fleet.yaml").write_text(RULES)
    (tmp_path / "token").write_text(TOKEN + "\n")
    async with serve(SimulatedApi(FLEET, now, token=TOKEN)) as base_url:
        yield {
            "PYTHONPATH": str(ROOT),
            "ALTOSTRAT_TOKEN_FILE": str(tmp_path / "token"),
            "ALTOSTRAT_BASE_URL": base_url,
            "ALTOSTRAT_REQUESTS_PER_MINUTE": "100000",
            "SLACK_BOT_TOKEN": SLACK_TOKEN,
            "SLACK_API_URL": slack.base_url,
            "SMTP_HOST": smtp.host,
            "SMTP_PORT": str(smtp.port),
            "SMTP_SECURITY": "none",
            "SMTP_FROM": "usagebot@example.com",
            "HTTP_PORT": "0",
            "LOG_FORMAT": "json",
        }


async def test_a_site_over_a_step_is_announced_in_slack_and_by_mail_within_one_cycle_and_never_again(
    tmp_path: Path, environment: dict[str, str], slack: FakeSlack, smtp: FakeSmtp
) -> None:
    async with started(environment, tmp_path) as bot:
        await bot.until("delivery", outcome="delivered", medium="slack")
        await bot.until("delivery", outcome="delivered", medium="email")
        assert await bot.stop() == 0
    [told] = slack.visible("noc")
    assert "Sandton has used 10 % of its 8 TB" in told
    [mail] = smtp.mails
    assert mail["Subject"] == "[usage] Sandton: 8 TB 28-day quota"
    async with started(environment, tmp_path) as bot:
        await bot.until("started")
        await bot.until("pulled")
        assert await bot.stop() == 0
    assert (len(slack.called("chat.postMessage")), len(smtp.mails)) == (1, 1)


def signed(body: str) -> dict[str, str]:
    timestamp = str(int(now().timestamp()))
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(body, timestamp),
    }


def pressed(slack: FakeSlack, message: JsonObject) -> str:
    """The body of a press on its button to take A1."""
    channel, ana = slack.channel("noc").id, {"id": "U0ANA", "username": "ana", "team_id": "T0FAKE"}
    shown = {"channel": {"id": channel, "name": "noc"}, "message": {"ts": message["ts"]}}
    container = {"type": "message", "message_ts": message["ts"], "channel_id": channel, "is_ephemeral": False}
    action = {"action_id": Press.ACKNOWLEDGE, "block_id": "b", "type": "button", "value": "A1"}
    told = {"team": {"id": "T0FAKE"}, "user": ana, "response_url": slack.response_url("press"), "trigger_id": "1.2.3"}
    payload = {"type": "block_actions", **told, **shown, "container": container, "actions": [action]}
    return urlencode({"payload": json.dumps(payload)})


def asked(slack: FakeSlack, words: str) -> str:
    """The body of `/usage`."""
    form = {"team_id": "T0FAKE", "channel_id": "C0ANY", "user_id": "U0ANA", "user_name": "ana", "command": "/usage"}
    return urlencode({**form, "text": words, "response_url": slack.response_url("asked")})


async def test_an_alert_gets_its_picture_is_taken_by_a_button_and_a_question_is_answered_with_a_picture(
    tmp_path: Path, environment: dict[str, str], slack: FakeSlack
) -> None:
    async with started({**environment, "SLACK_SIGNING_SECRET": SECRET}, tmp_path) as bot:
        port = (await bot.until("http_listening"))["port"]
        for told in (1, 2, 3):
            await bot.until("delivery", outcome="delivered", notification=told)
        (message,) = slack.messages("noc")
        (shown,) = images(message)
        assert (slack.files.all[shown].content or b"").startswith(PNG)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as door:

            async def post(body: str) -> None:
                assert (await door.post("/slack/events", content=body, headers=signed(body))).status_code == 200

            await post(pressed(slack, message))
            await bot.until("usage_answered", reply="Acknowledged")
            for edit in (4, 5):
                await bot.until("delivery", outcome="delivered", notification=edit)
            await post(asked(slack, "site Sandton"))
        await bot.until("usage_answered", reply="SiteReport")
        assert await bot.stop() == 0  # which lets the picture in the making be sent
    (message,) = slack.messages("noc")
    assert "acknowledged by ana" in seen(message)
    assert list(images(message)) == [shown]
    words, pictured = [one for one in slack.responses if one["name"] == "asked"]
    assert not list(images(words))
    (answer,) = images(pictured)
    assert (slack.files.all[answer].content or b"").startswith(PNG)


@asynccontextmanager
async def monitor() -> AsyncIterator[tuple[str, asyncio.Event]]:
    """An outside monitor: its address, and that it was called twice, so that the first call is over."""
    calls, called, app = count(1), asyncio.Event(), web.Application()

    async def hear(_: web.Request) -> web.Response:
        if next(calls) == 2:
            called.set()
        return web.Response(text="OK")

    app.router.add_get("/ping/1", hear)
    async with served(app) as port:
        yield f"http://127.0.0.1:{port}/ping/1", called


async def test_health_readiness_and_metrics_are_served_and_a_monitor_outside_is_called(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    async with (
        monitor() as (url, called),
        started({**environment, "DEADMAN_URL": url, "DEADMAN_EVERY": "1s"}, tmp_path) as bot,
    ):
        port = (await bot.until("http_listening"))["port"]
        await bot.until("pulled")
        await asyncio.wait_for(called.wait(), SECONDS)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as door:
            health, ready, metrics = [await door.get(path) for path in ("/healthz", "/readyz", "/metrics")]
        assert (health.status_code, ready.status_code, metrics.status_code) == (200, 200, 200)
        assert 'usagebot_pulls_total{outcome="answered",workspace="default"}' in metrics.text
        assert 'usagebot_deadman_pings_total{outcome="answered"}' in metrics.text
        assert await bot.stop() == 0


async def test_no_secret_is_ever_logged(tmp_path: Path, environment: dict[str, str]) -> None:
    async with started({**environment, "LOG_LEVEL": "debug"}, tmp_path) as bot:
        await bot.until("delivery", outcome="delivered")
        assert await bot.stop() == 0
    said = b"".join(bot.said)
    assert TOKEN.encode() not in said
    assert SLACK_TOKEN.encode() not in said


async def test_everything_that_is_wrong_at_the_start_is_told_at_once(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    bad = {**environment, "ALTOSTRAT_BASE_URL": "ftp://x", "SMTP_PORT": "lots", "LOG_LEVEL": "loud"}
    told = await ran(bad, tmp_path, "run")
    assert told.code == 3
    for name in ("ALTOSTRAT_BASE_URL", "SMTP_PORT", "LOG_LEVEL"):
        assert name in told.err


async def test_wrong_settings_and_wrong_rules_are_told_together(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "rules" / "more.yaml").write_text("version: 1\nrulez: []\n")
    told = await ran({**environment, "SMTP_PORT": "lots"}, tmp_path, "run")
    assert told.code == 3
    assert "SMTP_PORT" in told.err
    assert "more.yaml:2:1" in told.err


async def test_an_api_that_is_down_at_the_start_is_asked_for_its_sites_again_at_the_next_tick(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "rules" / "fleet.yaml").write_text("version: 1\nrules: []\n")
    callers = 0

    async def hang_up(_: asyncio.StreamReader, line: asyncio.StreamWriter) -> None:
        nonlocal callers
        callers += 1
        line.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        nobody = {**environment, "ALTOSTRAT_BASE_URL": f"http://127.0.0.1:{port}"}
        async with started(nobody, tmp_path) as bot:
            assert (await bot.until("surveyed"))["sites"] == 0
            asked_once = callers
            await bot.until("pulled")
            assert callers > asked_once
            assert await bot.stop() == 0


async def test_a_signal_reloads_the_rules_and_a_broken_folder_is_told_in_slack(
    tmp_path: Path, environment: dict[str, str], slack: FakeSlack
) -> None:
    file = tmp_path / "rules" / "fleet.yaml"
    rules = RULES.replace("8 TB", "800 TB").replace("Sandton}]", "Sandton, workspace: default}]")
    file.write_text(rules)
    acme = "workspaces: [{name: default}, {name: acme, token_env: ACME_TOKEN}]\n"
    async with started({**environment, "ACME_TOKEN": TOKEN}, tmp_path) as bot:
        await bot.until("started")
        file.write_text(rules + acme)
        os.kill(bot.pid, signal.SIGHUP)
        assert (await bot.until("rules_reloaded"))["workspaces"] == 2
        await bot.until("surveyed", workspace="acme")
        file.write_text(rules + acme.replace("token_env", "tokn_env"))
        os.kill(bot.pid, signal.SIGHUP)
        await bot.until("rules_broken")
        await bot.until("delivery", medium="slack", outcome="delivered")
        assert await bot.stop() == 0
    [told] = slack.visible("noc")
    assert "The rules folder is broken" in told
    assert "fleet.yaml:8:44: unknown key 'tokn_env' — did you mean 'token_env'?" in told
