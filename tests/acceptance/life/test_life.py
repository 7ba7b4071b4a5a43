"""The life of an alert, scenario by scenario, on both databases. How they are written is in `script.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from bot.history.store import SqlHistory
from bot.history.tables import METADATA
from tests.acceptance.life.play import played
from tests.acceptance.life.script import Scenario, scenarios
from tests.postgres import Postgres

SCENARIOS = scenarios()
NUMBERED = [table.name for table in METADATA.sorted_tables if table.primary_key.columns.keys() == ["id"]]
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of one database for all scenarios, of each kind."""
    if request.param == "sqlite":
        yield "sqlite://"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    url = postgres.migrated()
    yield url
    postgres.drop(url)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(database: str) -> AsyncIterator[SqlHistory]:
    history = SqlHistory(database)
    await history.open()
    yield history
    await history.close()


@pytest_asyncio.fixture(loop_scope="module")
async def history(opened: SqlHistory) -> SqlHistory:
    """Empty, and its numbers begin at 1."""
    tables = [table.name for table in reversed(METADATA.sorted_tables)]
    emptied = [f"DELETE FROM {name};" for name in tables]  # noqa: S608 - our own names
    async with opened.writing() as tx:
        if tx.connection.dialect.name == "postgresql":  # at once: there are many of them, and many scenarios
            emptied += [f"PERFORM setval(pg_get_serial_sequence('{name}', 'id'), 1, false);" for name in NUMBERED]
            emptied = [f"DO $$ BEGIN {' '.join(emptied)} END $$"]
        for statement in emptied:
            await tx.connection.execute(text(statement))
    return opened


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[one.title for one in SCENARIOS])
async def test_what_people_notice_is_what_the_scenario_says(
    scenario: Scenario, history: SqlHistory, tmp_path: Path, no_proxy: None
) -> None:
    result = await played(scenario, history, tmp_path)
    assert not result.wrong, "\n".join([scenario.place, scenario.title, *result.wrong])


async def test_scenarios_are_many_and_each_has_its_own_title() -> None:
    assert len({one.title for one in SCENARIOS}) == len(SCENARIOS) > 80
