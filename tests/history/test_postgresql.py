"""The store on PostgreSQL when servers go away, and when others use the same database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from bot.domain.times import Slot
from bot.history import engine, postgres
from bot.history.errors import HistoryError
from bot.history.store import SqlHistory
from bot.service.ports import Grain
from tests.history.given import NEVER, even, window, write
from tests.history.on_postgresql import known, opened, write_and
from tests.postgres import Postgres

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


async def test_a_process_that_hangs_inside_its_transaction_loses_it(migrated_postgres: str) -> None:
    async def hang(history: SqlHistory, meanwhile: Awaitable[object]) -> None:
        async with history.writing() as t:
            await t.buckets.write([even(1, range(9))], Slot(0), NEVER)
            await t.connection.exec_driver_sql("SET idle_in_transaction_session_timeout = '50ms'")
            await meanwhile
            await t.progress.all()

    async with opened(migrated_postgres) as one, opened(migrated_postgres) as hanging:
        with pytest.raises(HistoryError, match="stood still"):
            await hang(hanging, write(one, even(1, [0])))
        assert await known(one) == 1


async def test_a_statement_that_takes_too_long_is_ended(migrated_postgres: str) -> None:
    async def dawdle(history: SqlHistory) -> None:
        async with history.reading() as t:
            await t.connection.exec_driver_sql("SET LOCAL statement_timeout = '50ms'")
            await t.connection.exec_driver_sql("SELECT pg_sleep(20)")

    async with opened(migrated_postgres) as history:
        with pytest.raises(HistoryError, match="too long"):
            await dawdle(history)


async def test_a_process_has_at_most_ten_connections_and_says_when_all_are_busy(
    migrated_postgres: str, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine.POOL, "pool_timeout", 0.2)
    release, held = asyncio.Event(), [asyncio.Event() for _ in range(10)]

    async def hold(history: SqlHistory, is_held: asyncio.Event) -> None:
        async with history.reading() as t:
            await t.progress.all()
            is_held.set()
            await release.wait()

    async with opened(migrated_postgres) as history:
        holding = [asyncio.create_task(hold(history, one)) for one in held]
        query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'usagebot' AND datname = %s"
        await asyncio.gather(*(one.wait() for one in held))
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
