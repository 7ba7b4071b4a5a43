"""A Slack workspace over real HTTP, as far as the bot uses one.

    async with FakeSlack() as slack:
        slack.add_channel("noc")
        await notifier_for(slack.client()).deliver(...)
        assert slack.visible("noc") == ["..."]

It enforces Slack's limits, keeps what it was sent, and goes wrong as told: after
`slack.fail("chat.update", rate_limited(30))` the next call of that method does. A test that sent what breaks a limit
fails at its end, whatever the bot made of the refusal, unless it empties `over_limit`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import ClientSession, ClientTimeout, web
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack_faults import Fault
from tests.fakes.slack_limits import refusal
from tests.fakes.slack_people import FakePeople
from tests.fakes.slack_workspace import JsonObject, SlackRefusalError

TOKEN = "xoxb-fake-token"


@dataclass(frozen=True)
class Call:
    method: str
    arguments: JsonObject


class FakeSlack(FakePeople):
    """See the module. `calls` are all calls in order; `responses` what was sent to a `response_url`; `scopes` are those
    of the token, which every answer names; `app_token` is the one that `apps.connections.open` wants, where it is set.
    """

    def __init__(self, token: str = TOKEN, page: int = 100) -> None:
        super().__init__(page)
        self.token = token
        self.app_token: str | None = None
        self.scopes: str | None = None
        self.calls: list[Call] = []
        self.responses: list[JsonObject] = []
        self._faults: dict[str, list[Fault]] = {}
        self._stopping = asyncio.Event()
        self._sessions: list[ClientSession] = []

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._serve)
        app.router.add_post("/response/{name}", self._respond)
        app.router.add_post("/upload/v1/{file}", self._upload)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.origin = self.files.host = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stopping.set()
        for session in self._sessions:
            await session.close()
        await self._runner.cleanup()
        assert self.over_limit == [], "messages broke Slack's limits"

    @property
    def base_url(self) -> str:
        return f"{self.origin}/api/"

    def client(self, token: str | None = None, timeout: float = 10) -> AsyncWebClient:
        """A client of this workspace, closed with it."""
        session = ClientSession(timeout=ClientTimeout(total=timeout))
        self._sessions.append(session)
        return AsyncWebClient(token=token or self.token, base_url=self.base_url, session=session)

    def response_url(self, name: str = "1") -> str:
        """A `response_url`, whose answers are kept in `responses`."""
        return f"{self.origin}/response/{name}"

    def fail(self, method: str, *faults: Fault) -> None:
        """The next calls of the method go wrong, one fault each."""
        self._faults.setdefault(method, []).extend(faults)

    def called(self, method: str) -> list[JsonObject]:
        """The arguments of every call of the method."""
        return [call.arguments for call in self.calls if call.method == method]

    # --- HTTP -----------------------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method, arguments = request.match_info["method"], await _arguments(request)
        self.calls.append(Call(method, arguments))
        fault = self._fault(method, arguments)
        if fault is None or fault.takes_effect:
            answer = self._answer(method, arguments, request.headers.get("Authorization", ""))
            if fault is None:
                return web.json_response(answer, headers={"X-OAuth-Scopes": self.scopes} if self.scopes else None)
        return await self._go_wrong(fault, request)

    def _fault(self, method: str, arguments: JsonObject) -> Fault | None:
        """What goes wrong with this call; for a subclass to say otherwise."""
        waiting = self._faults.get(method)
        return waiting.pop(0) if waiting else None

    async def _go_wrong(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        if fault.hangs:
            await self._stopping.wait()
        if fault.drops or fault.hangs:
            if request.transport is not None:
                request.transport.close()
            return web.Response()
        return web.Response(
            status=fault.status, text=fault.body, headers=dict(fault.headers), content_type=fault.content_type
        )

    async def _respond(self, request: web.Request) -> web.Response:
        answer = await request.json()
        refused = refusal(answer)
        if refused is not None:
            self.over_limit.append(refused)
            return web.Response(status=400, text=refused[0])
        self.responses.append({"name": request.match_info["name"], **answer})
        return web.Response(text="ok")

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        """An address of its own for each file; faults are those of the method "upload"."""
        content, headers = await request.read(), dict(request.headers)
        self.calls.append(Call("upload", {"file": request.match_info["file"], "headers": headers}))
        fault = self._fault("upload", {})
        status = self.files.take(request.match_info["file"], content) if fault is None or fault.takes_effect else 0
        if fault is not None:
            return await self._go_wrong(fault, request)
        return web.Response(status=status, text=f"OK - {len(content)}" if status == 200 else "no")

    def _answer(self, method: str, arguments: JsonObject, authorization: str) -> JsonObject:
        try:
            self._admit(method, authorization)
            return {"ok": True, **self.methods[method](arguments)}
        except SlackRefusalError as refused:
            return {"ok": False, "error": refused.args[0], "response_metadata": {"messages": list(refused.args[1:])}}

    def _admit(self, method: str, authorization: str) -> None:
        if not authorization:
            raise SlackRefusalError("not_authed")
        for_app = method == "apps.connections.open" and self.app_token is not None
        if authorization != f"Bearer {self.app_token if for_app else self.token}":
            raise SlackRefusalError("invalid_auth")
        if method not in self.methods:
            raise SlackRefusalError("unknown_method")


async def _arguments(request: web.Request) -> JsonObject:
    """Of a query, a form (whose blocks and the like are JSON text) or a JSON body."""
    if request.content_type == "application/json" and request.can_read_body:
        found: JsonObject = await request.json()
        return found
    form: Mapping[str, Any] = {**request.query, **await request.post()}
    structured = {"blocks", "attachments", "metadata", "files", "view"}
    return {key: json.loads(value) if key in structured else value for key, value in form.items()}
