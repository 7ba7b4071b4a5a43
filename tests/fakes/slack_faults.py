"""How a call of Slack's can go wrong. One fault is for one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """`takes_effect`: the call does its work before it goes wrong. `drops`: the connection is cut instead of an
    answer; `hangs`: there is no answer until the server stops; else `status`, `headers` and `body` are the answer."""

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    takes_effect: bool = False
    drops: bool = False
    hangs: bool = False


def refuses(code: str, **more: str) -> Fault:
    """Slack's usual refusal: 200, with an error code."""
    fields = "".join(f', "{key}": "{value}"' for key, value in more.items())
    return Fault(body=f'{{"ok": false, "error": "{code}"{fields}}}')


def rate_limited(seconds: int) -> Fault:
    return Fault(429, '{"ok": false, "error": "ratelimited"}', {"Retry-After": str(seconds)})


def server_error(status: int = 500) -> Fault:
    return Fault(status, "<html>upstream error</html>", content_type="text/html")


def drops(*, takes_effect: bool = False) -> Fault:
    return Fault(drops=True, takes_effect=takes_effect)


def hangs(*, takes_effect: bool = False) -> Fault:
    return Fault(hangs=True, takes_effect=takes_effect)
