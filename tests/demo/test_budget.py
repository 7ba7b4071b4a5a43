from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.demo.api import USAGE_PATH, Asked, SimulatedApi
from bot.demo.budget import Budget, RetryAfter
from tests.demo.client import Client, HandClock

NOW = datetime(2026, 5, 20, 12, 0, 0, 250_000, tzinfo=UTC)


def test_a_budget_is_counted_over_the_last_sixty_seconds() -> None:
    budget = Budget(per_minute=2)
    assert budget.spend("a", NOW) is None
    assert budget.spend("a", NOW + timedelta(seconds=40)) is None
    assert budget.spend("a", NOW + timedelta(seconds=50)) == timedelta(seconds=10)
    assert budget.spend("a", NOW + timedelta(seconds=60)) is None
    assert budget.spend("a", NOW + timedelta(seconds=61)) == timedelta(seconds=39)


def test_tokens_do_not_share_a_budget() -> None:
    budget = Budget(per_minute=1)
    assert budget.spend("a", NOW) is None
    assert budget.spend("b", NOW) is None
    assert budget.spend("a", NOW) is not None


def test_the_retry_date_is_never_too_early() -> None:
    wait = timedelta(seconds=1, milliseconds=900)
    header = Budget(retry_after=RetryAfter.DATE).header(wait, NOW)
    assert NOW + wait <= parsedate_to_datetime(header["Retry-After"]) <= NOW + wait + timedelta(seconds=2)


async def test_the_budget_is_sixty_a_minute_unless_said_otherwise(
    api: SimulatedApi, client: Client, clock: HandClock
) -> None:
    api.budget = Budget()
    statuses = [(await client.usage("2026-05-20T11:00:00")).status_code for _ in range(62)]
    assert statuses == [200] * 60 + [429] * 2
    clock.advance(timedelta(minutes=1))
    assert (await client.usage()).status_code == 200
    assert api.counts[Asked(USAGE_PATH, "rate_limit_exceeded")] == 2


async def test_a_429_says_when_to_come_back_in_the_chosen_form(
    api: SimulatedApi, client: Client, clock: HandClock
) -> None:
    expected = {RetryAfter.SECONDS: "60", RetryAfter.DATE: "Wed, 20 May 2026 12:04:21 GMT", RetryAfter.NONE: None}
    for form, header in expected.items():
        api.budget = Budget(per_minute=1, retry_after=form)
        await client.usage()
        refused = await client.usage()
        assert refused.status_code == 429
        assert refused.headers.get("Retry-After") == header
        assert set(refused.json()) == {"type", "code", "message", "doc_url"}


async def test_a_request_without_the_token_costs_nothing(api: SimulatedApi, client: Client) -> None:
    api.budget = Budget(per_minute=1)
    assert (await client.http.get(USAGE_PATH, headers={"Authorization": "Bearer x"})).status_code == 401
    assert (await client.usage()).status_code == 200
