"""A receiver that is tried: a real message through each of its endpoints, over real HTTP and SMTP."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from rich.console import Console

from bot.app.trying import try_receiver
from bot.domain.times import Slot
from bot.history.errors import HistoryError
from bot.history.migrate import upgrade
from bot.history.store import SqlHistory
from bot.notify.webhook_schema import webhook_schema
from bot.rules.check import parse
from bot.service.audit import Actor
from bot.service.ports import AuditEntry
from bot.service.trial import said
from bot.settings import Settings, load_settings
from tests.fakes.loopback import served
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import refuses
from tests.fakes.smtp import FakeSmtp

HOSTILE = Actor("<!channel> [red]Ana\x1b[31m", "terminal")
RULES = """
version: 1
defaults: {receivers: [all]}
receivers:
  all:
    {terminal: true, slack: "#noc", email: [a@example.com], webhook: {url_env: TICKETS_URL, secret_env: TICKETS_SECRET}}
rules: []
"""


@dataclass
class World:
    """A Slack, a mail server and a ticket system, and the settings that lead to them."""

    slack: FakeSlack
    mail: FakeSmtp
    settings: Settings
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    printed: io.StringIO = field(default_factory=io.StringIO)

    async def tried(self) -> tuple[dict[str, str], bool]:
        configuration = parse([("fleet.yaml", RULES.encode())]).configuration
        assert configuration is not None
        console = Console(file=self.printed, width=100)
        receiver = configuration.receivers["all"]
        found, is_kept = await try_receiver(self.settings, configuration, receiver, HOSTILE, console)
        return {str(endpoint): said(outcome) for endpoint, outcome in found}, is_kept


@pytest.fixture
async def world(tmp_path: Path, no_proxy: None) -> AsyncIterator[World]:
    posts: list[tuple[dict[str, str], bytes]] = []

    async def take(request: web.Request) -> web.Response:
        posts.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/", take)
    async with FakeSlack() as slack, FakeSmtp() as mail, served(app) as port:
        slack.add_channel("noc")
        given = {
            "ALTOSTRAT_TOKEN": "t" * 8,
            "DATABASE_URL": f"sqlite:///{tmp_path / 'usage.db'}",
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_API_URL": slack.base_url,
            "SMTP_HOST": mail.host,
            "SMTP_PORT": str(mail.port),
            "SMTP_SECURITY": "none",
            "SMTP_FROM": "bot@example.com",
            "TICKETS_URL": f"http://127.0.0.1:{port}/",
            "TICKETS_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        }
        settings = load_settings(given, tmp_path)
        assert isinstance(settings, Settings)
        yield World(slack, mail, settings, posts)


async def audited(folder: Path) -> list[AuditEntry]:
    history = SqlHistory(f"sqlite:///{folder / 'usage.db'}")
    await history.open()
    async with history.reading() as tx:
        found = await tx.audit.since(Slot(0), None)
    await history.close()
    return list(found)


ENDPOINTS = ("slack:#noc", "email:a@example.com", "terminal", "webhook:TICKETS_URL")


async def test_every_endpoint_gets_a_message_that_says_that_it_is_a_test(world: World, tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'usage.db'}")
    assert await world.tried() == (dict.fromkeys(ENDPOINTS, "delivered"), True)
    (post,) = world.slack.visible("noc")
    (mail,) = world.mail.mails
    ((headers, content),) = world.posts
    body = json.loads(content)
    told = (post, mail.get_body(("plain",)).get_content(), world.printed.getvalue(), body["text"])  # type: ignore[union-attr]
    assert all("This is a test of the receiver all" in text for text in told)
    assert all("\x1b" not in text for text in told)
    assert not [text for text in told if "Firing" in text or "Resolved" in text or "Over" in text]
    Draft202012Validator(webhook_schema()).validate(body)
    assert (body["test"], body["alerts"][0]["state"], body["news"]) == (True, "resolved", [])
    assert headers["webhook-signature"].startswith("v1,")
    (entry,) = await audited(tmp_path)
    assert (entry.action, entry.subject, entry.via) == ("tested", "all", "terminal")
    assert entry.detail == {"outcomes": dict.fromkeys(ENDPOINTS, "delivered")}


async def test_one_that_is_refused_keeps_no_other_from_its_message(world: World, tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'usage.db'}")
    world.slack.fail("chat.postMessage", refuses("is_archived"))
    world.mail.refuse_recipient("a@example.com", "550 no such user")
    found, _ = await world.tried()
    assert found["slack:#noc"].startswith("not delivered: ")
    assert found["email:a@example.com"].startswith("not delivered: ")
    assert found["terminal"] == found["webhook:TICKETS_URL"] == "delivered"
    (entry,) = await audited(tmp_path)
    assert entry.detail["outcomes"] == found


async def test_before_the_bot_first_ran_there_is_no_audit_and_no_database_is_made(world: World, tmp_path: Path) -> None:
    assert await world.tried() == (dict.fromkeys(ENDPOINTS, "delivered"), False)
    assert not (tmp_path / "usage.db").exists()


async def test_with_a_history_that_cannot_be_used_nothing_is_sent(world: World, tmp_path: Path) -> None:
    (tmp_path / "usage.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(HistoryError):
        await world.tried()
    assert world.slack.visible("noc") == []
    assert world.posts == []
