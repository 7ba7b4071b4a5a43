"""Connections to the store, with what each database must be told on each of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.history.address import Address
from bot.history.sql import BEGIN

BUSY_SECONDS = 30
"""How long a writer waits for another one."""

PRAGMAS = (
    # In this order: changing the journal may itself have to wait.
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -32768",
)

POOL = {
    # At most ten connections a process: nine replicas fit into a server's usual hundred. Writers of a process take
    # turns, so all but one of the ten answer questions. A connection is tried before it is used, so that a server
    # that was restarted is noticed by nobody; none grows old, which load balancers and leaking servers dislike.
    "pool_size": 5,
    "max_overflow": 5,
    "pool_timeout": 10,
    "pool_pre_ping": True,
    "pool_recycle": 1800,
}
DIALECT = {
    # Not stricter, whatever the server's default: a writer that waited for its lock must see what was committed
    # meanwhile. Readers ask for a snapshot of their own.
    "isolation_level": "READ COMMITTED",
    "use_native_hstore": False,
}
CONNECTING = {"connect_timeout": "10", "application_name": "usagebot"}
LIMITS = {
    # Nothing waits for ever: not for a lock, not in a statement, and not for a process that hangs in its middle.
    "lock_timeout": f"{BUSY_SECONDS}s",
    "statement_timeout": "120s",
    "idle_in_transaction_session_timeout": "120s",
}
LIMITS_OF_MIGRATIONS = {
    # Another replica's migration is waited for, and an index over years of history takes its time.
    "lock_timeout": "2min",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "10min",
}


def blocking_engine(address: Address) -> Engine:
    """For migrations, which are not asyncio."""
    engine = create_engine(address.blocking, **_options(address))
    _listen(engine, address, LIMITS_OF_MIGRATIONS)
    return engine


def asyncio_engine(address: Address) -> AsyncEngine:
    options = _options(address)
    if not address.is_sqlite:
        from bot.history.postgres import PatientConnection  # noqa: PLC0415 - slow to import; SQLite needs none of it

        options["connect_args"]["async_creator_fn"] = PatientConnection.connect
    engine = create_async_engine(address.asynchronous, **options)
    _listen(engine.sync_engine, address, LIMITS)
    return engine


def _options(address: Address) -> dict[str, Any]:
    options: dict[str, Any] = {"hide_parameters": True}
    if address.is_sqlite:
        # None: the driver must not begin transactions of its own, which it does too late and never for a SELECT.
        options["connect_args"] = {"isolation_level": None, "timeout": BUSY_SECONDS}
    else:
        # What DATABASE_URL says goes first.
        options["connect_args"] = {key: text for key, text in CONNECTING.items() if key not in address.url.query}
        options |= POOL | DIALECT
    if address.in_memory:
        options["poolclass"] = StaticPool
    return options


def _listen(engine: Engine, address: Address, limits: dict[str, str]) -> None:
    if not address.is_sqlite:
        event.listen(engine, "connect", lambda connection, _record: _limit(connection, limits))
        return
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)


def _limit(connection: Any, limits: dict[str, str]) -> None:
    """By statements, not by start-up options: poolers between us and the server refuse those."""
    cursor = connection.cursor()
    for name, value in limits.items():
        cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
    cursor.close()
    connection.commit()


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN IMMEDIATE"))
