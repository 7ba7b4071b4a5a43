"""What only PostgreSQL can do to the store, and what people are told of it."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import quote

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from bot.domain.times import Slot
from bot.history import engine, postgres
from bot.history.errors import STATES_OF_POSTGRESQL, HistoryError, diagnose
from bot.history.migrate import pending, upgrade
from bot.history.store import SqlHistory
from bot.service.ports import Grain
from tests.history.given import NEVER, STEP, even, window, write
from tests.postgres import PASSWORD, USER, Postgres


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[SqlHistory]:
    history = SqlHistory(url)
    await history.open()
    try:
        yield history
    finally:
        await history.close()


async def known(history: SqlHistory) -> int:
    async with history.reading() as t:
        return (await t.buckets.usage([1], window(0, 1000), STEP))[1].known


async def write_and(history: SqlHistory, happens: Awaitable[object]) -> None:
    """A transaction in the middle of which something happens."""
    async with history.writing() as t:
        await t.buckets.write([even(1, range(9))], Slot(0), NEVER)
        await happens
        await t.progress.all()


async def refusal(url: str) -> HistoryError:
    """What opening the history says, and that no form of the password is in it, nor in a log of everything."""
    with everything_logged() as lines, pytest.raises(HistoryError) as caught:
        await SqlHistory(url).open()
    texts = ["".join(traceback.format_exception(caught.value)), *lines]
    for form in (PASSWORD, quote(PASSWORD, safe=""), "hunter22"):
        assert not [text for text in texts if form in text]
    return caught.value


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    lines: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    root, handler = logging.getLogger(), Keeping()
    names = ("sqlalchemy", "psycopg", "alembic", "asyncio")
    loggers = [root, *(logging.getLogger(name) for name in names)]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    root.addHandler(handler)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


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
    "url", ["postgresql://u:hunt/er22@db/x", "postgresql://u:1/er22@db/x", "postgres://u:er22#@db"]
)
async def test_a_password_that_must_be_encoded_is_refused_with_the_way_to_do_it(url: str) -> None:
    with pytest.raises(HistoryError, match="%2F") as caught:
        SqlHistory(url)
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


# --- a server that goes away ---------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_a_server_that_dies_in_a_transaction_leaves_the_whole_or_nothing(
    own_postgres: Postgres, end: str
) -> None:
    async with opened(own_postgres.migrated()) as history:
        await write(history, even(1, [0]))
        with pytest.raises(HistoryError, match=r"starting or stopping|cannot be reached"):
            await write_and(history, asyncio.to_thread(getattr(own_postgres, end)))
        with pytest.raises(HistoryError, match="cannot be reached"):
            await known(history)
        own_postgres.start()
        assert await known(history) == 1
        await write(history, even(1, [1]))
        assert await known(history) == 2


async def test_a_server_that_was_restarted_meanwhile_is_noticed_by_nobody(own_postgres: Postgres) -> None:
    async with opened(own_postgres.migrated()) as history:
        await asyncio.gather(*(known(history) for _ in range(4)))
        own_postgres.stop()
        own_postgres.start()
        await write(history, even(1, [0]))
        assert await asyncio.gather(*(known(history) for _ in range(4))) == [1] * 4


async def test_a_frozen_server_is_not_waited_for_for_ever(
    own_postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(own_postgres.migrated() + "?connect_timeout=2") as history:
        await write(history, even(1, [0]))
        monkeypatch.setattr(postgres, "ANSWER_SECONDS", 0.2)
        with own_postgres.frozen():
            async with asyncio.timeout(30):
                with pytest.raises(HistoryError, match="cannot be reached"):
                    await known(history)
        monkeypatch.undo()
        assert await known(history) == 1


# --- others on the same database -----------------------------------------------------------------------


async def test_writers_of_two_processes_take_turns_and_readers_wait_for_nobody(migrated_postgres: str) -> None:
    async with opened(migrated_postgres) as one, opened(migrated_postgres) as other:
        async with one.writing() as t:
            await t.buckets.write([even(1, range(5))], Slot(0), NEVER)
            second = asyncio.create_task(write(other, even(1, range(9))))
            assert await known(other) == 0
            done, _ = await asyncio.wait([second], timeout=0.2)
            assert not done
        await second
        assert await known(one) == 9
        async with one.reading() as t:
            [(_, hour)] = await t.buckets.series(1, window(0, 12), Grain.HOURLY)
        assert (hour.known, hour.in_bytes) == (9, 45)


async def test_a_writer_that_hangs_is_named_to_those_who_wait(
    migrated_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(migrated_postgres) as one:
        monkeypatch.setitem(engine.LIMITS, "lock_timeout", "50ms")
        async with opened(migrated_postgres) as other, one.writing():
            with pytest.raises(HistoryError, match="another program holds the history"):
                await write(other, even(1, [0]))


async def test_a_process_that_hangs_inside_its_transaction_loses_it(
    migrated_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(migrated_postgres) as one:
        monkeypatch.setitem(engine.LIMITS, "idle_in_transaction_session_timeout", "50ms")
        async with opened(migrated_postgres) as hanging:
            with pytest.raises(HistoryError, match="stood still"):
                await write_and(hanging, write(one, even(1, [0])))
        assert await known(one) == 1


async def test_a_statement_that_takes_too_long_is_ended(
    migrated_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine.LIMITS, "statement_timeout", "50ms")
    async with opened(migrated_postgres) as history:
        with pytest.raises(HistoryError, match="too long"):
            async with history.reading() as t:
                await t.connection.exec_driver_sql("SELECT pg_sleep(5)")


async def test_a_process_has_at_most_ten_connections_and_says_when_all_are_busy(
    migrated_postgres: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine.POOL, "pool_timeout", 0.2)
    release = asyncio.Event()

    async def hold(history: SqlHistory) -> None:
        async with history.reading() as t:
            await t.progress.all()
            await release.wait()

    async with opened(migrated_postgres) as history:
        holding = [asyncio.create_task(hold(history)) for _ in range(10)]
        query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'usagebot' AND datname = %s"
        await asyncio.wait(holding, timeout=0.5)
        assert postgres.ask(query, migrated_postgres.rpartition("/")[2]) == [(10,)]
        with pytest.raises(HistoryError, match="busy"):
            await known(history)
        release.set()
        await asyncio.gather(*holding)


async def test_limits_are_set_on_every_connection_and_commits_wait_for_the_disk(migrated_postgres: str) -> None:
    async with opened(migrated_postgres) as history, history.writing() as t:
        names = [*engine.LIMITS, "synchronous_commit", "transaction_isolation"]
        found = [(await t.connection.exec_driver_sql(f"SHOW {name}")).scalar() for name in names]
        assert found == ["30s", "2min", "2min", "on", "read committed"]


def test_every_error_of_a_driver_has_words_that_differ_by_cause() -> None:
    states = [state for state, _, _ in STATES_OF_POSTGRESQL]
    assert all(re.fullmatch("[0-9A-Z]{2,5}", state) for state in states)
    shadowed = [s for n, s in enumerate(states) if any(s.startswith(earlier) for earlier in states[:n])]
    assert shadowed == []
