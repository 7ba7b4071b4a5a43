"""What any test may ask for, and how much property tests try.

That is little, and always the same, by default; much, and always anew, for `make fuzz`. A PostgreSQL is started only
where a test asks for one.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from tests.postgres import Postgres, running

settings.register_profile("ci", max_examples=100, derandomize=True, deadline=None, database=None)
settings.register_profile("deep", max_examples=3000, deadline=None, database=None, print_blob=True)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server of this session (of each worker, where there are several). Not to be stopped: others use it."""
    with running() as server:
        yield server


@pytest.fixture
def empty_postgres(postgres: Postgres) -> Iterator[str]:
    """The address of a new database without tables, gone after the test."""
    url = postgres.empty()
    yield url
    postgres.drop(url)


@pytest.fixture
def migrated_postgres(postgres: Postgres) -> Iterator[str]:
    """The address of a new database with the tables of the code, gone after the test."""
    url = postgres.migrated()
    yield url
    postgres.drop(url)


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that the test may stop, kill, freeze and start again."""
    with running() as server:
        yield server


@pytest.fixture(autouse=True)
def _restored_umask() -> Iterator[None]:
    """The command line closes what it writes to others; the tests after it are not to inherit that."""
    mask = os.umask(0o022)
    os.umask(mask)
    yield
    os.umask(mask)


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine is set up for must not lead requests away from the loopback."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def restored_logs() -> Iterator[None]:
    """For tests that set up logging as the bot does."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
