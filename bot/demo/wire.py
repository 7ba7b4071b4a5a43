"""Responses that are wrong below the level of JSON: resets, cut bodies, pages, floods."""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping
from typing import assert_never

from aiohttp import web

from bot.demo.faults import Down, Failing, Html, Huge, Truncated

_PAGE = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>"
_ROW = (
    b'{"time_slot":"2025-10-29 10:00:00","total_in_bytes":937500000,"total_out_bytes":176250000,'
    b'"total_combined_bytes":1113750000},'
)
_PIECE = _ROW * 512


BROKEN = Down | Failing | Html | Huge
"""Faults that leave nothing of the answer."""


def json_response(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


async def broken(request: web.Request, fault: Down | Failing | Html | Huge) -> web.StreamResponse:
    """What a fault puts in the place of the answer."""
    match fault:
        case Down():
            return _reset(request)
        case Failing(status, retry_after):
            # An empty body, as load balancers have.
            return web.Response(status=status, headers={"Retry-After": retry_after} if retry_after else None)
        case Html(status):
            return web.Response(body=_PAGE, status=status, content_type="text/html")
        case Huge(megabytes):
            return await _flood(request, megabytes)
        case _:
            assert_never(fault)


async def truncated(request: web.Request, body: bytes, fault: Truncated) -> web.StreamResponse:
    """Half the body: as if complete, or announced whole and cut by hanging up."""
    half = body[: len(body) // 2]
    if fault.whole_response:
        return json_response(half)
    response = web.StreamResponse(headers={"Content-Length": str(len(body))})
    response.content_type = "application/json"
    await response.prepare(request)
    await response.write(half)
    if request.transport is not None:
        request.transport.close()
    return response


def _reset(request: web.Request) -> web.Response:
    """Cut the connection with a TCP reset; what is returned is never seen."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        # Closing a socket that lingers for no time at all sends a reset instead of a farewell.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=500)


async def _flood(request: web.Request, megabytes: int) -> web.StreamResponse:
    """A valid JSON array, larger than so many megabytes; ends early if the client hangs up."""
    response = web.StreamResponse()
    response.content_type = "application/json"
    await response.prepare(request)
    await response.write(b"[")
    for _ in range(-(-megabytes * 10**6 // len(_PIECE))):
        await response.write(_PIECE)
    await response.write(_ROW.rstrip(b",") + b"]")
    return response
