"""The server that tests run on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.postgres import SECONDS, Postgres, running

ABANDONED = """
import os, sys
from tests.postgres import Postgres
server = Postgres()
server.start()
print(server._folder, *(process.pid for process in server._processes()), flush=True)
sys.stdin.read()
"""


def test_each_database_is_new(postgres: Postgres) -> None:
    first, second = postgres.empty(), postgres.empty()
    with psycopg.connect(first, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (n int)")
    with psycopg.connect(second) as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT * FROM t")
    postgres.drop(first)
    postgres.drop(second)


def test_a_migrated_database_has_the_tables(migrated_postgres: str) -> None:
    with psycopg.connect(migrated_postgres) as connection:
        assert connection.execute("SELECT count(*) FROM buckets").fetchone() == (0,)


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_what_was_committed_outlives_a_stop_and_a_kill(own_postgres: Postgres, end: str) -> None:
    with psycopg.connect(own_postgres.empty(), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (n int)")
        getattr(own_postgres, end)()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        own_postgres.connected()
    own_postgres.start()
    assert own_postgres.ask("SELECT count(*) FROM t", database="history_1") == [(0,)]


def test_a_frozen_server_goes_on_when_it_thaws(own_postgres: Postgres) -> None:
    with own_postgres.connected() as connection:
        connection.execute("SELECT 1")
        with own_postgres.frozen():
            states = {process.status() for process in own_postgres._processes()}
            assert states == {psutil.STATUS_STOPPED}
        assert connection.execute("SELECT 2").fetchone() == (2,)


def test_nothing_is_left_behind() -> None:
    with running() as server:
        folder, processes = server._folder, server._processes()
        assert processes
    assert not folder.exists()
    assert not any(map(psutil.Process.is_running, processes))


def test_nothing_is_left_behind_where_the_tests_are_killed() -> None:
    repository = Path(__file__).parents[1]
    command = [sys.executable, "-c", ABANDONED]
    with subprocess.Popen(command, cwd=repository, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        folder, *processes = tests.stdout.readline().split()
        os.kill(tests.pid, signal.SIGKILL)
    end = time.monotonic() + SECONDS
    while Path(folder).exists() and time.monotonic() < end:
        time.sleep(0.02)
    assert not Path(folder).exists()
    assert not any(psutil.pid_exists(int(process)) for process in processes)
