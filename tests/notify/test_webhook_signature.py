"""Signatures of webhooks: that their receivers can check them, and that the secret stays one."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.notify.webhook import WebhookNotifier
from bot.notify.webhook_signature import Signing, signature_headers
from bot.rules.model import Endpoint, Medium
from bot.service.ports import Delivered, Rejected, TryAgain
from tests.notify.builders import news, quota, telling

PAGE = (Path(__file__).parents[2] / "docs" / "webhook.md").read_text("utf-8")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY, OTHER = b64decode(SECRET.removeprefix("whsec_")), b"0" * 32
NOW = datetime(2026, 6, 1, 6, 40, tzinfo=UTC)
SIGNED = Endpoint(Medium.WEBHOOK, ("TICKETS_URL",), "TICKETS_SECRET")
FIRST = telling(news(quota()), endpoint=SIGNED)


def test_a_signature_is_the_one_that_the_standard_gives_for_its_example() -> None:
    headers = signature_headers([KEY], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def posted(endpoint: Endpoint = SIGNED, keys: tuple[bytes, ...] = (KEY,)) -> httpx.Request:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204)

    signing = Signing(lambda _: keys, lambda: NOW)
    notifier = WebhookNotifier(lambda _: "https://tickets.example.com/", httpx.MockTransport(answer), signing)
    assert await notifier.deliver(replace(FIRST, endpoint=endpoint)) == Delivered("posted")
    (request,) = seen
    return request


def verify() -> Any:
    """The function of the page, as a reader would copy it."""
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/webhook.md", "exec"), names)  # noqa: S102 - our own page
    return names["verified"]


async def test_the_example_of_the_documentation_lets_in_what_is_posted_and_nothing_else() -> None:
    check, request = verify(), await posted()
    at, body = NOW.timestamp() + 60, request.content
    assert check(request.headers, body, SECRET, at)
    assert not check(request.headers, body + b" ", SECRET, at)
    assert not check(request.headers, body, "whsec_" + "A" * 32, at)
    assert not check({**request.headers, "webhook-id": "usagebot-13"}, body, SECRET, at)
    assert not check({**request.headers, "webhook-timestamp": str(int(at))}, body, SECRET, at)
    assert not check(request.headers, body, SECRET, at + 300)
    assert not check(request.headers, body, SECRET, at - 600)
    assert not check({}, body, SECRET, at)


async def test_while_a_secret_is_replaced_both_are_good() -> None:
    check, request = verify(), await posted(keys=(OTHER, KEY))
    assert request.headers["webhook-signature"].count("v1,") == 2
    assert check(request.headers, request.content, SECRET, NOW.timestamp())


async def test_without_a_secret_nothing_is_signed_and_a_retry_is_known_all_the_same() -> None:
    request = await posted(Endpoint(Medium.WEBHOOK, ("TICKETS_URL",)))
    assert request.headers["webhook-id"] == request.headers["idempotency-key"] == "usagebot-12"
    assert request.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert "webhook-signature" not in request.headers


@pytest.mark.parametrize("signing", [None, Signing(lambda _: Rejected("TICKETS_SECRET: it is not set."), lambda: NOW)])
async def test_what_cannot_be_signed_is_not_posted(signing: Signing | None) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.method)

    notifier = WebhookNotifier(lambda _: "https://tickets.example.com/", httpx.MockTransport(answer), signing)
    outcome = await notifier.deliver(FIRST)
    assert isinstance(outcome, TryAgain)
    assert outcome.needs_operator
    assert "TICKETS_SECRET" in outcome.why
