from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from bot.demo.api import SITES_PATH, USAGE_PATH, Asked, Behaviour, EmptySlots, SimulatedApi, serve
from bot.demo.effects import Gap, Idle
from bot.demo.fleet import Fleet
from bot.demo.rows import RowForm
from bot.demo.traffic import Traffic
from bot.domain.times import Window
from tests.demo.client import TOKEN, Client, HandClock

Ids = Callable[..., list[str]]
FIELDS = {"time_slot": str, "total_in_bytes": int, "total_out_bytes": int, "total_combined_bytes": int}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def rows_of(response: httpx.Response) -> list[dict[str, object]]:
    """The rows, after a check of their shape against the API's description."""
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"].startswith("application/json")
    rows: list[dict[str, object]] = response.json()
    assert isinstance(rows, list)
    for row in rows:
        assert {key: type(value) for key, value in row.items()} == FIELDS
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:00", str(row["time_slot"]))
        assert number(row, "combined") == number(row, "in") + number(row, "out")
        assert 0 <= number(row, "combined") < 2**63
    return rows


def number(row: dict[str, object], which: str) -> int:
    value = row[f"total_{which}_bytes"]
    assert isinstance(value, int)
    return value


def slots_of(response: httpx.Response) -> list[str]:
    return [str(row["time_slot"]) for row in rows_of(response)]


def assert_refused(response: httpx.Response, status: int, code: str) -> None:
    assert response.status_code == status
    envelope = response.json()
    assert set(envelope) == {"type", "code", "message", "doc_url"}
    assert all(isinstance(value, str) and value for value in envelope.values())
    assert envelope["code"] == code
    assert envelope["doc_url"].endswith(code)


async def test_rows_are_the_traffic_in_order_of_time(api: SimulatedApi, client: Client, site_ids: Ids) -> None:
    answer = await client.usage("2026-05-19T08:00:00", "2026-05-19T10:00:00", sites=site_ids("Sandton"))
    window = Window.of(datetime(2026, 5, 19, 8, tzinfo=UTC), datetime(2026, 5, 19, 10, tzinfo=UTC))
    block = Traffic(api.fleet).block([api.fleet.index("Sandton")], window)
    assert [number(row, "in") for row in rows_of(answer)] == block.in_bytes[0].tolist()
    assert [number(row, "out") for row in rows_of(answer)] == block.out_bytes[0].tolist()
    assert slots_of(answer) == [f"2026-05-19 {8 + n // 12:02d}:{n % 12 * 5:02d}:00" for n in range(24)]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-05-19T08:00:00", "2026-05-19T09:00:00"),
        ("2026-05-19T08:00:00Z", "2026-05-19T09:00:00Z"),
        ("2026-05-19T10:00:00+02:00", "2026-05-19T11:00:00+02:00"),
        ("2026-05-19T08:00:00.000Z", "2026-05-19T09:00:00.000000+00:00"),
        ("2026-05-19 08:00:00", "2026-05-19T09:00"),
    ],
)
async def test_times_may_be_zone_less_or_name_their_zone(client: Client, start: str, end: str) -> None:
    slots = slots_of(await client.usage(start, end))
    assert slots[0] == "2026-05-19 08:00:00"
    assert slots[-1] == "2026-05-19 08:55:00"
    assert len(slots) == 12


async def test_without_times_the_last_four_hours_are_meant(client: Client) -> None:
    slots = slots_of(await client.usage())
    assert slots[0] == "2026-05-20 08:00:00"
    assert slots[-1] == "2026-05-20 12:00:00"


async def test_a_bucket_that_the_window_cuts_is_answered_whole(client: Client) -> None:
    whole = rows_of(await client.usage("2026-05-19T08:00:00", "2026-05-19T08:10:00"))
    assert rows_of(await client.usage("2026-05-19T08:02:00", "2026-05-19T08:06:00")) == whole


async def test_several_sites_are_summed_and_one_named_twice_counts_once(client: Client, site_ids: Ids) -> None:
    first, second = site_ids("Sandton", "Upington")
    span = ("2026-05-19T08:00:00", "2026-05-19T12:00:00")
    one, other, both, again = [
        rows_of(await client.usage(*span, sites=ids))
        for ids in ([first], [second], [first, second], [first, first.upper()])
    ]
    for which in ("in", "out", "combined"):
        sums = [number(a, which) + number(b, which) for a, b in zip(one, other, strict=True)]
        assert [number(row, which) for row in both] == sums
    assert again == one


async def test_no_site_means_every_site(api: SimulatedApi, client: Client) -> None:
    span = ("2026-05-19T08:00:00", "2026-05-19T09:00:00")
    every = [site.id for site in api.fleet.sites]
    assert rows_of(await client.usage(*span)) == rows_of(await client.usage(*span, sites=every))


async def test_a_site_that_is_not_of_the_workspace_has_no_rows(client: Client, site_ids: Ids) -> None:
    span, stranger = ("2026-05-19T08:00:00", "2026-05-19T09:00:00"), "d8f8f8f8-f8f8-f8f8-f8f8-f8f8f8f8f8f8"
    assert rows_of(await client.usage(*span, sites=[stranger])) == []
    known = site_ids("Sandton")
    assert rows_of(await client.usage(*span, sites=[stranger, *known])) == rows_of(
        await client.usage(*span, sites=known)
    )


@pytest.mark.parametrize("minutes", [5, 15, 60, 1440])
async def test_intervals_add_up_the_buckets_within_them(client: Client, site_ids: Ids, minutes: int) -> None:
    sites = site_ids("Durban North")
    fine = rows_of(await client.usage("2026-05-18T00:00:00Z", "2026-05-20T00:00:00Z", sites=sites))
    coarse = rows_of(
        await client.usage("2026-05-18T00:00:00Z", "2026-05-20T00:00:00Z", minutes=str(minutes), sites=sites)
    )
    each = minutes // 5
    sums = [sum(number(row, "in") for row in fine[at : at + each]) for at in range(0, len(fine), each)]
    assert [number(row, "in") for row in coarse] == sums


async def test_intervals_are_aligned_to_the_clock_not_to_the_window(client: Client) -> None:
    slots = slots_of(await client.usage("2026-05-19T08:10:00", "2026-05-19T09:10:00", minutes="60"))
    assert slots == ["2026-05-19 08:00:00", "2026-05-19 09:00:00"]


async def test_an_unknown_bucket_has_no_row(client: Client, clock: HandClock, site_ids: Ids) -> None:
    clock.now = datetime(2026, 6, 14, tzinfo=UTC)
    slots = slots_of(await client.usage("2026-06-01T06:00:00", "2026-06-01T13:00:00", sites=site_ids("Pretoria East")))
    assert "2026-06-01 07:00:00" in slots
    assert "2026-06-01 07:05:00" not in slots
    assert "2026-06-01 12:00:00" not in slots
    assert "2026-06-01 12:05:00" in slots


async def test_the_newest_bucket_holds_the_share_that_has_passed(client: Client, clock: HandClock) -> None:
    span = ("2026-05-20T11:55:00", "2026-05-20T13:00:00")
    partial = rows_of(await client.usage(*span))
    clock.advance(timedelta(minutes=10))
    complete = rows_of(await client.usage(*span))
    assert [row["time_slot"] for row in partial] == ["2026-05-20 11:55:00", "2026-05-20 12:00:00"]
    assert partial[0] == complete[0]
    assert number(partial[1], "in") == number(complete[1], "in") * 200 // 300


async def test_there_are_no_rows_of_the_future(client: Client, clock: HandClock) -> None:
    assert rows_of(await client.usage("2026-05-21T00:00:00", "2026-05-22T00:00:00")) == []
    clock.now = datetime(2026, 5, 20, 12, 5, tzinfo=UTC)
    assert slots_of(await client.usage("2026-05-20T11:55:00", "2026-05-22T00:00:00"))[-1] == "2026-05-20 12:00:00"


async def test_late_rows_come_whole_when_their_time_has_come(
    api: SimulatedApi, client: Client, clock: HandClock
) -> None:
    api.behaviour = Behaviour(lateness=timedelta(minutes=10))
    span = ("2026-05-20T11:30:00", "2026-05-20T13:00:00")
    early = rows_of(await client.usage(*span))
    assert early[-1]["time_slot"] == "2026-05-20 11:45:00"
    clock.advance(timedelta(minutes=30))
    assert rows_of(await client.usage(*span))[: len(early)] == early


async def test_rows_older_than_the_retention_are_gone(api: SimulatedApi, client: Client) -> None:
    api.behaviour = Behaviour(retention=timedelta(days=2))
    assert slots_of(await client.usage("0001-01-01T00:00:00", "2026-05-20T12:00:00"))[0] == "2026-05-18 12:00:00"


async def test_the_farthest_times_are_answered_with_what_there_is(client: Client) -> None:
    slots = slots_of(await client.usage("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"))
    assert len(slots) == 400 * 288 + 1


async def test_the_zone_of_requests_and_rows_can_be_another(api: SimulatedApi, client: Client) -> None:
    span = ("2026-05-19T08:00:00Z", "2026-05-19T09:00:00Z")
    utc = rows_of(await client.usage(*span))
    api.behaviour = Behaviour(zone=ZoneInfo("Africa/Johannesburg"))
    local = rows_of(await client.usage("2026-05-19T10:00:00", "2026-05-19T11:00:00"))
    assert local[0]["time_slot"] == "2026-05-19 10:00:00"
    assert [number(row, "in") for row in local] == [number(row, "in") for row in utc]
    assert local == rows_of(await client.usage(*span))


@pytest.mark.parametrize(
    ("form", "zone", "first"),
    [
        (RowForm.UTC, "UTC", "2026-05-19T08:00:00Z"),
        (RowForm.UTC, "Africa/Johannesburg", "2026-05-19T08:00:00Z"),
        (RowForm.OFFSET, "Africa/Johannesburg", "2026-05-19T10:00:00+02:00"),
    ],
)
async def test_rows_can_name_their_zone(
    api: SimulatedApi, client: Client, form: RowForm, zone: str, first: str
) -> None:
    api.behaviour = Behaviour(zone=ZoneInfo(zone), row_form=form)
    answer = await client.usage("2026-05-19T08:00:00Z", "2026-05-19T09:00:00Z")
    assert answer.json()[0]["time_slot"] == first


@pytest.mark.parametrize(
    "query",
    [
        {"start_time": "2026-05-19T09:00:00", "end_time": "2026-05-19T08:00:00"},
        {"start_time": "2026-05-19T09:00:00", "end_time": "2026-05-19T09:00:00"},
        {"start_time": "yesterday"},
        {"start_time": ""},
        {"start_time": "2026-02-30T09:00:00"},
        {"start_time": "2026-05-19"},
        {"end_time": "2026-05-19T09:00:00 02:00"},
        {"start_time": "2026-05-21T09:00:00"},
        {"bucket_interval_minutes": "0"},
        {"bucket_interval_minutes": "-5"},
        {"bucket_interval_minutes": "7"},
        {"bucket_interval_minutes": "5.0"},
        {"bucket_interval_minutes": "five"},
        {"bucket_interval_minutes": "999999"},
        {"site_ids[]": "Sandton"},
        {"site_ids[]": ""},
        {"site_ids[]": "{d8f8f8f8-f8f8-f8f8-f8f8-f8f8f8f8f8f8}"},
    ],
    ids=str,
)
async def test_bad_parameters_are_refused_with_the_envelope(client: Client, query: dict[str, str]) -> None:
    assert_refused(await client.get(USAGE_PATH, **query), 400, "parameter_invalid")


async def test_a_window_longer_than_the_limit_is_refused(api: SimulatedApi, client: Client) -> None:
    api.behaviour = Behaviour(longest_window=timedelta(days=7))
    assert_refused(await client.usage("2026-05-01T00:00:00", "2026-05-09T00:00:00"), 400, "parameter_invalid")
    assert len(rows_of(await client.usage("2026-05-01T00:00:00", "2026-05-08T00:00:00"))) == 7 * 288


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer other"}, {"Authorization": TOKEN}, {"Authorization": f"Basic {TOKEN}"}]
)
@pytest.mark.parametrize("path", [USAGE_PATH, SITES_PATH, "/sites/d8f8f8f8-f8f8-f8f8-f8f8-f8f8f8f8f8f8/metadata"])
async def test_every_path_wants_the_token(api: SimulatedApi, header: dict[str, str], path: str) -> None:
    async with serve(api) as base_url, httpx.AsyncClient(base_url=base_url, trust_env=False) as http:
        assert_refused(await http.get(path, headers=header), 401, "token_invalid")


async def test_a_rotated_token_is_refused_from_then_on(api: SimulatedApi, client: Client) -> None:
    assert (await client.usage()).status_code == 200
    api.token = "alto_sk_next"
    assert_refused(await client.usage(), 401, "token_invalid")


async def test_sites_are_a_bare_array(api: SimulatedApi, client: Client, clock: HandClock) -> None:
    clock.now = datetime(2026, 6, 12, tzinfo=UTC)
    sites = (await client.get(SITES_PATH)).json()
    assert [site["name"] for site in sites] == [site.name for site in api.fleet.sites]
    for site in sites:
        assert set(site) == {"id", "pid", "name", "has_pulse", "serial_number", "created_at"}
        assert UUID.fullmatch(site["id"])
        assert site["has_pulse"] is (site["name"] != "Polokwane")


async def test_metadata_tells_the_zone_and_the_tags(client: Client, site_ids: Ids) -> None:
    answer = await client.get(f"/sites/{site_ids('Mumbai Sourcing')[0]}/metadata")
    assert answer.json()["timezone"] == "Asia/Kolkata"
    assert answer.json()["tags"]["kind"] == "office"


async def test_sites_and_metadata_can_be_absent(api: SimulatedApi, client: Client, site_ids: Ids) -> None:
    path = f"/sites/{site_ids('Sandton')[0]}/metadata"
    assert_refused(await client.get("/sites/d8f8f8f8-f8f8-f8f8-f8f8-f8f8f8f8f8f8/metadata"), 404, "resource_missing")
    assert_refused(await client.get("/sites/Sandton/metadata"), 400, "parameter_invalid")
    api.behaviour = Behaviour(lists_sites=False, tells_metadata=False)
    assert_refused(await client.get(SITES_PATH), 404, "resource_missing")
    assert_refused(await client.get(path), 404, "resource_missing")


async def test_requests_are_counted_by_path_and_outcome(api: SimulatedApi, client: Client) -> None:
    await client.usage()
    await client.usage()
    await client.usage("rubbish")
    await client.get(SITES_PATH)
    assert api.counts == {
        Asked(USAGE_PATH, "ok"): 2,
        Asked(USAGE_PATH, "parameter_invalid"): 1,
        Asked(SITES_PATH, "ok"): 1,
    }


async def test_after_it_stops_connections_are_refused_until_it_starts_again(api: SimulatedApi) -> None:
    headers = {"Authorization": f"Bearer {api.token}"}
    async with serve(api) as base_url, httpx.AsyncClient(headers=headers, trust_env=False) as http:
        assert (await http.get(base_url + USAGE_PATH)).status_code == 200
    async with httpx.AsyncClient(headers=headers, trust_env=False) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(base_url + USAGE_PATH)
        async with serve(api, port=int(base_url.rpartition(":")[2])) as again:
            assert again == base_url
            assert (await http.get(base_url + USAGE_PATH)).status_code == 200


IDLE_HOUR = Window.of(datetime(2026, 5, 19, 9, tzinfo=UTC), datetime(2026, 5, 19, 10, tzinfo=UTC))
GAP_HOUR = Window.of(datetime(2026, 5, 19, 10, tzinfo=UTC), datetime(2026, 5, 19, 11, tzinfo=UTC))


@pytest.mark.parametrize(
    ("habit", "zeros", "rows"),
    [(EmptySlots.AS_METERED, 12, 24), (EmptySlots.LEFT_OUT, 0, 12), (EmptySlots.ZERO, 24, 36)],
)
async def test_buckets_without_use_are_answered_as_the_behaviour_says(
    habit: EmptySlots, zeros: int, rows: int, chain: Fleet, clock: HandClock, site_ids: Ids
) -> None:
    effects = {chain.index("Sandton"): (Idle(IDLE_HOUR), Gap(GAP_HOUR.start, GAP_HOUR.end))}
    api = SimulatedApi(replace(chain, effects=effects), clock, token=TOKEN, behaviour=Behaviour(empty_slots=habit))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with serve(api) as url, httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as http:
        answer = await Client(http).usage("2026-05-19T08:00:00", "2026-05-19T11:00:00", sites=site_ids("Sandton"))
    found = rows_of(answer)
    assert len(found) == rows
    assert sum(number(row, "combined") == 0 for row in found) == zeros


async def test_no_row_of_zeros_is_made_up_for_the_future(chain: Fleet, clock: HandClock) -> None:
    api = SimulatedApi(chain, clock, token=TOKEN, behaviour=Behaviour(empty_slots=EmptySlots.ZERO))
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with serve(api) as url, httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as http:
        answer = await Client(http).usage("2026-05-20T11:00:00", "2026-05-20T18:00:00")
    assert slots_of(answer)[-1] == "2026-05-20 12:00:00"
