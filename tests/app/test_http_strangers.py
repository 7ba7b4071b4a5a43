"""What strangers can do to the HTTP port: too much, too slowly, too often, or nonsense."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.app.connections import Limits
from bot.app.http import Door, Listener, build_web
from bot.app.metrics import Metrics

SHORT = timedelta(milliseconds=100)
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n"


async def ready() -> Mapping[str, str]:
    return {}


async def echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read())


@asynccontextmanager
async def listening(limits: Limits | None = None) -> AsyncIterator[int]:
    app = build_web(Door(Metrics(), ready), [web.post("/slack/events", echo)], limits)
    listener = Listener(app, "127.0.0.1", 0, limits=limits)
    port = await listener.start()
    try:
        yield port
    finally:
        await listener.stop()


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    """All that the bot says until it hangs up, which it must."""
    async with asyncio.timeout(10):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


async def said(port: int, sent: bytes) -> bytes:
    async with connected(port) as (reader, writer):
        writer.write(sent)
        return await until_closed(reader)


@pytest.mark.parametrize("head", [b"", b"GET /healthz HTTP/1.1\r\nHost: b", HEALTH + b"GET /hea"])
async def test_a_connection_whose_request_does_not_come_is_closed(head: bytes) -> None:
    async with listening(Limits(idle=SHORT)) as port:
        answer = await said(port, head)
    assert answer.count(b"200 OK") == head.count(b"\r\n\r\n")


async def test_a_request_whose_body_does_not_come_is_ended() -> None:
    head = b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Length: 1000\r\n\r\nhalf"
    async with listening(Limits(handling=SHORT)) as port:
        answer = await said(port, head)
    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_connections_beyond_the_limit_are_hung_up_on_and_logged_once() -> None:
    with capture_logs() as logs:
        async with listening(Limits(connections=1)) as port, connected(port) as (reader, writer):
            writer.write(HEALTH)
            await reader.readuntil(b"}")
            assert [await said(port, HEALTH) for _ in range(3)] == [b"", b"", b""]
            writer.write(HEALTH)
            assert b'{"alive": true}' in await reader.readuntil(b"}")
    assert [line["event"] for line in logs].count("http_connections_full") == 1


async def test_a_place_that_is_given_up_is_free_again() -> None:
    async with listening(Limits(connections=1, idle=SHORT)) as port:
        assert b"200 OK" in await said(port, HEALTH)
        assert b"200 OK" in await said(port, HEALTH)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET /healthz HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n" + b"X: a\r\n" * 500 + b"\r\n",
        b"POST /slack/events HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /slack/events HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
async def test_nonsense_is_a_bad_request_without_versions_echoes_or_tracebacks(
    sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening() as port:
        answer = await said(port, sent)
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    assert b"aiohttp" not in answer
    assert b"Python" not in answer
    assert b"aaaa" not in answer
    assert caplog.records == []


@pytest.mark.parametrize("path", ["/", "/healthz/", "/..%2f..%2fetc/passwd", "/metrics", "/slack/events", "/healthz"])
@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "OPTIONS", "CONNECT"])
async def test_other_methods_and_paths_are_refused_by_a_server_without_versions(method: str, path: str) -> None:
    async with listening() as port:
        answer = await said(port, f"{method} {path} HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n".encode())
    assert answer.split()[1] in {b"400", b"404", b"405"}
    assert b"Server: usagebot\r\n" in answer


async def test_a_compressed_body_is_not_unpacked() -> None:
    body = gzip.compress(b"x" * 10_000_000)
    head = f"POST /slack/events HTTP/1.1\r\nHost: b\r\nConnection: close\r\nContent-Length: {len(body)}"
    encoded = f"{head}\r\nContent-Encoding: gzip\r\n\r\n".encode() + body
    async with listening() as port:
        answer = await said(port, encoded)
    assert answer.endswith(body)
