"""A hostile API over real sockets: however much it sends, memory stays bounded and the answer is a refusal."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from bot.altostrat.bodies import MOST_VALUES, Foreign, decode
from bot.service.ports import Answered
from tests.altostrat.scripted import Bench
from tests.altostrat.test_wire import Peer, Writer, response, says, serving

MEBIBYTE = 2**20
CAP = 4 * MEBIBYTE
BOMB = gzip.compress(b"[" + b" " * 256 * MEBIBYTE + b"]", compresslevel=9)
GZIPPED = "Content-Encoding: gzip"


@contextmanager
def at_most(size: int) -> Iterator[None]:
    """The block holds no more memory of Python's than `size` bytes at any moment."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < size
    finally:
        tracemalloc.stop()


async def endless(
    writer: Writer, head: bytes, first: bytes = b"[", piece: bytes = b'"0123456789abcdef",' * 1024
) -> None:
    """Chunks without end; the client has to hang up."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for chunk in (first, *[piece] * 100_000):
        writer.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        await writer.drain()


async def endless_head(writer: Writer, head: bytes) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(1_000_000):
        writer.write(f"X-{number}: {'x' * 1000}\r\n".encode())
        await writer.drain()


async def many_headers(writer: Writer, head: bytes) -> None:
    await says(response(b"[]", "200 OK", *(f"X-{number}: y" for number in range(5000))), writer, head)


HOSTILE: dict[str, Peer] = {
    "a bomb that is announced": partial(says, response(BOMB, "200 OK", GZIPPED)),
    "a bomb in an error": partial(says, response(BOMB, "400 Bad Request", GZIPPED)),
    "a bomb of a bomb": partial(says, response(gzip.compress(BOMB), "200 OK", GZIPPED)),
    "an endless body": endless,
    "endless blanks": partial(endless, first=b" ", piece=b" " * 16384),
    "an endless head": endless_head,
    "one endless header": partial(says, b"HTTP/1.1 200 OK\r\nX: " + b"y" * CAP),
    "an endless status line": partial(says, b"HTTP/1.1 200 " + b"y" * CAP),
    "thousands of headers": many_headers,
    "a body that claims an exabyte": partial(says, response(b"[" + b"0," * CAP, length=10**18)),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_flood_is_refused_with_bounded_memory(name: str) -> None:
    async with serving(HOSTILE[name]) as (url, _):
        bench = Bench(base_url=url, max_body=CAP, attempts=1)
        with at_most(4 * CAP):
            outcome = await bench.ask()
        await bench.client.close()
    assert not isinstance(outcome, Answered) or name == "thousands of headers"


def fill(piece: bytes, cap: int = 8 * MEBIBYTE) -> bytes:
    """A list of as many pieces as fit."""
    return b"[" + (piece * (cap // len(piece)))[:-1] + b"]"


@pytest.mark.parametrize("piece", [b"{},", b"[],", b"[[[[[]]]]],", b'{"a":0},', b'"a",', b"0,", b"1e400,"])
def test_a_body_of_millions_of_values_is_not_decoded(piece: bytes) -> None:
    """8 MiB of brackets would become 325 MB of lists."""
    body = fill(piece)
    with at_most(2 * len(body)):
        assert decode(body) == Foreign(f"the JSON holds more than {MOST_VALUES:,} values", may_pass=False)


def test_a_month_of_one_minute_rows_is_no_flood() -> None:
    row = b'{"time_slot":"2025-10-29 10:00:00","total_in_bytes":1,"total_out_bytes":2,"total_combined_bytes":3},'
    rows = decode(b"[" + (row * (31 * 1440))[:-1] + b"]")
    assert isinstance(rows, list)
    assert len(rows) == 31 * 1440


def test_enormous_texts_and_numbers_are_refused_rows() -> None:
    long = b"9" * 2 * MEBIBYTE
    for value in (long, b'"' + long + b'"', b"-" + long, b"0." + long, b"1e" + long):
        rows = decode(b'[{"time_slot":' + value + b',"total_in_bytes":' + value + b"}]")
        assert isinstance(rows, list | Foreign)
