"""Whatever an API answers: one of four outcomes, buckets that can be believed, and nothing dropped in silence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.altostrat import times
from bot.altostrat.answers import failure, retry_after
from bot.altostrat.bodies import Foreign, decode
from bot.altostrat.config import RequestForm
from bot.altostrat.rows import Reading, read_rows
from bot.altostrat.sites import metadata_of, read_sites
from bot.altostrat.tokens import LONGEST_QUOTE
from bot.demo.rows import written
from bot.domain.times import Slot, Window, floor
from bot.domain.usage import LARGEST_BUCKET, Bucket
from bot.service.ports import Answered, Declined, Listed, ListOutcome, PullOutcome, Unauthorized, Unavailable
from tests.altostrat.scripted import START, TOKEN, WINDOW, Bench, Pieces
from tests.fuzz import api_payloads as made
from tests.fuzz.trying import tries

UTC_ZONE, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
STEP = made.STEP
LONGEST_WHY = 2 * LONGEST_QUOTE


def check_reading(reading: Reading | Answered, window: Window = WINDOW) -> None:
    """What every accepted bucket promises."""
    assert all(a.slot < b.slot for a, b in pairwise(reading.buckets))
    for bucket in reading.buckets:
        assert bucket.slot % STEP == 0
        assert window.start <= bucket.slot <= window.end - STEP
        for amount in (bucket.in_bytes, bucket.out_bytes):
            assert type(amount) is int
            assert 0 <= amount <= LARGEST_BUCKET < 2**63
    assert all(type(count) is int and count > 0 for count in reading.refused.values())


@tries(150)
@given(made.rows, st.sampled_from([UTC_ZONE, BERLIN]))
def test_rows_are_kept_whole_or_refused_and_counted(rows: list[object], zone: ZoneInfo) -> None:
    reading = read_rows(rows, WINDOW, STEP, zone)
    check_reading(reading)
    refused = sum(reading.refused.values())
    assert len(reading.buckets) <= len(rows) - refused
    assert (refused == len(rows)) == (not reading.buckets)


@tries(100)
@given(made.rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(rows: list[object], random: Random) -> None:
    shuffled = rows[:]
    random.shuffle(shuffled)
    assert read_rows(rows, WINDOW, STEP, UTC_ZONE) == read_rows(shuffled, WINDOW, STEP, UTC_ZONE)


@tries(100)
@given(
    st.data(),
    st.integers(1_500_000_000, 1_900_000_000),
    st.sampled_from([UTC_ZONE, BERLIN, ZoneInfo("Asia/Kathmandu")]),
)
@example(None, 1_761_436_800, BERLIN)
def test_what_the_simulator_writes_is_what_is_read(data: st.DataObject | None, start: int, zone: ZoneInfo) -> None:
    """Every bucket of the window, so that even an hour that came twice can be told apart."""
    window = Window(floor(start, STEP), Slot(floor(start, STEP) + 60 * STEP))
    amounts = st.integers(0, LARGEST_BUCKET)
    told = [
        (slot, data.draw(amounts) if data else slot, data.draw(amounts) if data else 1)
        for slot in range(window.start, window.end, STEP)
    ]
    reading = read_rows(written(told, zone), window, STEP, zone)
    assert (reading.buckets, dict(reading.refused), reading.odd_totals) == ([Bucket(*one) for one in told], {}, 0)


@tries(200)
@given(made.times.filter(lambda time: isinstance(time, str)), st.sampled_from([UTC_ZONE, BERLIN]))
@example("2025-10- 9 08:00:00", UTC_ZONE)
def test_a_time_is_read_as_the_standard_library_reads_it_or_not_at_all(text: str, zone: ZoneInfo) -> None:
    slots = times.read(text, zone)
    if slots is None:
        return
    assert list(slots) == sorted(set(slots))
    assert len(slots) in {1, 2}
    try:
        known = datetime.fromisoformat(text.strip().upper().replace(" +", "+").replace(" -", "-"))
    except ValueError:
        assert "+" in text or text.count("-") > 2, text  # an offset beyond a day, which only we can compute with
        return
    local = known if known.tzinfo else known.replace(tzinfo=zone)
    assert int(local.timestamp() // 1) in {slot - (0 if local.microsecond == 0 else 1) for slot in slots} | set(slots)


@tries(60)
@given(
    st.integers(1_000_000_000, 2_000_000_000), st.sampled_from(list(RequestForm)), st.sampled_from([UTC_ZONE, BERLIN])
)
def test_what_we_write_we_can_read(slot: int, form: RequestForm, zone: ZoneInfo) -> None:
    assert slot in (times.read(times.written(slot, form, zone), zone) or ())


@tries(150)
@given(
    st.text(max_size=30) | st.sampled_from(["Sat, 01 Jan 0001 00:00:00 +2359", "Sat, 1 Jan 9999 99:99:99 -9999", "1e9"])
)
def test_no_wish_to_wait_is_too_odd(header: str) -> None:
    after = retry_after(header, START)
    assert after is None or timedelta() <= after


@tries(150)
@given(made.bodies)
@example(b"[1e400, NaN]")
@example(b'["\\ud800", 1e400]')
def test_any_body_is_json_or_foreign(body: bytes) -> None:
    value = decode(body)
    assert isinstance(value, Foreign | dict | list | str | int | float | bool | type(None))


def quoted(text: str) -> str:
    return text[:10]


@tries(80)
@given(made.bodies, st.integers(100, 999), st.text(max_size=40))
def test_any_failure_has_its_place(body: bytes, status: int, location: str) -> None:
    assume(status != 200)
    assert isinstance(failure(status, location, body, quoted), Unavailable | Declined | Unauthorized)


@tries(80)
@given(
    st.lists(
        made.json_values
        | st.fixed_dictionaries(
            {"id": st.uuids().map(str)},
            optional={
                "name": made.json_values,
                "tags": made.json_values,
                "timezone": made.json_values,
                "data": made.json_values,
            },
        ),
        max_size=5,
    ),
    made.bodies,
)
def test_any_list_of_sites_and_any_metadata_is_read(rows: list[object], body: bytes) -> None:
    sites, notes = read_sites(rows, "acme", quoted)
    assert len(sites) <= len(rows)
    assert (len(sites) < len(rows)) == bool(notes)
    metadata_of(body, quoted)


# --- the whole client --------------------------------------------------------------------------------------

Asked = Callable[[Callable[[], httpx.Response]], tuple[PullOutcome, ListOutcome]]


@pytest.fixture(scope="module")
def asked() -> Iterator[Asked]:
    """What a client makes of a response, as usage and as a list of sites; one client for all of them."""
    answer: list[Callable[[], httpx.Response]] = []
    with asyncio.Runner() as runner:
        bench = Bench(transport=httpx.MockTransport(lambda _: answer[-1]()), max_body=64 * 1024)

        def ask(response: Callable[[], httpx.Response]) -> tuple[PullOutcome, ListOutcome]:
            answer[:] = [response]
            return runner.run(bench.ask()), runner.run(bench.client.list_sites())

        yield ask
        runner.run(bench.client.close())


@tries(120)
@given(
    status=made.statuses,
    body=made.bodies,
    encoding=made.encodings,
    more=st.dictionaries(
        st.sampled_from(["Retry-After", "Location", "Content-Type", "Set-Cookie", "Content-Length"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
    ),
    cuts=st.lists(st.integers(0, 200), max_size=4),
)
def test_whatever_comes_is_one_of_the_outcomes(
    asked: Asked, status: int, body: bytes, encoding: str, more: dict[str, str], cuts: list[int]
) -> None:
    bounds = [0, *sorted(cuts), len(body)]
    headers = [(b"Content-Encoding", encoding.encode("latin-1"))] if encoding else []
    headers += [(name.encode(), value.encode("latin-1")) for name, value in more.items()]

    def response() -> httpx.Response:
        return httpx.Response(status, headers=headers, stream=Pieces([body[a:b] for a, b in pairwise(bounds)]))

    usage, sites = asked(response)
    assert isinstance(usage, Answered | Unavailable | Declined | Unauthorized)
    assert isinstance(sites, Listed | Unavailable | Declined | Unauthorized)
    if isinstance(usage, Answered):
        check_reading(usage)
        return
    assert usage.why
    assert usage.why.isprintable()
    assert len(usage.why) < LONGEST_WHY
    assert TOKEN not in usage.why
