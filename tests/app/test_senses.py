"""What the process measures of itself and its machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.build import Bot, built, system_clock
from bot.app.jobs import refresh_gauges, scheduler_of
from bot.app.senses import _ahead
from bot.domain.times import Slot, to_slot
from bot.history.store import SqlHistory
from bot.service.notices import Notices
from bot.service.vitals.facts import Ear
from bot.settings import Settings, load_settings
from tests.acceptance.world import configuration
from tests.app.test_what_keeps_from_work import RULES


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    settings = load_settings(
        {
            "ALTOSTRAT_TOKEN": "alto_sk_test",
            "ALTOSTRAT_BASE_URL": "http://127.0.0.1:9",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'usage.db'}",
            "DEADMAN_URL": "http://127.0.0.1:9/ping",
        },
        tmp_path,
    )
    assert isinstance(settings, Settings)
    async with built(settings, configuration(RULES), {}) as wired:
        yield wired


async def test_a_bot_that_has_just_begun_knows_its_disk_and_little_else(bot: Bot, tmp_path: Path) -> None:
    scheduler_of(bot)
    machine = await bot.senses.measured(bot.history, bot.clients, bot.environment.clock)
    assert set(machine.jobs) >= {"pull", "assess", "deliver", "deadman"}
    assert "vitals" not in machine.jobs, "whoever says that it failed shows that it does not"
    assert set(machine.jobs.values()) == {None}
    assert machine.room is not None
    assert (machine.room.folder, machine.socket, machine.ahead) == (str(tmp_path), None, {})
    assert 0 < machine.room.free <= machine.room.total


async def test_what_a_job_came_to_is_known_and_so_is_a_look(bot: Bot) -> None:
    bot.senses.ear = lambda: Ear(timedelta(), was_heard=True)
    scheduler = scheduler_of(bot)
    for job in ("vitals", "deadman", "retain"):
        scheduler.kick(job)
        await scheduler.idle(job)
    machine = await bot.senses.measured(bot.history, bot.clients, bot.environment.clock)
    assert {job for job, why in machine.jobs.items() if why == ""} == {"deadman", "retain"}
    assert bot.senses.looked_at is not None
    assert machine.socket is not None
    assert bot.metrics.registry.get_sample_value("usagebot_deadman_pings_total", {"outcome": "failed"}) == 1


async def test_a_time_that_the_api_said_is_compared_for_an_hour(bot: Bot) -> None:
    now = system_clock()
    [client] = bot.clients.values()
    client._exchange.heard = (now - timedelta(seconds=90), now)
    assert await _ahead(bot.history, bot.clients, lambda: now) == {"the API's": 90.0}
    assert await _ahead(bot.history, bot.clients, lambda: now + timedelta(hours=2)) == {}


async def test_a_server_has_a_clock_of_its_own_and_no_disk_of_ours(migrated_postgres: str) -> None:
    history = SqlHistory(migrated_postgres)
    await history.open()
    said, room = await history.clock(), history.room()
    await history.close()
    assert said is not None
    assert abs(said - system_clock()) < timedelta(minutes=1)
    assert room is None


async def test_what_is_wrong_shows_in_the_metrics_for_as_long_as_it_is(bot: Bot) -> None:
    at = to_slot(system_clock())
    notes = Notices(bot.history, bot.survey.fleet)
    for topic in ("delivery:noc:slack", "delivery:boss:email", "rules"):
        await notes.tell("default", topic, "it is gone", at)
    await refresh_gauges(bot)
    assert shown(bot) == {"delivery": 2.0, "rules": 1.0}
    for topic in ("delivery:noc:slack", "delivery:boss:email", "rules"):
        await notes.clear("default", topic, Slot(at + 60))
    await refresh_gauges(bot)
    assert shown(bot) == {}


def shown(bot: Bot) -> dict[str, float]:
    [family] = [one for one in bot.metrics.registry.collect() if one.name == "usagebot_troubles"]
    return {sample.labels["topic"]: sample.value for sample in family.samples}
