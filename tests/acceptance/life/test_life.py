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
    async with opened.writing() as tx:
        for table in reversed(METADATA.sorted_tables):
            await tx.connection.execute(table.delete())
        if tx.connection.dialect.name == "postgresql":
            for name in NUMBERED:
                await tx.connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), 1, false)"))
    return opened


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[one.title for one in SCENARIOS])
async def test_what_people_notice_is_what_the_scenario_says(
    scenario: Scenario, history: SqlHistory, tmp_path: Path, no_proxy: None
) -> None:
    result = await played(scenario, history, tmp_path)
    assert not result.wrong, "\n".join([scenario.place, scenario.title, *result.wrong])
