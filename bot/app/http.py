"""The HTTP door: `/healthz`, `/readyz`, `/metrics`, and whatever routes are added (Slack's events)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta

import structlog
from aiohttp import web

from bot.app.connections import BACKLOG, NAME, Limits, Turnstile, bounded
from bot.app.metrics import Metrics
from bot.app.start import CannotListenError

log = structlog.get_logger(__name__)

LARGEST_BODY = 1024 * 1024
"""Slack's largest payloads are a few hundred kilobytes."""

Ready = Callable[[], Awaitable[Mapping[str, str]]]
"""What keeps the bot from its work, by part (`history`, `rules`, …): empty means ready."""

Refresh = Callable[[], Awaitable[None]]
"""Brings gauges up to date before a scrape."""


async def _nothing() -> None:
    return None


class Door:
    """The handlers, and what they ask."""

    def __init__(
        self, metrics: Metrics, ready: Ready, refresh: Refresh = _nothing, patience: timedelta = timedelta(seconds=5)
    ) -> None:
        self._metrics = metrics
        self._ready = ready
        self._refresh = refresh
        self._patience = patience.total_seconds()
        self._failing: dict[str, str] = {}

    async def healthz(self, request: web.Request) -> web.Response:
        """200 as long as the event loop gets round to it."""
        del request
        return web.json_response({"alive": True})

    async def readyz(self, request: web.Request) -> web.Response:
        del request
        reasons = await self._reasons()
        return web.json_response({"ready": not reasons, "reasons": reasons}, status=503 if reasons else 200)

    async def metrics(self, request: web.Request) -> web.Response:
        """A refresh that fails costs fresh gauges, not the scrape."""
        del request
        try:
            async with asyncio.timeout(self._patience):
                await self._refresh()
            self._failing.pop("metrics_refresh_failed", None)
        except Exception as error:  # noqa: BLE001 - see above
            self._complain("metrics_refresh_failed", error)
        page = self._metrics.page()
        return web.Response(body=page.body, headers={"Content-Type": page.content_type})

    async def _reasons(self) -> dict[str, str]:
        try:
            async with asyncio.timeout(self._patience):
                reasons = dict(await self._ready())
        except TimeoutError:
            return {"check": "the check took too long"}
        except Exception as error:  # noqa: BLE001 - whatever it is, the bot is not ready
            self._complain("ready_check_failed", error)
            return {"check": "the check failed; the log says why"}
        self._failing.pop("ready_check_failed", None)
        return reasons

    def _complain(self, event: str, error: Exception) -> None:
        """Said once of each kind of failure in a row: scrapes come every few seconds."""
        kind = f"{type(error).__name__}: {error}"
        if self._failing.get(event) != kind:
            log.error(event, error=type(error).__name__, why=str(error), exc_info=error)
        self._failing[event] = kind


async def _quiet_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Strangers need not know which versions run here."""
    del request
    response.headers["Server"] = NAME


def build_web(door: Door, routes: Iterable[web.AbstractRouteDef] = (), limits: Limits | None = None) -> web.Application:
    """The application. `routes` are added to the three; everything else is 404, and a body above 1 MiB 413."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[bounded(limits or Limits())])
    app.add_routes(
        [
            web.get("/healthz", door.healthz),
            web.get("/readyz", door.readyz),
            web.get("/metrics", door.metrics),
            *routes,
        ]
    )
    app.on_response_prepare.append(_quiet_headers)
    return app


class Listener:
    """An application that listens, from `start` to `stop`."""

    def __init__(
        self,
        app: web.Application,
        host: str,
        port: int,
        grace: timedelta = timedelta(seconds=5),
        limits: Limits | None = None,
    ) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=grace.total_seconds())
        self._host = host
        self._port = port
        self._limits = limits or Limits()
        self._listening: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen; the port, which port 0 leaves to the system. Raises CannotListenError."""
        await self._runner.setup()
        assert self._runner.server is not None  # noqa: S101 - that is what set-up makes
        turnstile, loop = Turnstile(self._runner.server, self._limits), asyncio.get_running_loop()
        try:
            self._listening = await loop.create_server(turnstile, self._host, self._port, backlog=BACKLOG)
        except OSError as error:
            await self._runner.cleanup()
            why = os.strerror(error.errno).lower() if error.errno and error.errno > 0 else "no such host"
            remedy = "Choose another HTTP_PORT or HTTP_HOST"
            raise CannotListenError(f"cannot listen on {self._host}:{self._port}: {why}. {remedy}.") from None
        port: int = self._listening.sockets[0].getsockname()[1]
        log.info("http_listening", host=self._host, port=port)
        return port

    async def stop(self) -> None:
        """Take no new requests, let those under way end within the grace, close. May be called twice."""
        if self._listening is not None:
            self._listening.close()
        await self._runner.cleanup()
