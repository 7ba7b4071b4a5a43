"""Webhooks: what is posted, what comes of it, and that the URL stays secret."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import msgspec
import pytest
from aiohttp import web

from bot.notify.webhook import LARGEST, WebhookNotifier
from bot.notify.webhook_body import body_of
from bot.rules.model import Endpoint, Medium
from bot.service.ports import Delivered, Outcome, Rejected, TryAgain
from tests.fakes.loopback import served
from tests.notify.builders import HOSTILE, ended, news, quota, telling, threshold, trouble

SECRET = "s3cr3t-path"
URL = f"https://tickets.example.com/hooks/{SECRET}?key=k3y"
TICKETS = Endpoint(Medium.WEBHOOK, ("TICKETS_URL",))
FIRST = telling(news(quota()), endpoint=TICKETS)


def answering(answer: Callable[[httpx.Request], httpx.Response], url: str = URL) -> WebhookNotifier:
    return WebhookNotifier(lambda _: url, httpx.MockTransport(answer))


async def told(status: int, **headers: str) -> Outcome:
    return await answering(lambda _: httpx.Response(status, headers=headers, text=SECRET)).deliver(FIRST)


async def test_a_notification_is_posted_as_json_with_a_key_that_a_retry_keeps() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204)

    assert await answering(answer).deliver(FIRST) == Delivered("posted")
    (request,) = seen
    assert (request.method, str(request.url)) == ("POST", URL)
    assert request.headers["idempotency-key"] == "usagebot-12"
    body = msgspec.json.decode(request.content)
    assert (body["version"], body["id"], body["message"], body["receiver"]) == (1, 12, 5, "noc")
    assert "Cape Town has used 80" in body["text"]
    (alert,) = body["alerts"]
    assert (alert["site"], alert["state"], alert["step"], alert["value"]) == ("Cape Town", "firing", "80%", 402 * 10**9)
    assert alert["since"] == "2025-11-20T12:05:00Z"
    (one,) = body["news"]
    assert (one["alert"], one["transition"], one["at"]) == ("A17", "fired", "2025-11-20T12:05:00Z")


async def test_a_mere_edit_posts_nothing() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.method)

    assert await answering(answer).deliver(replace(FIRST, loud=False, ref="posted")) == Delivered("posted")


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_any_success_is_delivered(status: int) -> None:
    assert await told(status) == Delivered("posted")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_what_may_pass_is_tried_again(status: int) -> None:
    assert await told(status) == TryAgain(f"the address in TICKETS_URL answers {status}")


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("120", timedelta(minutes=2)),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("-1", None),
        ("9" * 30, None),
        ("²", None),
    ],
)
async def test_a_pause_that_is_asked_for_is_kept(header: str, after: timedelta | None) -> None:
    response = httpx.Response(429, headers=[(b"retry-after", header.encode())])
    outcome = await answering(lambda _: response).deliver(FIRST)
    assert isinstance(outcome, TryAgain)
    assert outcome.after == after


@pytest.mark.parametrize("status", [400, 404, 410, 413, 422])
async def test_a_refusal_is_for_a_person(status: int) -> None:
    outcome = await told(status)
    assert isinstance(outcome, Rejected)
    assert str(status) in outcome.why


@pytest.mark.parametrize("status", [401, 403])
async def test_who_lets_nobody_in_needs_the_operator(status: int) -> None:
    outcome = await told(status)
    assert isinstance(outcome, TryAgain)
    assert outcome.needs_operator
    assert str(status) in outcome.why


async def test_a_redirect_is_not_followed() -> None:
    outcome = await told(302, location="https://elsewhere.example.com/")
    assert outcome == Rejected("the address in TICKETS_URL answers with a redirect (302): name the final address")


@pytest.mark.parametrize(
    "error", [httpx.ConnectError, httpx.ReadTimeout, httpx.ConnectTimeout, httpx.RemoteProtocolError, httpx.ProxyError]
)
async def test_what_happens_on_the_way_is_tried_again(error: type[httpx.TransportError]) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error(f"no way to {request.url}", request=request)

    outcome = await answering(answer).deliver(FIRST)
    assert outcome == TryAgain(f"the address in TICKETS_URL cannot be reached ({error.__name__})")


async def test_a_setting_without_a_url_waits_for_the_operator_with_the_remedy() -> None:
    missing = Rejected("TICKETS_URL: it is not set. Set it.")
    outcome = await WebhookNotifier(lambda _: missing).deliver(FIRST)
    assert outcome == TryAgain(missing.why, needs_operator=True)
    nowhere = replace(FIRST, endpoint=Endpoint(Medium.WEBHOOK))
    assert isinstance(await WebhookNotifier(lambda _: URL).deliver(nowhere), Rejected)


@pytest.mark.parametrize("url", [f"ftp://{SECRET}/", f"https://:{SECRET}/", SECRET])
async def test_what_is_no_address_is_rejected_without_showing_it(url: str) -> None:
    outcome = await WebhookNotifier(lambda _: url).deliver(FIRST)
    assert outcome == Rejected("TICKETS_URL holds no http or https address")


@pytest.mark.parametrize("status", [200, 302, 400, 503])
async def test_the_url_and_the_answer_are_in_no_outcome_and_no_line_of_ours(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)  # libraries that name addresses below that are kept quiet by `configure_logs`
    outcome = await told(status, location=URL)
    assert SECRET not in repr(outcome) + caplog.text
    assert "tickets.example.com" not in repr(outcome) + caplog.text


@pytest.fixture
async def endless() -> AsyncIterator[str]:
    """A server that says yes, and then talks for ever."""

    async def talk(request: web.Request) -> web.StreamResponse:
        await request.read()
        response = web.StreamResponse(headers={"content-encoding": "gzip"})
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65536)
        except (ConnectionError, OSError):
            return response

    app = web.Application()
    app.router.add_post("/", talk)
    async with served(app) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.mark.usefixtures("no_proxy")
async def test_an_endless_answer_is_not_read(endless: str) -> None:
    assert await WebhookNotifier(lambda _: endless).deliver(FIRST) == Delivered("posted")


# --- the body ------------------------------------------------------------------------------------------


def test_thousands_of_sites_fit_into_a_bounded_body() -> None:
    alerts = [quota(f"{HOSTILE} {number}", number=number) for number in range(5000)]
    body = body_of(telling(*(news(alert) for alert in alerts), endpoint=TICKETS), LARGEST)
    assert len(msgspec.json.encode(body)) < LARGEST
    assert body.more.alerts == 5000 - len(body.alerts) > 0
    assert body.more.news == 5000 - len(body.news) >= 0


def test_every_kind_of_alert_can_be_posted() -> None:
    items = (news(threshold()), news(ended(quota())), news(trouble("the token is refused")))
    body = msgspec.json.decode(msgspec.json.encode(body_of(telling(*items, endpoint=TICKETS), LARGEST)))
    assert [alert["kind"] for alert in body["alerts"]] == ["threshold", "quota", "self"]
    assert [alert["site"] for alert in body["alerts"]][-1] is None
    assert body["more"] == {"alerts": 0, "news": 0}


def test_who_has_an_alert_is_said() -> None:
    taken = replace(quota(), acknowledged_by="Ana\n<!channel>")
    body = body_of(telling(news(taken), endpoint=TICKETS), LARGEST)
    assert body.alerts[0].acknowledged_by == "Ana\n<!channel>"
    assert "Firing, warning, acknowledged by Ana <!channel>" in body.text
