"""The demonstration, a day or two of it."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from bot.demo import show
from bot.demo.summary import print_opening, print_summary
from bot.history.errors import HistoryError
from tests.postgres import Postgres


@pytest.fixture(autouse=True)
def _one_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """That in whose night the warehouse leaks, after the growing site has passed 80 %."""
    monkeypatch.setattr(show, "HISTORY_DAYS", 38)
    monkeypatch.setattr(show, "SPAN_DAYS", 39)
    monkeypatch.setattr(show, "TICK", timedelta(minutes=30))


async def played(folder: Path, database: str | None = None) -> str:
    page = io.StringIO()
    console = Console(file=page, width=80, force_terminal=False)
    async with show.staged(show.ORIGIN, 1, folder, console, database) as stage:
        print_opening(console, stage.api.fleet, show.ORIGIN)
        await show.play(stage, console)
        print_summary(console, stage.api, stage.terminal.news(), stage.folder)
    return page.getvalue().replace(str(folder), "FOLDER")


async def test_it_tells_the_same_story_when_it_is_played_again_on_another_database(
    tmp_path: Path, empty_postgres: str
) -> None:
    first = await played(tmp_path)
    assert await played(tmp_path, empty_postgres) == first
    with pytest.raises(HistoryError, match="in use"):
        await played(tmp_path, empty_postgres)
    assert "Cape Town has used 80 % of its 500 GB" in first
    assert "At this pace     it runs out on" in first
    assert told_of(first, "exfiltration").startswith("02:")
    assert list((tmp_path / "mail").glob("*.eml"))


def told_of(page: str, story: str) -> str:
    """What the summary says was told of it, without what is folded into a second line."""
    (row,) = (line for line in page.splitlines() if f"│ {story} " in line)
    return row.rsplit("│", 2)[1].strip()


async def test_it_says_beforehand_what_runs_out_and_tells_who_fell_silent_and_that_all_rose_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show, "HISTORY_DAYS", 41)
    monkeypatch.setattr(show, "SPAN_DAYS", 43)
    page = await played(tmp_path)
    assert "Polokwane has sent no data for 1 hour" in page
    all_of_it = "100 % of its 500 GB"
    assert page.index(f"Cape Town is likely to reach {all_of_it}") < page.index(f"Cape Town has used {all_of_it}")
    assert told_of(page, "quota 100 %") == "15:40, after 1 bucket;"
    assert "forecast on" in page
    assert told_of(page, "silence") == "12:25, after 12 buckets"
    assert told_of(page, "fleet-wide rise").startswith("10:")


@pytest.mark.parametrize("schema", ["public", "sales"])
async def test_it_never_touches_a_database_that_somebody_uses(
    tmp_path: Path, empty_postgres: str, postgres: Postgres, schema: str
) -> None:
    name = empty_postgres.rpartition("/")[2]
    postgres.tell(f"CREATE SCHEMA IF NOT EXISTS {schema}", database=name)
    postgres.tell(f"CREATE TABLE {schema}.orders AS SELECT 1 AS id", database=name)
    with pytest.raises(HistoryError, match="in use"):
        await played(tmp_path, empty_postgres)
    query = "SELECT table_name FROM information_schema.tables WHERE table_schema IN ('public', 'sales')"
    assert postgres.ask(query, database=name) == [("orders",)]
