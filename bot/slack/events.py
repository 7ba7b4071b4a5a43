"""Slack over HTTP: `POST /slack/events`, behind a guard that lets nobody through but Slack."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import Clock as SdkClock
from slack_sdk.signature import SignatureVerifier

from bot.service.ports import Clock
from bot.slack.app import SlackApp
from bot.slack.replays import SeenSignatures

log = structlog.get_logger(__name__)

PATH = "/slack/events"
LARGEST_BODY = 1024 * 1024
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


class Guard:
    """Verifies that a request is Slack's: signed with the secret, at most five minutes ago (or ahead), and new.

    It says why it refuses to the log alone. What the SDK's verifier would raise an error for (a timestamp that is
    no number, a signature or body that is no text) is refused like everything else.
    """

    def __init__(self, signing_secret: str, clock: Clock) -> None:
        self._verifier = SignatureVerifier(signing_secret, _Seconds(clock))
        self._clock = clock
        self._seen = SeenSignatures()

    async def body(self, request: web.Request) -> str:
        """The verified body. Raises HTTPRequestEntityTooLarge above 1 MiB, and HTTPUnauthorized."""
        _refuse_above(LARGEST_BODY, request.content_length or 0)
        body = await request.read()
        _refuse_above(LARGEST_BODY, len(body))
        timestamp, signature = _only(request, "X-Slack-Request-Timestamp"), _only(request, "X-Slack-Signature")
        if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
            raise _unauthorized("malformed")
        try:
            text = body.decode()
        except UnicodeDecodeError:
            raise _unauthorized("not_text") from None
        if not self._verifier.is_valid(text, timestamp, signature):
            raise _unauthorized("not_valid")
        if not self._seen.is_new(signature, datetime.fromtimestamp(int(timestamp), UTC), self._clock()):
            raise _unauthorized("replayed")
        return text


class _Seconds(SdkClock):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()


def slack_routes(app: SlackApp, signing_secret: str, clock: Clock) -> list[web.RouteDef]:
    """The routes of HTTP mode."""
    guard = Guard(signing_secret, clock)

    async def events(request: web.Request) -> web.Response:
        # Not Bolt's own conversion: that decodes the body by a charset the sender names, and the guard by UTF-8.
        body = await guard.body(request)
        headers: dict[str, str | Sequence[str]] = {name: request.headers.getall(name) for name in request.headers}
        bolt_request = AsyncBoltRequest(body=body, query=request.query_string, headers=headers)
        return await to_aiohttp_response(await app.bolt.async_dispatch(bolt_request))

    return [web.post(PATH, events)]


def _only(request: web.Request, name: str) -> str:
    """A header that is there once, else ""."""
    values = request.headers.getall(name, [])
    return values[0] if len(values) == 1 else ""


def _refuse_above(limit: int, size: int) -> None:
    if size > limit:
        raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=size)


def _unauthorized(why: str) -> web.HTTPUnauthorized:
    log.warning("slack_request_refused", why=why)
    return web.HTTPUnauthorized()
