"""What strangers may do to the HTTP port: how many connections, for how long, and what they learn from nonsense."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

log = structlog.get_logger(__name__)

NAME = "usagebot"
BACKLOG = 32


@dataclass(frozen=True, slots=True)
class Limits:
    """`connections` are open at the same time. A request's head must have come `idle` after the connection was made,
    or after the answer before it; the rest of the request and its answer take `handling` at most."""

    connections: int = 100
    idle: timedelta = timedelta(seconds=15)
    handling: timedelta = timedelta(seconds=15)


def bounded(limits: Limits) -> Middleware:
    """Ends requests that take too long, such as those whose body never comes, with 408."""

    @web.middleware
    async def end_late(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            async with asyncio.timeout(limits.handling.total_seconds()):
                return await handler(request)
        except TimeoutError:
            raise web.HTTPRequestTimeout(headers={"Connection": "close"}) from None

    return end_late


class Turnstile:
    """Makes a protocol for each connection that is accepted; beyond the limit, one that hangs up.

    Connections accepted in the same turn of the loop are not counted yet: BACKLOG bounds how many those are.
    """

    def __init__(self, server: web.Server, limits: Limits) -> None:
        self._server = server
        self._limits = limits
        self._is_full = False

    def __call__(self) -> asyncio.Protocol:
        is_full = len(self._server.connections) >= self._limits.connections
        if is_full and not self._is_full:  # once, not for each: strangers do not write our log
            log.warning("http_connections_full", open=self._limits.connections)
        self._is_full = is_full
        return _HangUp() if is_full else self._connection()

    def _connection(self) -> asyncio.Protocol:
        return _Connection(
            self._server,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=self._limits.idle.total_seconds(),
            lingering_time=1.0,
            auto_decompress=False,  # nobody who may talk to us compresses, and signatures are over the bytes as sent
            access_log=None,  # type: ignore[arg-type] # its documentation allows it
        )


class _HangUp(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - the loop's promise
        transport.abort()


class _Connection(web.RequestHandler):
    """As aiohttp's, but what is no HTTP gets an answer without versions, and no traceback in the log."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if status == HTTPStatus.BAD_REQUEST:
            log.debug("http_request_malformed", why=type(exc).__name__)
            response: web.StreamResponse = web.Response(status=status, text="400: Bad Request")
            response.force_close()
        else:
            response = super().handle_error(request, status, exc, message)
        response.headers["Server"] = NAME
        return response
