"""Every status and every body has its place among the outcomes."""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.altostrat.answers import retry_after
from bot.altostrat.config import ApiConfig, RequestForm
from bot.domain.times import to_slot
from bot.domain.usage import Bucket
from bot.service.ports import Answered, Declined, Unauthorized, Unavailable, UsageSource
from tests.altostrat.conftest import Benches
from tests.altostrat.scripted import OTHER, SITE, START, TOKEN, WINDOW, Bench, Pieces, reply, row

EIGHT = to_slot(START)
OFFICIAL = {
    "type": "invalid_request_error",
    "code": "parameter_invalid",
    "message": "The provided 'siteId' is not a valid UUID.",
    "doc_url": "https://docs.altostrat.io/errors/parameter_invalid",
}


async def test_a_question_is_asked_as_the_description_says(bench: Benches) -> None:
    asked = bench(reply(body=[row()]), base_url="https://api.test/v1/", bucket_minutes=5)
    assert await asked.client.usage([SITE, OTHER], WINDOW) == Answered([Bucket(EIGHT, 10, 4)], {})
    request = asked.script.requests[0]
    assert request.method == "GET"
    assert request.url.path == "/v1/metrics/dashboard/data-transferred"
    assert request.url.params.multi_items() == [
        ("start_time", "2025-10-29T08:00:00"),
        ("end_time", "2025-10-29T09:00:00"),
        ("bucket_interval_minutes", "5"),
        ("site_ids[]", SITE),
        ("site_ids[]", OTHER),
    ]
    assert request.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("zoneless", "2025-10-29T10:00:00"),
        ("utc", "2025-10-29T08:00:00Z"),
        ("offset", "2025-10-29T10:00:00+02:00"),
    ],
)
async def test_times_are_asked_in_the_form_that_is_set(bench: Benches, form: str, start: str) -> None:
    asked = bench(reply(body=[row("2025-10-29 10:00:00")]), form=form, zone=ZoneInfo("Africa/Johannesburg"))
    assert await asked.ask() == Answered([Bucket(EIGHT, 10, 4)], {})
    assert asked.script.requests[0].url.params["start_time"] == start


async def test_good_rows_of_an_answer_are_kept_beside_refused_ones(bench: Benches) -> None:
    outcome = await bench(reply(body=[row(), None, row(inbound=-1)])).ask()
    assert outcome == Answered([Bucket(EIGHT, 10, 4)], {"not_an_object": 1, "negative": 1})


async def test_a_number_too_large_for_the_decoder_costs_only_its_own_row(bench: Benches) -> None:
    for number in (b"1e999", b"9" * 6000, b"-" + b"9" * 6000):
        body = json.dumps([row(), row(inbound="?")]).encode().replace(b'"?"', number)
        outcome = await bench(reply(body=body)).ask()
        assert outcome == Answered([Bucket(EIGHT, 10, 4)], {"enormous": 1})


async def test_a_byte_order_mark_and_blanks_are_no_obstacle(bench: Benches) -> None:
    assert await bench(reply(body=b"\xef\xbb\xbf \n[]\n")).ask() == Answered([], {})


@pytest.mark.parametrize(
    ("body", "why", "requests"),
    [
        (b"", "empty", 3),
        (b"   ", "empty", 3),
        (b"<!DOCTYPE html><h1>Maintenance</h1>", "web page", 1),
        (b'[{"time_slot": "2025-10-29 08:0', "cut off", 3),
        (b"nonsense", "not JSON", 3),
        (b"\xff\xfe[", "not JSON", 3),
        (b"[" * 200_000, "nested", 1),
        (b'{"data": [], "meta": {}, "\\u202e": 1}', "its keys: data, meta", 1),
        (b"{}", "its keys: none", 1),
        (b"null", "not a list", 1),
        (b'"[]"', "not a list", 1),
        (b"17", "not a list", 1),
        (b"[" + b" " * 5000 + b"]", "larger than 4096 bytes", 1),
    ],
)
async def test_a_body_that_is_no_answer_is_unavailable(bench: Benches, body: bytes, why: str, requests: int) -> None:
    """And asked for again only where another try may bring a better one."""
    asked = bench(reply(body=body), max_body=4096 if len(body) < 100_000 else 2**20)
    outcome = await asked.ask()
    assert isinstance(outcome, Unavailable)
    assert why in outcome.why
    assert len(asked.script.requests) == requests


async def test_a_compressed_answer_is_read(bench: Benches) -> None:
    packed = gzip.compress(json.dumps([row()]).encode())
    pieces = Pieces([packed[place : place + 7] for place in range(0, len(packed), 7)])
    outcome = await bench(reply(body=pieces, content_encoding="GZIP")).ask()
    assert outcome == Answered([Bucket(EIGHT, 10, 4)], {})


@pytest.mark.parametrize(
    ("body", "encoding", "why"),
    [
        (gzip.compress(b" " * 10**8, mtime=0), "gzip", "larger than"),
        (gzip.compress(gzip.compress(b" " * 10**8, mtime=0), mtime=0), "gzip, gzip", "not asked for"),
        (b"[]", "br", "not asked for"),
        (b"[]", "gzip", "broken"),
        (gzip.compress(b"[]", mtime=0)[:-9], "gzip", "cut off"),
    ],
)
async def test_a_compressed_body_is_bounded_and_must_be_whole(
    bench: Benches, body: bytes, encoding: str, why: str
) -> None:
    outcome = await bench(reply(body=body, content_encoding=encoding)).ask()
    assert isinstance(outcome, Unavailable)
    assert why in outcome.why


async def test_a_compressed_body_is_not_inflated_beyond_the_limit(bench: Benches) -> None:
    bomb = gzip.compress(b" " * 10**8)
    asked = bench(reply(body=bomb, content_encoding="gzip"), max_body=2**20)
    tracemalloc.start()
    try:
        assert isinstance(await asked.ask(), Unavailable)
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()


async def test_a_long_compressed_body_of_nothing_is_not_read_to_its_end(bench: Benches) -> None:
    read = 0

    def nothing() -> Iterator[bytes]:
        nonlocal read
        yield gzip.compress(b"", 0)[:10]
        for _ in range(1000):
            read += 1
            yield b"\x00\x00\x00\xff\xff" * 100

    outcome = await bench(reply(body=Pieces(nothing()), content_encoding="gzip"), max_body=10_000).ask()
    assert isinstance(outcome, Unavailable)
    assert read < 30


@pytest.mark.parametrize("status", [400, 402, 403, 404, 405, 409, 410, 413, 414, 422, 431, 451])
async def test_a_request_that_is_refused_for_good_is_declined_and_not_repeated(bench: Benches, status: int) -> None:
    asked = bench(reply(status, OFFICIAL))
    outcome = await asked.ask()
    assert isinstance(outcome, Declined)
    assert outcome.status == status
    assert f"{status} " in outcome.why
    assert "parameter_invalid: The provided 'siteId' is not a valid UUID." in outcome.why
    assert len(asked.script.requests) == 1


async def test_the_short_shape_of_an_error_is_read_too(bench: Benches) -> None:
    asked = bench(reply(400, {"message": "Bad dates"}), form=RequestForm.UTC)
    assert await asked.ask() == Declined("400 Bad Request: Bad dates", 400)


async def test_a_gateways_problem_is_read_too(bench: Benches) -> None:
    problem = {"type": "https://gateway.test/p", "title": "Invalid request", "status": 422, "detail": "No such format"}
    asked = bench(reply(422, problem), form=RequestForm.UTC)
    assert await asked.ask() == Declined("422 Unprocessable Entity: Invalid request: No such format", 422)


@pytest.mark.parametrize("status", [400, 422])
async def test_a_refused_question_with_zone_less_times_names_the_setting_that_may_help(
    bench: Benches, status: int
) -> None:
    zoneless, utc = [
        await bench(reply(status, OFFICIAL), form=form).ask() for form in (RequestForm.ZONELESS, RequestForm.UTC)
    ]
    assert isinstance(zoneless, Declined)
    assert isinstance(utc, Declined)
    assert "ALTOSTRAT_REQUEST_FORM=utc" in zoneless.why
    assert "ALTOSTRAT_REQUEST_FORM" not in utc.why


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"message": ["a"], "code": 4}', b"\xff", b"[" * 50_000])
async def test_an_error_without_a_message_has_its_status(bench: Benches, body: bytes) -> None:
    assert await bench(reply(400, body), form=RequestForm.UTC).ask() == Declined("400 Bad Request", 400)


@pytest.mark.parametrize("body", [{"message": "Unauthenticated."}, {"code": "x", "message": "Unauthenticated."}])
async def test_a_refused_token_is_unauthorized_in_both_shapes(bench: Benches, body: object) -> None:
    asked = bench(reply(401, body))
    outcome = await asked.ask()
    assert isinstance(outcome, Unauthorized)
    assert outcome.why.endswith("Unauthenticated.")
    assert len(asked.script.requests) == 1


@pytest.mark.parametrize("status", [201, 202, 204, 206, 408, 425, 500, 502, 503, 504, 520, 599])
async def test_trouble_that_may_pass_is_unavailable_after_as_many_tries_as_are_set(bench: Benches, status: int) -> None:
    asked = bench(reply(status), attempts=4)
    outcome = await asked.ask()
    assert isinstance(outcome, Unavailable)
    assert outcome.why.startswith(str(status))
    assert len(asked.script.requests) == 4


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_declined_with_its_remedy_and_never_followed(bench: Benches, status: int) -> None:
    asked = bench(reply(status, b"", location="https://elsewhere.test/login?token=abc#x"))
    outcome = await asked.ask()
    assert isinstance(outcome, Declined)
    assert outcome.status == status
    assert "https://elsewhere.test/login" in outcome.why
    assert "check the base URL" in outcome.why
    assert "abc" not in outcome.why
    assert len(asked.script.requests) == 1


@pytest.mark.parametrize(
    "location", ["", "http://[", "//", "ht!tp://x", "\x00", "https://a:b@c:99999/", "mailto:x", "é"]
)
async def test_no_redirect_raises(bench: Benches, location: str) -> None:
    assert isinstance(await bench(reply(302, b"", location=location)).ask(), Declined)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (httpx.ConnectError("[Errno -2] Name or service not known"), "no connection: [Errno -2] Name or service"),
        (httpx.ReadError(""), "the connection broke"),
        (httpx.RemoteProtocolError("Server disconnected"), "the connection broke: Server disconnected"),
        (httpx.ProxyError("407 Proxy Authentication Required"), "the proxy refuses: 407"),
        (httpx.ReadTimeout("slow"), "slow"),
    ],
)
async def test_trouble_of_the_network_is_unavailable_and_tried_again(
    bench: Benches, error: Exception, why: str
) -> None:
    asked = bench(error, error, reply(body=[row()]))
    assert isinstance(await asked.ask(), Answered)
    outcome = await bench(error).ask()
    assert isinstance(outcome, Unavailable)
    assert why in outcome.why


async def test_a_status_counts_even_if_the_body_that_explains_it_breaks(bench: Benches) -> None:
    broken = Pieces([b'{"mess', httpx.ReadError("reset")])
    assert await bench(reply(404, broken)).ask() == Declined(
        "404 Not Found (check the site's id, the base URL and the path)", 404
    )


async def test_a_body_that_breaks_on_the_way_is_tried_again(bench: Benches) -> None:
    broken = Pieces([b"[", httpx.ReadError("reset")])
    assert await bench(reply(body=broken), reply()).ask() == Answered([], {})


async def test_no_sites_is_not_the_same_as_all_sites(bench: Benches) -> None:
    with pytest.raises(ValueError, match="at least one"):
        await bench(reply()).client.usage([], WINDOW)


async def test_an_id_that_is_no_uuid_is_declined_without_a_request(bench: Benches) -> None:
    asked = bench(reply())
    assert isinstance(await asked.client.usage([SITE, "berlin"], WINDOW), Declined)
    assert asked.script.requests == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        *((None, None), ("120", 120), (" 1.5 ", 1.5), ("0", 0), ("-5", None), ("soon", None), ("", None)),
        *(("9" * 5000, None), ("999999999", 999_999_999), ("Wed, 29 Oct 2025 08:01:40 GMT", 100)),
        *(("Wed, 29 Oct 2025 08:01:40 -0000", 100), ("Wed, 29 Oct 2025 07:00:00 GMT", 0)),
        *(("Wed, 99 Oct 2025 08:01:40 GMT", None), ("Wed, 29 Oct 99999 08:01:40 GMT", None)),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, START) == (None if seconds is None else timedelta(seconds=seconds))


@given(st.text())
def test_no_retry_after_raises(header: str) -> None:
    wait = retry_after(header, START)
    assert wait is None or wait >= timedelta()


@pytest.mark.parametrize(
    "url", ["", "api.test", "ftp://api.test", "https://", "https://u:pw-secret@api.test", "https://a/?q", "http://a:b"]
)
def test_a_base_url_that_cannot_be_asked_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(ValueError, match="the base URL") as caught:
        ApiConfig("acme", url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("minutes", [0, 7, 1441])
def test_buckets_tile_a_day(minutes: int) -> None:
    with pytest.raises(ValueError, match="do not tile"):
        ApiConfig("acme", "https://api.test", bucket_minutes=minutes)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=20,
)
bodies = st.binary(max_size=300) | anything.map(lambda value: json.dumps(value).encode())
STATUSES = [200, 200, 200, 204, 301, 400, 401, 403, 404, 429, 500, 503, 999]


@given(bodies, st.sampled_from(STATUSES), st.sampled_from(["", "gzip", "br"]), st.text(st.characters(codec="latin-1")))
@settings(max_examples=150, deadline=None)
def test_no_response_whatever_raises(body: bytes, status: int, encoding: str, header: str) -> None:
    headers = {"content_encoding": encoding, "retry_after": header, "location": header}
    fields = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]

    def respond(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers=fields, stream=Pieces([body]))

    async def ask() -> None:
        asked = Bench(respond)
        assert isinstance(await asked.ask(), Answered | Unavailable | Declined | Unauthorized)
        await asked.client.list_sites()
        await asked.client.close()

    asyncio.run(ask())


def test_the_client_is_a_usage_source(bench: Benches) -> None:
    source: UsageSource = bench(reply()).client  # what the type checker says
    assert callable(source.usage)


async def test_what_the_api_says_that_the_time_is_is_kept_unless_it_was_kept_on_the_way(bench: Benches) -> None:
    asked = bench(
        reply(body=[row()]),
        reply(body=[row()], date="Wed, 29 Oct 2025 09:00:00 GMT"),
        reply(404, b"", date="Wed, 29 Oct 2025 09:00:10 GMT"),
        reply(body=[row()], date="Wed, 29 Oct 2025 09:00:20 GMT", age="600"),
    )
    heard = []
    for _ in range(4):
        await asked.client.usage([SITE], WINDOW)
        heard.append(asked.client.heard and asked.client.heard[0].isoformat())
    assert heard == [None, "2025-10-29T09:00:00+00:00", "2025-10-29T09:00:10+00:00", "2025-10-29T09:00:10+00:00"]
