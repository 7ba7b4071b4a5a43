"""Addresses of PostgreSQL, what can be wrong with them and behind them, and what people are told of it."""

from __future__ import annotations

import re
import socket

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from bot.history.diagnosis import STATES_OF_POSTGRESQL, diagnose
from bot.history.errors import HistoryError
from bot.history.migrate import pending, upgrade
from bot.history.store import SqlHistory
from tests.history.on_postgresql import known, opened, refusal
from tests.postgres import USER, Postgres

# --- addresses -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
async def test_each_way_to_begin_an_address_works(migrated_postgres: str, scheme: str) -> None:
    async with opened(migrated_postgres.replace("postgresql", scheme, 1)) as history:
        assert await known(history) == 0


@pytest.mark.parametrize("password", ["p@ss", "a:b", "100%", "a/b?c#d", "ünï cöde", "%41", "@", "'; --"])
async def test_any_password_works(migrated_postgres: str, postgres: Postgres, password: str) -> None:
    postgres.tell("DROP ROLE IF EXISTS somebody")
    postgres.tell(
        psycopg.sql.SQL("CREATE ROLE somebody SUPERUSER LOGIN PASSWORD {}").format(psycopg.sql.Literal(password))
    )
    database = migrated_postgres.rpartition("/")[2]
    async with opened(postgres.url(database, user="somebody", password=password)) as history:
        assert await known(history) == 0
    with pytest.raises(HistoryError, match="credentials"):
        await SqlHistory(postgres.url(database, user="somebody", password=password + "x")).open()


async def test_a_password_with_an_at_or_a_colon_may_be_written_as_it_is(
    migrated_postgres: str, postgres: Postgres
) -> None:
    postgres.tell("DROP ROLE IF EXISTS somebody")
    postgres.tell("CREATE ROLE somebody SUPERUSER LOGIN PASSWORD 'a@b:c@d'")
    url = migrated_postgres.replace(migrated_postgres[13 : migrated_postgres.rindex("@")], "somebody:a@b:c@d")
    async with opened(url) as history:
        assert await known(history) == 0


@pytest.mark.parametrize(
    "address", ["postgresql://u:hunt/er22@db/x", "postgresql://u:1/er22@db/x", "postgres://u:er22#@db"]
)
async def test_a_password_that_must_be_encoded_is_refused_with_the_way_to_do_it(address: str) -> None:
    with pytest.raises(HistoryError, match="%2F") as caught:
        SqlHistory(address)
    assert "er22" not in str(caught.value)


async def test_options_of_the_address_are_the_drivers(migrated_postgres: str) -> None:
    async with opened(f"{migrated_postgres}?sslmode=disable&application_name=mine&connect_timeout=3") as history:
        assert await known(history) == 0
    assert "sslmode" in (await refusal(f"{migrated_postgres}?sslmode=require")).remedy
    assert "option" in (await refusal(f"{migrated_postgres}?sslmode=nonsense")).why
    with pytest.raises(HistoryError, match="sslmod'"):
        SqlHistory(f"{migrated_postgres}?sslmod=hunter22")


# --- what can be wrong ---------------------------------------------------------------------------------


async def test_what_keeps_from_connecting_is_told_with_a_remedy_and_without_the_password(
    postgres: Postgres, empty_postgres: str
) -> None:
    told = {
        "password": await refusal(postgres.url("postgres", password="hunter22")),
        "user": await refusal(postgres.url("postgres", user="nobody")),
        "database": await refusal(postgres.url("nowhere")),
        "port": await refusal(f"postgresql://{USER}:hunter22@127.0.0.1:1/x"),
        "host": await refusal(f"postgresql://{USER}:hunter22@no-such-host.invalid/x"),
        "tables": await refusal(empty_postgres),
    }
    assert {name: error.remedy.partition(",")[0] for name, error in told.items()} == {
        "password": "check the user and password of DATABASE_URL",
        "user": "check the user and password of DATABASE_URL",
        "database": "create it",
        "port": "check host and port of DATABASE_URL",
        "host": "check the host of DATABASE_URL",
        "tables": "run `usagebot db upgrade`",
    }


async def test_a_server_without_a_connection_left_says_so(postgres: Postgres, migrated_postgres: str) -> None:
    postgres.tell("DROP ROLE IF EXISTS crowd")
    postgres.tell("CREATE ROLE crowd LOGIN CONNECTION LIMIT 0 PASSWORD 'crowded-house'")
    url = postgres.url(migrated_postgres.rpartition("/")[2], user="crowd", password="crowded-house")
    assert "no connection left" in (await refusal(url)).why


async def test_a_user_without_rights_is_told_whose_they_are(postgres: Postgres, migrated_postgres: str) -> None:
    postgres.tell("DROP ROLE IF EXISTS guest")
    postgres.tell("CREATE ROLE guest LOGIN PASSWORD 'guest-of-honour'")
    url = postgres.url(migrated_postgres.rpartition("/")[2], user="guest", password="guest-of-honour")
    assert "owner of the tables" in (await refusal(url)).remedy


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("0A000", "standby"),
        ("25006", "standby"),
        ("28P01", "credentials"),
        ("40001", "tries again by itself"),
        ("40P01", "tries again by itself"),
        ("42703", "usagebot db upgrade"),
        ("53100", "disk is full"),
        ("53300", "no connection left"),
        ("57P03", "starting or stopping"),
        ("XX001", "backup"),
    ],
)
def test_an_error_is_told_by_its_state_in_whatever_language_its_words_are(state: str, words: str) -> None:
    found = diagnose(OperationalError("", None, psycopg.errors.lookup(state)("ФАТАЛЬНО: hunter22")))
    assert words in str(found)
    assert "hunter22" not in str(found)


def test_a_mistake_in_a_statement_of_ours_is_no_trouble_of_the_store() -> None:
    assert diagnose(OperationalError("", None, psycopg.errors.SyntaxError())) is None
    assert diagnose(OperationalError("", None, psycopg.errors.UniqueViolation())) is None


async def test_a_listener_that_never_answers_is_given_up(migrated_postgres: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://u:hunter22@127.0.0.1:{silent.getsockname()[1]}/x?connect_timeout=2"
        assert "cannot be reached" in (await refusal(url)).why


async def test_an_upgrade_of_what_cannot_be_reached_says_so() -> None:
    for ask in (upgrade, pending):
        with pytest.raises(HistoryError, match="cannot be reached"):
            ask("postgresql://u:hunter22@127.0.0.1:1/x")


def test_every_error_of_a_driver_has_words_that_differ_by_cause() -> None:
    states = [state for state, _, _ in STATES_OF_POSTGRESQL]
    assert all(re.fullmatch("[0-9A-Z]{2,5}", state) for state in states)
    shadowed = [s for n, s in enumerate(states) if any(s.startswith(earlier) for earlier in states[:n])]
    assert shadowed == []
