"""A redirect must not carry the bot's token to another host."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.notify.slack import SlackNotifier
from bot.notify.slack_client import slack_client
from bot.service.ports import Delivered
from tests.fakes.easel import Easel
from tests.fakes.loopback import served
from tests.fakes.slack import TOKEN, FakeSlack
from tests.fakes.slack_faults import Fault
from tests.notify.builders import NOW, news, quota, telling


class Elsewhere:
    """Another host, which keeps what it is sent and answers as Slack does."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def serve(self, request: web.Request) -> web.Response:
        self.heard.append(f"{request.path_qs} {dict(request.headers)} {await request.text()}")
        return web.json_response({"ok": True, "ts": "1.2", "channel": "C1", "messages": [], "channels": []})


@asynccontextmanager
async def host(handler: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    """The origin of a server that answers everything with `handler`."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    async with served(app) as port:
        yield f"http://localhost:{port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_picture_is_not_taken_along_by_a_redirect_of_its_address(slack: FakeSlack, status: int) -> None:
    elsewhere = Elsewhere()
    async with host(elsewhere.serve) as other:
        notifier = SlackNotifier(slack_client(TOKEN, slack.base_url), Easel(), lambda: NOW)
        told = await notifier.deliver(telling(news(quota())))
        assert isinstance(told, Delivered)
        slack.fail("upload", Fault(status, headers={"Location": f"{other}/upload"}))
        edit = telling(alerts=(quota(),), loud=False, id=13, ref=told.ref)
        assert isinstance(await notifier.deliver(edit), Delivered)
    assert slack.called("upload")
    assert elsewhere.heard == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_of_slacks_address_does_not_take_the_token_along(status: int) -> None:
    elsewhere = Elsewhere()
    async with host(elsewhere.serve) as other:
        location = other.replace("localhost", "127.0.0.1")

        async def moved(request: web.Request) -> web.Response:
            return web.Response(status=status, headers={"Location": location + request.path_qs})

        async with host(moved) as origin:
            outcome = await SlackNotifier(slack_client(TOKEN, origin + "/api/")).deliver(telling(news(quota())))
    assert not isinstance(outcome, Delivered)
    assert elsewhere.heard == []
