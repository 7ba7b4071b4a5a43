"""The commands on PostgreSQL: what they say, and what they keep to themselves."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from bot.cli.exits import Exit
from tests.cli.console import Usagebot
from tests.postgres import PASSWORD, Postgres

NO_RULES = "version: 1\nrules: []\n"


@pytest.fixture(autouse=True)
def _rules(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "fleet.yaml").write_text(NO_RULES)


def test_the_tables_are_made_by_upgrade_and_by_nothing_else(
    usagebot: Usagebot, empty_postgres: str, postgres: Postgres
) -> None:
    settings = {"DATABASE_URL": empty_postgres, "ALTOSTRAT_TOKEN": "alto_sk_test"}
    for command in (("run",), ("query", "status")):
        ran = usagebot(*command, **settings)
        assert (ran.code, ran.out) == (Exit.UNAVAILABLE, "")
        assert "run `usagebot db upgrade`" in ran.err
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
    assert postgres.ask(tables, database=empty_postgres.rpartition("/")[2]) == [(0,)]
    assert usagebot("db", "upgrade", **settings).out == "The database was upgraded.\n"
    assert usagebot("db", "upgrade", **settings).out == "The database is up to date.\n"
    assert usagebot("query", "status", **settings).code == Exit.OK


@pytest.mark.parametrize("command", [("db", "upgrade"), ("query", "status"), ("run",)])
def test_no_command_shows_the_password_however_much_it_logs(
    command: tuple[str, ...], usagebot: Usagebot, postgres: Postgres
) -> None:
    for url in (
        postgres.url("nowhere"),
        postgres.url("postgres", user="nobody"),
        f"postgresql://u:{quote(PASSWORD, safe='')}@127.0.0.1:1/x",
        f"postgresql://u:{PASSWORD}@127.0.0.1:1/x",
        f"postgresql+asyncpg://u:{quote(PASSWORD, safe='')}@127.0.0.1:1/x",
    ):
        ran = usagebot(*command, DATABASE_URL=url, LOG_LEVEL="debug", ALTOSTRAT_TOKEN="alto_sk_test")
        assert ran.code in {Exit.UNAVAILABLE, Exit.BAD_SETUP}
        assert ran.err
        assert "Traceback" not in ran.err
        for form in (PASSWORD, quote(PASSWORD, safe=""), "s3cret"):
            assert form not in ran.out + ran.err


def test_the_demonstration_refuses_a_database_that_somebody_uses(
    usagebot: Usagebot, empty_postgres: str, postgres: Postgres
) -> None:
    postgres.tell("CREATE TABLE orders AS SELECT 1 AS id", database=empty_postgres.rpartition("/")[2])
    ran = usagebot("demo", "--database", empty_postgres)
    assert ran.code == Exit.UNAVAILABLE
    assert "in use" in ran.err
    assert "s3cret" not in ran.out + ran.err
