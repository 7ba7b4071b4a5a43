"""The same client over real sockets of the loopback: what only a network can do wrong."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import TypeAlias

import pytest

from bot.domain.usage import Bucket
from bot.service.ports import Answered, Declined, Unavailable
from tests.altostrat.conftest import Benches
from tests.altostrat.scripted import START, TOKEN, Bench, row

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter
Peer = Callable[[Writer, bytes], Awaitable[None]]
"""Answers one request, whose head it is given."""

BODY = json.dumps([row()]).encode()
GOOD = Answered([Bucket(int(START.timestamp()), 10, 4)], {})


def response(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def serving(*peers: Peer) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server whose n-th request meets the n-th peer, and later ones the last; its URL, and the heads it got."""
    heads: list[bytes] = []
    connections: set[asyncio.Task[None]] = set()

    async def connection(reader: Reader, writer: Writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        try:
            while not writer.is_closing():
                heads.append(await reader.readuntil(b"\r\n\r\n"))
                await peers[min(len(heads), len(peers)) - 1](writer, heads[-1])
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client has gone, or the test is over
        finally:
            writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heads
    finally:
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


async def says(text: bytes, writer: Writer, head: bytes) -> None:
    writer.write(text)
    await writer.drain()


async def hangs_up(text: bytes, writer: Writer, head: bytes) -> None:
    await says(text, writer, head)
    writer.close()


async def resets(text: bytes, writer: Writer, head: bytes) -> None:
    await says(text, writer, head)
    # Closing a socket that lingers for no time at all sends a reset.
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def is_silent(writer: Writer, head: bytes) -> None:
    await asyncio.Event().wait()


async def dribbles(writer: Writer, head: bytes) -> None:
    """A byte at a time, each long before any time-out for a single read."""
    await says(response(b"", length=10**6), writer, head)
    while True:
        await says(b" ", writer, head)
        await asyncio.sleep(0.01)


answers: Peer = partial(says, response(BODY))


async def test_an_answer_over_the_wire(bench: Benches) -> None:
    async with serving(answers) as (url, heads):
        assert await bench(base_url=url).ask() == GOOD
    assert heads[0].startswith(b"GET /metrics/dashboard/data-transferred?start_time=2025-10-29T08%3A00%3A00&")
    assert b"site_ids%5B%5D=d8f8f8f8-" in heads[0]
    assert b"accept-encoding: gzip\r\n" in heads[0].lower()


@pytest.mark.parametrize(
    "peer",
    [
        partial(hangs_up, b""),
        partial(hangs_up, b"HTTP/1.1 200"),
        partial(hangs_up, response(BODY[:20], length=len(BODY))),
        partial(hangs_up, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[{"),
        partial(resets, b""),
        partial(resets, response(BODY[:20], length=len(BODY))),
        partial(hangs_up, b"\x16\x03\x01 not http at all\r\n\r\n"),
        partial(hangs_up, b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000),
        partial(hangs_up, response(BODY, "200 OK", "Content-Length: 7")),
        partial(hangs_up, response(BODY[:20])),
    ],
    ids=[
        *("silence", "status", "cut", "chunk", "reset", "reset-in-body"),
        *("not-http", "endless-headers", "two-lengths", "cut-json"),
    ],
)
async def test_a_connection_that_breaks_is_tried_again_and_then_unavailable(bench: Benches, peer: Peer) -> None:
    async with serving(peer, answers) as (url, _):
        assert await network(bench, url).ask() == GOOD
    async with serving(peer) as (url, heads):
        assert isinstance(await network(bench, url).ask(), Unavailable)
    assert len(heads) == 3


def network(bench: Benches, url: str, **settings: object) -> Bench:
    return bench(base_url=url, **settings)


@pytest.mark.parametrize("peer", [is_silent, dribbles, partial(says, b"HTTP/1.1 200 OK\r\n")])
async def test_no_answer_takes_longer_than_its_time_out(bench: Benches, peer: Peer) -> None:
    short = timedelta(seconds=0.1)
    async with serving(peer, answers) as (url, _):
        assert await network(bench, url, timeout=short, attempts=1).ask() == Unavailable("no answer within 0.1 seconds")


async def test_connections_given_up_do_not_use_up_the_pool(bench: Benches) -> None:
    async with serving(*[is_silent] * 25, answers) as (url, _):
        asked = network(bench, url, timeout=timedelta(seconds=0.1), attempts=1)
        outcomes = await asyncio.gather(*(asked.ask() for _ in range(25)))
        assert {type(outcome) for outcome in outcomes} == {Unavailable}
        async with asyncio.timeout(30):
            while await asked.ask() != GOOD:
                pass  # a slow machine may need more than a tenth of a second; a pool that is used up never has it


async def test_nobody_listening_is_unavailable(bench: Benches) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        outcome = await network(bench, f"http://127.0.0.1:{unused.getsockname()[1]}").ask()
    assert isinstance(outcome, Unavailable)
    assert outcome.why.startswith("no connection")


async def test_a_name_that_does_not_exist_is_unavailable(bench: Benches) -> None:
    outcome = await network(bench, "http://nowhere.invalid", attempts=1).ask()
    assert isinstance(outcome, Unavailable)
    assert outcome.why.startswith("no connection")


async def test_a_broken_tls_is_said_to_be_one(bench: Benches) -> None:
    def plain(_: Reader, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        outcome = await network(bench, url, attempts=1).ask()
    assert isinstance(outcome, Unavailable)
    assert outcome.why.startswith("no secure connection")


async def test_a_flood_is_not_read_to_its_end(bench: Benches) -> None:
    sent = 0

    async def floods(writer: Writer, head: bytes) -> None:
        nonlocal sent
        await says(b"HTTP/1.1 200 OK\r\n\r\n[", writer, head)
        while True:
            await says(b" " * 65536, writer, head)
            sent += 65536

    async with serving(floods) as (url, _):
        outcome = await network(bench, url, max_body=2**20).ask()
    assert outcome == Unavailable("the body is larger than 1048576 bytes")
    assert sent < 30 * 2**20


async def test_the_token_is_not_taken_along_by_a_redirect(bench: Benches) -> None:
    async with serving(answers) as (other, others_heads):
        moved = partial(says, response(b"", "302 Found", f"Location: {other}/elsewhere"))
        async with serving(moved) as (url, heads):
            outcome = await network(bench, url).ask()
    assert isinstance(outcome, Declined)
    assert other in outcome.why
    assert (len(heads), others_heads) == (1, [])


async def test_cookies_are_not_kept(bench: Benches) -> None:
    async with serving(partial(says, response(BODY, "200 OK", "Set-Cookie: a=b; Path=/"))) as (url, heads):
        asked = network(bench, url)
        assert [await asked.ask(), await asked.ask()] == [GOOD, GOOD]
    assert b"cookie" not in heads[1].lower()


async def test_the_usual_proxy_is_used(bench: Benches, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(answers) as (url, heads):
        monkeypatch.setenv("HTTP_PROXY", url)
        assert await bench(base_url="http://api.invalid").ask() == GOOD
    assert heads[0].startswith(b"GET http://api.invalid/metrics/")
    assert TOKEN.encode() in heads[0]
