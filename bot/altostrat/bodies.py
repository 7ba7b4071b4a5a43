"""Bodies of responses: read up to a limit, decompressed under the same limit, and decoded."""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import httpx
import msgspec

GZIP = 16 + zlib.MAX_WBITS
ACCEPTED_ENCODING = "gzip"
MOST_VALUES = 500_000
"""A month of one-minute rows has 225,000. Without a bound, 8 MiB of brackets become hundreds of megabytes of lists."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A body that is no answer, and whether another try may bring a better one soon."""

    why: str
    may_pass: bool


async def read_body(response: httpx.Response, limit: int) -> bytes | Foreign:
    """The whole body, or why not. Holds at most `limit` bytes and a piece, however well they were compressed.

    Decompression is ours and not httpx's, which inflates a piece a thousandfold before it can be counted.
    Raises what httpx raises of a connection that breaks.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        return Foreign("the body is compressed in a way that was not asked for", may_pass=False)
    try:
        if encoding.endswith("gzip"):
            return await _inflated(response.aiter_raw(), limit)
        return await _plain(response.aiter_raw(), limit)
    except zlib.error:
        return Foreign("the compressed body is broken", may_pass=True)


def _too_large(limit: int) -> Foreign:
    return Foreign(f"the body is larger than {limit} bytes", may_pass=False)


async def _plain(pieces: AsyncIterator[bytes], limit: int) -> bytes | Foreign:
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > limit:
            return _too_large(limit)
    return bytes(body)


async def _inflated(pieces: AsyncIterator[bytes], limit: int) -> bytes | Foreign:
    inflate, body, received = zlib.decompressobj(GZIP), bytearray(), 0
    async for piece in pieces:
        received += len(piece)
        body += inflate.decompress(piece, limit + 1 - len(body))
        if max(len(body), received) > limit:
            return _too_large(limit)
    if received and not inflate.eof:
        return Foreign("the compressed body is cut off", may_pass=True)
    return bytes(body)


def decode(body: bytes) -> object | Foreign:
    """The JSON value of a body. Never raises."""
    text = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return Foreign("the body is empty", may_pass=True)
    if text.startswith(b"<"):
        return Foreign("a web page came instead of JSON (a proxy, or the wrong base URL?)", may_pass=False)
    if sum(map(text.count, (b",", b"[", b"{"))) > MOST_VALUES:
        return Foreign(f"the JSON holds more than {MOST_VALUES:,} values", may_pass=False)
    return _decoded(msgspec.json.decode, text)


def _decoded(decoder: Callable[[bytes], object], text: bytes) -> object | Foreign:
    try:
        return decoder(text)
    except RecursionError:
        return Foreign("the JSON is nested too deeply", may_pass=False)
    except msgspec.ValidationError:
        # Well-formed, but a number is too large for msgspec: one bad row must not cost the others.
        return _decoded(_patient, text)
    except ValueError:
        return Foreign("the body is not JSON, or is cut off", may_pass=True)


def _patient(text: bytes) -> object:
    return json.loads(text, parse_int=_whole)


def _whole(digits: str) -> int | float:
    """Long digits are not worth their time: what they stand for is refused as enormous anyway."""
    return int(digits) if len(digits) <= 20 else float(digits)
