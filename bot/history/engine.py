"""Connections to the store, with what SQLite must be told on each of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.history.address import Address
from bot.history.sql import BEGIN

BUSY_SECONDS = 30
PRAGMAS = (
    # In this order: changing the journal may itself have to wait.
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA cache_size = -32768",
)


def blocking_engine(address: Address) -> Engine:
    """For migrations, which are not asyncio."""
    engine = create_engine(address.blocking, **_options(address))
    _listen(engine, address)
    return engine


def asyncio_engine(address: Address) -> AsyncEngine:
    engine = create_async_engine(address.asynchronous, **_options(address))
    _listen(engine.sync_engine, address)
    return engine


def _options(address: Address) -> dict[str, Any]:
    options: dict[str, Any] = {"hide_parameters": True}
    if address.is_sqlite:
        # None: the driver must not begin transactions of its own, which it does too late and never for a SELECT.
        options["connect_args"] = {"isolation_level": None, "timeout": BUSY_SECONDS}
    if address.in_memory:
        options["poolclass"] = StaticPool
    return options


def _listen(engine: Engine, address: Address) -> None:
    if address.is_sqlite:
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN IMMEDIATE"))
