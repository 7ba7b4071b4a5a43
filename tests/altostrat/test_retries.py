"""How often is asked, when, and with which token."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import httpx
import pytest
from structlog.testing import capture_logs

from bot.altostrat.config import RequestForm
from bot.altostrat.tokens import LONGEST_QUOTE, Tokens
from bot.service.ports import Answered, Declined, Unauthorized, Unavailable
from tests.altostrat.conftest import Benches
from tests.altostrat.scripted import TOKEN, Reply, reply

RENEWED = "alto_sk_second_9876543210"


async def test_a_failure_that_passes_is_not_seen(bench: Benches) -> None:
    asked = bench(reply(502), httpx.ReadError("reset"), reply())
    assert await asked.ask() == Answered([], {})
    assert len(asked.script.requests) == 3


async def test_tries_are_apart_by_a_random_share_of_a_time_that_doubles(bench: Benches) -> None:
    asked = bench(reply(502), attempts=8)
    await asked.ask()
    slept = asked.time.slept
    assert len(slept) == 7
    assert all(0 <= wait <= min(30, 2**tries) for tries, wait in enumerate(slept))
    assert len(set(slept)) == 7


async def test_a_429_keeps_the_whole_workspace_quiet_for_as_long_as_it_says(bench: Benches) -> None:
    asked = bench(reply(429, retry_after="20"), reply())
    assert await asked.ask() == Answered([], {})
    assert asked.time.slept == [20]
    assert asked.budget.paused() == timedelta()


async def test_a_429_may_say_it_as_a_date(bench: Benches) -> None:
    asked = bench(reply(429, retry_after="Wed, 29 Oct 2025 08:00:45 GMT"), reply())
    await asked.ask()
    assert asked.time.slept == [45]


@pytest.mark.parametrize("header", [None, "soon", "0", "Wed, 29 Oct 2025 07:00:00 GMT"])
async def test_a_429_that_does_not_say_is_waited_out_all_the_same(bench: Benches, header: str | None) -> None:
    refusal = reply(429) if header is None else reply(429, retry_after=header)
    asked = bench(refusal, refusal, reply())
    assert isinstance(await asked.ask(), Answered)
    first, second = asked.time.slept
    assert 2.5 <= first <= 5 <= second <= 10


async def test_a_long_wait_is_handed_to_the_caller_and_to_everybody_who_asks_meanwhile(bench: Benches) -> None:
    asked = bench(reply(429, {"message": "Too Many Attempts."}, retry_after="300"), reply())
    first, second = await asked.ask(), await asked.ask()
    assert first == Unavailable("429 Too Many Requests: Too Many Attempts.", timedelta(seconds=300))
    assert second == Unavailable("the API asked for a pause", timedelta(seconds=300))
    assert len(asked.script.requests) == 1
    asked.time.now += 300
    assert isinstance(await asked.ask(), Answered)


@pytest.mark.parametrize("header", ["999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
async def test_an_absurd_wait_is_cut(bench: Benches, header: str) -> None:
    outcome = await bench(reply(429, retry_after=header)).ask()
    assert isinstance(outcome, Unavailable)
    assert outcome.after == timedelta(hours=1)


async def test_after_the_last_try_a_429_tells_how_long_the_pause_still_is(bench: Benches) -> None:
    asked = bench(reply(429, retry_after="30"))
    outcome = await asked.ask()
    assert isinstance(outcome, Unavailable)
    assert outcome.after == timedelta(seconds=30)
    assert len(asked.script.requests) == 3


async def test_a_503_that_names_a_time_is_a_pause_too(bench: Benches) -> None:
    asked = bench(reply(503, retry_after="40"), reply())
    assert isinstance(await asked.ask(), Answered)
    assert asked.time.slept == [40]


async def test_retries_are_spent_from_the_same_budget(bench: Benches) -> None:
    asked = bench(reply(500), per_minute=2)
    await asked.ask()
    assert len(asked.script.requests) == 3
    assert asked.time.now >= 60


async def test_no_more_than_ten_requests_are_under_way_together(bench: Benches) -> None:
    class Busy(httpx.AsyncBaseTransport):
        now = most = 0

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(0)
            self.now -= 1
            made = reply()
            assert not isinstance(made, Exception)
            return made(request)

    busy = Busy()
    asked = bench(transport=busy)
    outcomes = await asyncio.gather(*(asked.ask() for _ in range(40)))
    assert outcomes == [Answered([], {})] * 40
    assert busy.most == 10


# --- the token -----------------------------------------------------------------------------------------------


def guarded(*valid: str) -> Reply:
    """An API that takes these tokens."""

    def respond(request: httpx.Request) -> httpx.Response:
        good = request.headers["authorization"].removeprefix("Bearer ") in valid
        made = reply() if good else reply(401, {"message": "Unauthenticated."})
        assert not isinstance(made, Exception)
        return made(request)

    return respond


async def test_a_refused_token_is_read_again_and_the_new_one_is_used(bench: Benches) -> None:
    asked = bench(guarded(RENEWED))
    given = iter([TOKEN, RENEWED + "\n"])
    asked.token = lambda: next(given)
    assert [await asked.ask(), await asked.ask()] == [Answered([], {})] * 2
    assert asked.script.tokens == [TOKEN, RENEWED, RENEWED]


async def test_a_refused_token_that_has_not_changed_is_not_tried_again(bench: Benches) -> None:
    asked = bench(guarded())
    assert isinstance(await asked.ask(), Unauthorized)
    assert asked.script.tokens == [TOKEN]


async def test_a_new_token_that_is_refused_too_is_the_end_of_it(bench: Benches) -> None:
    asked = bench(guarded())
    given = iter(f"alto_sk_{number}" for number in range(9))
    asked.token = lambda: next(given)
    assert isinstance(await asked.ask(), Unauthorized)
    assert asked.script.tokens == ["alto_sk_0", "alto_sk_1"]


async def test_a_token_renewed_later_is_picked_up_without_a_restart(bench: Benches) -> None:
    asked = bench(guarded(RENEWED))
    assert isinstance(await asked.ask(), Unauthorized)
    asked.token = lambda: RENEWED
    assert isinstance(await asked.ask(), Answered)


@pytest.mark.parametrize("value", ["", " \n", "two words", "line\nbreak", "schlüssel", "a\x00b"])
async def test_a_token_that_cannot_be_sent_is_unauthorized_without_a_request(bench: Benches, value: str) -> None:
    asked = bench(reply())
    asked.token = lambda: value
    outcome = await asked.ask()
    assert isinstance(outcome, Unauthorized)
    assert not value.strip() or value not in outcome.why
    assert asked.script.requests == []


async def test_a_token_that_cannot_be_read_is_unauthorized_and_read_again_next_time(bench: Benches) -> None:
    asked = bench(reply())

    def missing() -> str:
        raise FileNotFoundError(2, "No such file or directory")

    asked.token = missing
    outcome = await asked.ask()
    assert isinstance(outcome, Unauthorized)
    assert "No such file" in outcome.why
    asked.token = lambda: TOKEN
    assert isinstance(await asked.ask(), Answered)


# --- secrets, and other people's text ------------------------------------------------------------------------

TALKATIVE = f"Bearer {TOKEN} of https://x/?k={TOKEN} is no good; eyJhbGciOi.J9.abc_-, alto_sk_other"


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 429, 500, 503])
async def test_a_token_that_the_api_says_aloud_is_said_nowhere_else(
    bench: Benches, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = {TOKEN: 1, "code": TOKEN, "message": TALKATIVE}
    made = reply(status, body, location=f"https://x/{TOKEN}", retry_after="1")
    asked = bench(made)
    given = iter([TOKEN, TOKEN + "_renewed"] + [TOKEN + "_renewed"] * 9)
    asked.token = lambda: next(given)
    with capture_logs() as logs:
        outcomes = [await asked.ask(), await asked.client.list_sites()]
    told = repr(outcomes) + repr(logs) + caplog.text + repr(vars(asked.client)) + str(asked.client)
    assert logs
    for secret in (TOKEN, "eyJhbGciOi", "alto_sk_other"):
        assert secret not in told


@pytest.mark.parametrize(
    "error", [httpx.ConnectError(TALKATIVE), httpx.RemoteProtocolError(f"illegal status line: bytearray(b'{TOKEN}')")]
)
async def test_a_token_in_an_error_of_the_network_is_masked(bench: Benches, error: Exception) -> None:
    with capture_logs() as logs:
        outcome = await bench(error).ask()
    assert isinstance(outcome, Unavailable)
    assert TOKEN not in repr(outcome) + repr(logs)


async def test_what_the_api_says_is_one_short_line(bench: Benches) -> None:
    message = "a\r\nb\x1b[31m\u202e " + "long " * 200
    outcome = await bench(reply(400, {"message": message}), form=RequestForm.UTC).ask()
    assert isinstance(outcome, Declined)
    assert outcome.why.startswith("400 Bad Request: a b[31m long long")
    assert outcome.why.endswith("…")
    assert len(outcome.why) <= len("400 Bad Request: ") + LONGEST_QUOTE


def test_a_token_is_masked_however_it_is_cut_and_hidden() -> None:
    tokens = Tokens(lambda: TOKEN)
    tokens.current()
    assert tokens.quoted("x" * (LONGEST_QUOTE - 9) + TOKEN) == "x" * (LONGEST_QUOTE - 9) + "***"
    assert TOKEN not in tokens.quoted(TOKEN[:5] + "\u200b" + TOKEN[5:])
    assert tokens.quoted("Bearer token is missing") == "Bearer token is missing"


async def test_each_decision_is_one_line_in_the_log(bench: Benches) -> None:
    with capture_logs() as logs:
        await bench(reply(502), reply(429, retry_after="3"), reply(body=[None])).ask()
    assert [line["event"] for line in logs] == [
        "request_retried",
        "workspace_paused",
        "request_retried",
        "rows_refused",
    ]
    assert {line["workspace"] for line in logs} == {"acme"}
