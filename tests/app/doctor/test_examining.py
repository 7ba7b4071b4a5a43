"""The whole examination against the simulated API, over real HTTP."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.app.doctor import examine, probe
from bot.app.doctor.examine import diagnose
from bot.app.doctor.findings import Standing, Subject
from bot.demo.api import SITES_PATH, USAGE_PATH, Behaviour, EmptySlots, SimulatedApi, serve
from bot.demo.clock import HandClock
from bot.demo.effects import Idle
from bot.demo.faults import (
    Down,
    Failing,
    Fault,
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
from bot.domain.times import Window
from bot.history.migrate import upgrade
from tests.app.doctor.examining import FLEET, NOW, RULES, TOKEN, Serving, bad, examined, of, plan


async def test_a_healthy_api_is_fine_with_few_requests(simulated: Serving, tmp_path: Path, clock: HandClock) -> None:
    api = simulated()
    async with examined(api, tmp_path, clock) as diagnosis:
        assert bad(diagnosis) == {}
        assert diagnosis.made == sum(api.counts.values()) == 6
        assert diagnosis.made <= plan(tmp_path, clock, {}).most_requests
        checks = [one.check for one in diagnosis.findings if one.subject is Subject.API]
    assert checks == [
        "token's kind", "address", "token", "request form", "rows", "bucket interval", "time zone", "lateness",
        "empty buckets", "budget",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "form", "standing", "proposal"),
    [
        ("Africa/Johannesburg", "zoneless", Standing.PROBLEM, "ALTOSTRAT_TIMEZONE=Africa/Johannesburg"),
        ("Africa/Johannesburg", "utc", Standing.PROBLEM, "ALTOSTRAT_TIMEZONE=Africa/Johannesburg"),
        ("Asia/Kolkata", "zoneless", Standing.PROBLEM, "ALTOSTRAT_TIMEZONE=Asia/Kolkata"),
        ("America/New_York", "zoneless", Standing.WARNING, "ALTOSTRAT_TIMEZONE=America/New_York"),
    ],
)
async def test_a_wrong_zone_is_found_out(
    zone: str, form: str, standing: Standing, proposal: str, simulated: Serving, tmp_path: Path, clock: HandClock
) -> None:
    api = simulated(Behaviour(zone=ZoneInfo(zone)))
    async with examined(api, tmp_path, clock, ALTOSTRAT_REQUEST_FORM=form) as diagnosis:
        assert of(diagnosis, "time zone").standing is standing
        assert proposal in of(diagnosis, "time zone").remedy
    async with examined(api, tmp_path, clock, ALTOSTRAT_REQUEST_FORM=form, ALTOSTRAT_TIMEZONE=zone) as diagnosis:
        assert of(diagnosis, "time zone").standing is Standing.OK


@pytest.mark.parametrize(
    ("habit", "setting", "standing"),
    [
        (EmptySlots.LEFT_OUT, "unknown", Standing.WARNING),
        (EmptySlots.LEFT_OUT, "zero", Standing.OK),
        (EmptySlots.ZERO, "unknown", Standing.OK),
        (EmptySlots.ZERO, "zero", Standing.WARNING),
    ],
)
async def test_the_habit_of_empty_buckets_is_compared_with_the_setting(
    habit: EmptySlots, setting: str, standing: Standing, tmp_path: Path, clock: HandClock
) -> None:
    idle = Idle(Window.of(NOW - timedelta(hours=10), NOW - timedelta(hours=5)))
    fleet = replace(FLEET, effects={0: (idle,)})
    api = SimulatedApi(fleet, clock, token=TOKEN, behaviour=Behaviour(empty_slots=habit))
    async with examined(api, tmp_path, clock, ALTOSTRAT_EMPTY_SLOTS=setting) as diagnosis:
        assert of(diagnosis, "empty buckets").standing is standing


async def test_late_data_proposes_a_longer_settle_time(simulated: Serving, tmp_path: Path, clock: HandClock) -> None:
    async with examined(simulated(Behaviour(lateness=timedelta(minutes=14))), tmp_path, clock) as diagnosis:
        assert "PULL_SETTLE=" in of(diagnosis, "lateness").remedy


async def test_without_a_list_of_sites_the_rules_must_name_them(
    simulated: Serving, tmp_path: Path, clock: HandClock
) -> None:
    api = simulated(Behaviour(lists_sites=False))
    async with examined(api, tmp_path, clock) as diagnosis:
        assert of(diagnosis, "list", Subject.SITES).standing is Standing.PROBLEM
    named = f"{RULES}sites: [{{id: {FLEET.sites[0].id}}}]\n"
    async with examined(api, tmp_path, clock, named) as diagnosis:
        assert of(diagnosis, "list", Subject.SITES).standing is Standing.WARNING
        assert "288 buckets of 1 site" in of(diagnosis, "empty buckets").text


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Down(), {"address": Standing.PROBLEM}),
        (Failing(503), {"address": Standing.PROBLEM}),
        (Failing(500), {"address": Standing.PROBLEM}),
        (Failing(429, "30"), {"address": Standing.WARNING}),
        (Failing(403), {"token": Standing.PROBLEM}),
        (Failing(400), {"request form": Standing.PROBLEM}),
        (Html(), {"address": Standing.PROBLEM}),
        (Html(503), {"address": Standing.PROBLEM}),
        (Truncated(), {"address": Standing.PROBLEM}),
        (Truncated(whole_response=True), {"address": Standing.PROBLEM}),
        (Huge(9), {"address": Standing.PROBLEM}),
        (Unauthorised(), {"token": Standing.PROBLEM}),
        (Unauthorised(bare=True), {"token": Standing.PROBLEM}),
        (Rubbish(), {"rows": Standing.WARNING}),
        (Unordered(), {}),
        (Revised(10), {}),
        (NoRows(NOW - timedelta(days=9), NOW + timedelta(days=1)), {"rows": Standing.WARNING}),
        (Slow(timedelta(seconds=1)), {}),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_every_fault_of_an_api_is_named_and_the_rest_goes_on(
    fault: Fault, expected: dict[str, Standing], simulated: Serving, tmp_path: Path, clock: HandClock
) -> None:
    async with examined(simulated(fault=fault), tmp_path, clock) as diagnosis:
        assert bad(diagnosis) == expected
        assert {Subject.RULES, Subject.DATABASE, Subject.MACHINE} <= {one.subject for one in diagnosis.findings}


async def test_an_api_that_never_answers_costs_a_bounded_time(
    simulated: Serving, tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examine, "API_TIMEOUT", timedelta(seconds=0.2))
    api = simulated(fault=Slow(timedelta(seconds=30)))

    async def real(seconds: float) -> None:
        await asyncio.sleep(min(seconds, 1.0))

    api.sleep = real
    async with examined(api, tmp_path, clock) as diagnosis:
        assert "no answer within 0.2 seconds" in of(diagnosis, "address").text


async def test_a_wrong_path_and_a_refused_connection_are_told_apart(
    simulated: Serving, tmp_path: Path, clock: HandClock
) -> None:
    async with examined(simulated(), tmp_path, clock, ALTOSTRAT_USAGE_PATH="/nowhere") as diagnosis:
        assert "https://api.altostrat.io/v1" in of(diagnosis, "address").remedy
    found = await diagnose(plan(tmp_path, clock, {"ALTOSTRAT_BASE_URL": "http://127.0.0.1:9"}))
    assert "does not answer" in of(found, "address").text


async def test_a_second_look_finds_values_that_still_change(
    simulated: Serving, tmp_path: Path, clock: HandClock
) -> None:
    api = simulated()
    api.faults.switch_on(Revised(5), starts_at=NOW + timedelta(seconds=10))
    async with examined(api, tmp_path, clock, thorough=True) as diagnosis:
        assert of(diagnosis, "settled values").standing is Standing.WARNING


async def test_a_budget_of_one_a_minute_is_not_waited_for(
    simulated: Serving, tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "PATIENCE", timedelta(seconds=0.1))

    async def never(_: float) -> None:
        await asyncio.Event().wait()

    environ = {"ALTOSTRAT_REQUESTS_PER_MINUTE": "1"}
    async with serve(simulated()) as url:
        one = plan(tmp_path, clock, {"ALTOSTRAT_BASE_URL": url, **environ})
        found = await diagnose(replace(one, environment=replace(one.environment, sleep=never)))
    assert found.made == 1
    assert "budget allows no more" in of(found, "list", Subject.SITES).text


TWO = """
version: 1
workspaces: [{name: north, token_env: NORTH_TOKEN}, {name: south, token_env: SOUTH_TOKEN}]
defaults: {receivers: [noc]}
receivers: {noc: {terminal: true}}
rules: [{name: lte, quota: 5 GB, per: month, at: [80%]}]
"""


async def test_each_workspace_is_asked_and_the_habits_only_once(
    simulated: Serving, tmp_path: Path, clock: HandClock
) -> None:
    api = simulated()
    async with examined(api, tmp_path, clock, TWO, NORTH_TOKEN="wrong", SOUTH_TOKEN=TOKEN) as diagnosis:
        tokens = {one.workspace: one.standing for one in diagnosis.findings if one.check == "token"}
        assert tokens == {"north": Standing.PROBLEM, "south": Standing.OK}
        assert [one.workspace for one in diagnosis.findings if one.check == "time zone"] == ["south"]
    async with examined(api, tmp_path, clock, TWO, NORTH_TOKEN=TOKEN, SOUTH_TOKEN=TOKEN) as diagnosis:
        assert [one.workspace for one in diagnosis.findings if one.check == "time zone"] == ["north"]
        assert api.counts[(USAGE_PATH, "ok")] == 4 + 5  # type: ignore[index]
        assert api.counts[(SITES_PATH, "ok")] == 1 + 2  # type: ignore[index]


async def test_a_dead_address_is_asked_once_however_many_workspaces_there_are(
    simulated: Serving, tmp_path: Path, clock: HandClock
) -> None:
    async with examined(simulated(fault=Down()), tmp_path, clock, TWO, NORTH_TOKEN="a", SOUTH_TOKEN="b") as diagnosis:
        assert diagnosis.made == 1
        assert [one.standing for one in diagnosis.findings if one.check == "address"] == [
            Standing.PROBLEM, Standing.SKIPPED,
        ]  # fmt: skip


async def test_what_is_made_never_exceeds_what_was_announced(
    simulated: Serving, tmp_path: Path, clock: HandClock
) -> None:
    most = plan(tmp_path, clock, {}, TWO).most_requests
    for fault in (None, Failing(400), Failing(403), Unordered()):
        async with examined(simulated(fault=fault), tmp_path, clock, TWO, NORTH_TOKEN=TOKEN, SOUTH_TOKEN=TOKEN) as one:
            assert one.made <= most


async def test_a_folder_that_is_missing_is_one_problem_of_the_database(tmp_path: Path, clock: HandClock) -> None:
    one = plan(tmp_path, clock, {"DATABASE_URL": f"sqlite:///{tmp_path}/nowhere/usage.db"}, offline=True)
    assert bad(await diagnose(one), Subject.DATABASE) == {"folder": Standing.PROBLEM}


async def test_a_token_that_is_missing_is_one_finding_and_no_request(tmp_path: Path, clock: HandClock) -> None:
    found = await diagnose(plan(tmp_path, clock, {"ALTOSTRAT_TOKEN": ""}))
    assert found.made == 0
    assert "ALTOSTRAT_TOKEN" in of(found, "token").remedy


async def test_no_finding_holds_a_secret(simulated: Serving, tmp_path: Path, clock: HandClock) -> None:
    secret = "alto_sk_hunter22hunter22"
    async with examined(simulated(), tmp_path, clock, ALTOSTRAT_TOKEN=secret) as diagnosis:
        assert "hunter22" not in repr(diagnosis)


async def test_settings_that_cannot_be_read_skip_what_depends_on_them(tmp_path: Path, clock: HandClock) -> None:
    environ = {"ALTOSTRAT_BASE_URL": "ftp://x", "SLACK_BOT_TOKEN": "x", "SMTP_PORT": "x", "DATABASE_URL": "x"}
    found = await diagnose(plan(tmp_path, clock, environ))
    assert len([one for one in found.findings if one.standing is Standing.PROBLEM]) == 4
    skipped = {one.subject for one in found.findings if one.standing is Standing.SKIPPED}
    assert {Subject.API, Subject.SLACK, Subject.MAIL, Subject.DATABASE} <= skipped


async def test_offline_makes_no_connection(tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'usage.db'}"
    upgrade(url)

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    environ = {"SLACK_BOT_TOKEN": "xoxb-1", "SMTP_HOST": "127.0.0.1", "SMTP_FROM": "a@example.com"}
    found = await diagnose(plan(tmp_path, clock, environ, offline=True))
    assert {one.subject for one in found.findings} == {
        Subject.SETTINGS, Subject.RULES, Subject.DATABASE, Subject.MACHINE,
    }  # fmt: skip
    assert of(found, "integrity", Subject.DATABASE).standing is Standing.OK


async def test_offline_does_not_open_a_database_on_a_server(tmp_path: Path, clock: HandClock) -> None:
    found = await diagnose(plan(tmp_path, clock, {"DATABASE_URL": "postgresql://h/x"}, offline=True))
    assert of(found, "reachable", Subject.DATABASE).standing is Standing.SKIPPED


async def test_a_mistake_of_ours_in_one_subject_spares_the_others(
    simulated: Serving, tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app.doctor.workspaces.interval", lambda *_: 1 / 0)
    async with examined(simulated(), tmp_path, clock) as diagnosis:
        assert "ZeroDivisionError" in of(diagnosis, "check").text
        assert of(diagnosis, "address").standing is Standing.OK
        assert of(diagnosis, "reachable", Subject.DATABASE).standing is Standing.OK
