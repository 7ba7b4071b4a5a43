"""A small campaign in every run of the tests: `make faults` is the whole one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.faults import running
from tests.faults.campaign import FAULTS, Campaign
from tests.faults.kills import killed
from tests.faults.work import together

ON_SQLITE = [fault for fault in FAULTS if "sqlite" in fault.databases]


@pytest.mark.parametrize("seed", range(1, 11))
async def test_three_faults_at_once_lose_nothing_and_tell_nothing_twice(sqlite: Campaign, seed: int) -> None:
    result = await sqlite.run(together(ON_SQLITE, seed), seed)
    assert not result.wrong, result


async def test_kills_at_any_moment_lose_nothing_and_tell_nothing_twice(sqlite: Campaign) -> None:
    result, ways = await killed(sqlite, seed=1, lives=6)
    assert not result.wrong, result
    assert sum(ways.values()) > 3


async def test_a_process_outlives_a_locked_database_and_a_clock_that_is_set_back(sqlite: Campaign) -> None:
    locked, back = (
        next(trial for trial in running.TRIALS["sqlite"] if word in trial.name) for word in ("locked", "back")
    )
    trials = [replace(trial, lasts=timedelta(minutes=7)) for trial in (locked, back)]
    for result in await running.run(sqlite, trials, lambda _line: None):
        assert not result.wrong, result
