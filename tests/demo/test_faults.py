from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.demo.api import SITES_PATH, USAGE_PATH, Asked, SimulatedApi
from bot.demo.faults import (
    Down,
    Failing,
    Faults,
    Html,
    Huge,
    NoRows,
    Revised,
    Rubbish,
    Slow,
    Truncated,
    Unauthorised,
    Unordered,
)
from tests.demo.client import Client, HandClock

Ids = Callable[..., list[str]]
SPAN = ("2026-05-19T08:00:00", "2026-05-19T10:00:00")
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


async def good(client: Client) -> list[dict[str, int | str]]:
    rows: list[dict[str, int | str]] = (await client.usage(*SPAN)).json()
    return rows


async def test_down_resets_the_connection_on_every_path(api: SimulatedApi, client: Client) -> None:
    api.faults.switch_on(Down())
    for path in (USAGE_PATH, SITES_PATH):
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            await client.get(path)
    api.faults.switch_off(Down)
    assert (await client.usage()).status_code == 200
    assert api.counts[Asked(USAGE_PATH, "Down")] == 1


@pytest.mark.parametrize(("fault", "after"), [(Failing(), None), (Failing(500), None), (Failing(429, "7"), "7")])
async def test_failing_answers_with_its_status(
    api: SimulatedApi, client: Client, fault: Failing, after: str | None
) -> None:
    api.faults.switch_on(fault)
    answer = await client.usage()
    assert answer.status_code == fault.status
    assert answer.headers.get("Retry-After") == after


async def test_html_comes_with_status_200(api: SimulatedApi, client: Client) -> None:
    api.faults.switch_on(Html())
    answer = await client.usage()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


async def test_a_truncated_body_is_cut_by_hanging_up(api: SimulatedApi, client: Client) -> None:
    api.faults.switch_on(Truncated())
    with pytest.raises(httpx.RemoteProtocolError):
        await client.usage()
    assert api.counts[Asked(USAGE_PATH, "Truncated")] == 1


async def test_a_truncated_body_can_look_complete(api: SimulatedApi, client: Client) -> None:
    api.faults.switch_on(Truncated(whole_response=True))
    answer = await client.usage(*SPAN)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


async def test_a_huge_body_is_valid_json_and_as_large_as_asked_for(api: SimulatedApi, client: Client) -> None:
    api.faults.switch_on(Huge(megabytes=2))
    answer = await client.usage()
    assert 2_000_000 < len(answer.content) < 2_200_000
    assert len(answer.json()) > 10_000


async def test_a_client_may_hang_up_on_a_huge_body(api: SimulatedApi, client: Client) -> None:
    api.faults.switch_on(Huge(megabytes=500), requests=1)
    async with client.http.stream("GET", USAGE_PATH) as answer:
        first = await anext(answer.aiter_bytes())
    assert first.startswith(b"[")
    assert (await client.usage()).status_code == 200


@pytest.mark.parametrize(("delay", "slept"), [(timedelta(seconds=20), 20.0), (timedelta(hours=3), 60.0)])
async def test_a_slow_answer_comes_in_the_end(
    api: SimulatedApi, client: Client, delay: timedelta, slept: float
) -> None:
    sleeps: list[float] = []

    async def sleep(seconds: float) -> None:
        sleeps.append(seconds)

    api.sleep = sleep
    api.faults.switch_on(Slow(delay))
    assert (await client.usage()).status_code == 200
    assert sleeps == [slept]


async def test_unauthorised_refuses_the_right_token_in_both_shapes(api: SimulatedApi, client: Client) -> None:
    api.faults.switch_on(Unauthorised(), requests=1)
    answer = await client.usage()
    assert answer.status_code == 401
    assert set(answer.json()) == {"type", "code", "message", "doc_url"}
    api.faults.switch_on(Unauthorised(bare=True), requests=1)
    answer = await client.usage()
    assert answer.status_code == 401
    assert answer.json() == {"message": "Unauthenticated."}
    assert (await client.usage()).status_code == 200


async def test_rubbish_is_mixed_with_every_good_row(api: SimulatedApi, client: Client) -> None:
    rows = await good(client)
    api.faults.switch_on(Rubbish())
    mixed = (await client.usage(*SPAN)).json()
    assert all(row in mixed for row in rows)
    assert mixed.count(rows[0]) == 2
    bad = [row for row in mixed if row not in rows]
    numbers = [row.get("total_in_bytes") for row in bad if isinstance(row, dict)]
    slots = [row.get("time_slot") for row in bad if isinstance(row, dict)]
    assert {-5_000_000, 1234.5, 2**63, 10**17, "12 MB", 7} <= set(numbers)
    assert {None, "2026-05-19 08:01:00", "2026-05-12 08:00:00", "yesterday"} <= set(slots)
    assert {type(row) for row in bad} == {dict, list, str, type(None)}


async def test_unordered_rows_are_the_same_rows(api: SimulatedApi, client: Client) -> None:
    rows = await good(client)
    api.faults.switch_on(Unordered())
    unordered = await good(client)
    assert unordered != rows
    assert sorted(unordered, key=lambda row: row["time_slot"]) == rows


async def test_rows_are_revised_once_they_are_old_enough(
    api: SimulatedApi, client: Client, clock: HandClock, site_ids: Ids
) -> None:
    api.faults.switch_on(Revised(percent=10, after=timedelta(minutes=30)))
    span, ids = ("2026-05-20T11:00:00", "2026-05-20T12:00:00"), site_ids("Sandton")
    first = (await client.usage(*span, sites=ids)).json()
    clock.advance(timedelta(hours=1))
    later = (await client.usage(*span, sites=ids)).json()
    changed = [a["time_slot"] for a, b in zip(first, later, strict=True) if a != b]
    assert changed == [row["time_slot"] for row in first if row["time_slot"] >= "2026-05-20 11:30:00"]
    assert later[-1]["total_in_bytes"] == first[-1]["total_in_bytes"] * 110 // 100
    assert later[-1]["total_combined_bytes"] == later[-1]["total_in_bytes"] + later[-1]["total_out_bytes"]


async def test_a_span_can_be_without_rows(api: SimulatedApi, client: Client) -> None:
    api.faults.switch_on(NoRows(datetime(2026, 5, 19, 9, tzinfo=UTC), datetime(2026, 5, 19, 12, tzinfo=UTC)))
    assert [row["time_slot"] for row in await good(client)][-1] == "2026-05-19 08:55:00"
    empty = await client.usage("2026-05-19T09:00:00", "2026-05-19T10:00:00")
    assert (empty.status_code, empty.json()) == (200, [])


async def test_a_script_follows_the_clock(api: SimulatedApi, client: Client, clock: HandClock) -> None:
    start = clock() + timedelta(minutes=5)
    api.faults.switch_on(Failing(502), starts_at=start, ends_at=start + timedelta(minutes=5))
    statuses = []
    for _ in range(4):
        statuses.append((await client.usage()).status_code)
        clock.advance(timedelta(minutes=5))
    assert statuses == [200, 502, 200, 200]


async def test_a_fault_may_concern_one_site_alone(api: SimulatedApi, client: Client, site_ids: Ids) -> None:
    broken, sound = site_ids("Sandton", "Upington")
    api.faults.switch_on(Failing(500), site_id=broken)
    assert (await client.usage(sites=[sound])).status_code == 200
    assert (await client.usage(sites=[sound, broken])).status_code == 500
    assert (await client.get(f"/sites/{broken}/metadata")).status_code == 500
    assert (await client.usage()).status_code == 200


def test_a_fault_may_be_limited_to_some_requests() -> None:
    faults = Faults()
    faults.switch_on(Down(), requests=2)
    assert [faults.take(NOW, []) for _ in range(3)] == [[Down()], [Down()], []]


def test_faults_act_together_and_are_switched_off_by_kind_or_all() -> None:
    faults = Faults()
    faults.switch_on(Unordered())
    faults.switch_on(Revised(percent=-5))
    assert faults.take(NOW, []) == [Unordered(), Revised(percent=-5)]
    faults.switch_off(Unordered)
    assert faults.take(NOW, []) == [Revised(percent=-5)]
    faults.switch_off()
    assert faults.take(NOW, []) == []
