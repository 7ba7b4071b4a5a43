"""The one place that knows how SQLite and PostgreSQL differ."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    CursorResult,
    Table,
    any_,
    bindparam,
    cast,
    func,
    insert,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

Rows = Sequence[tuple[Any, ...]]

BEGIN = "sqlite_begin"
"""Execution option: which BEGIN an SQLite connection emits."""

WRITING: Mapping[str, Mapping[str, Any]] = {
    # DEFERRED would let two readers both try to become the writer, and one of them fail.
    "sqlite": {BEGIN: "BEGIN IMMEDIATE"},
    "postgresql": {},
}
READING: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {BEGIN: "BEGIN"},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


WRITERS = 0x75736167
"""The advisory lock of whoever writes: one number for a database. ("usag")"""


def become_writer(connection: Connection) -> None:
    """Wait to be the only writer until this transaction ends, as SQLite's BEGIN IMMEDIATE does by itself.

    What is written is worked out from what was read, throughout: rollups from the difference to stored buckets,
    alerts from those that are open, a notification from one that waits. Readers wait for nobody.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (WRITERS,))


class Sql:
    """Statements on one connection, in the words of its database.

    Plain statements are written with `?` for a value and take tuples: for usage, expressions and dictionaries
    built row by row are too dear.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"

    def within(self, column: str) -> str:
        """Condition that `column` is one of the whole numbers in one parameter, see `numbers`."""
        if self._is_sqlite:
            return f"{column} IN (SELECT value FROM json_each(?))"  # noqa: S608 - a name of ours
        return f"{column} = ANY(CAST(? AS bigint[]))"

    def numbers(self, values: Iterable[int]) -> str | list[int]:
        """The parameter for `within`: any length, where a list of `?` is bounded."""
        whole = list(map(int, values))
        return json.dumps(whole) if self._is_sqlite else whole

    def given(self) -> str:
        """The numbers of one parameter as rows of a table with the column `value`, see `numbers`."""
        if self._is_sqlite:
            return "json_each(?)"
        return "unnest(CAST(? AS bigint[])) AS given(value)"

    def among(
        self, column: ColumnElement[int] | ColumnElement[int | None], values: Iterable[int]
    ) -> ColumnElement[bool]:
        """The condition of `within`, for expressions."""
        numbers = self.numbers(values)
        if self._is_sqlite:
            return column.in_(select(func.json_each(numbers).table_valued("value").c.value))
        return column == any_(cast(bindparam(None, numbers), ARRAY(BigInteger)))

    async def add(self, table: Table, rows: Sequence[Mapping[str, object]]) -> list[int]:
        """Insert into a table that numbers its rows; their ids, in order."""
        if not rows:
            return []
        statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
        return list((await self._connection.execute(statement, list(rows))).scalars())

    async def ask(self, statement: str, *values: object) -> Rows:
        """Every row of a query."""
        result = await self._run(statement, values)
        return result.all()

    async def tell(self, statement: str, *values: object) -> int:
        """How many rows a statement touched."""
        return (await self._run(statement, values)).rowcount

    async def append(self, table: str, columns: Sequence[str], rows: Rows) -> None:
        """Insert many rows whose keys are not there yet: the fastest way that each database has."""
        if not rows:
            return
        if self._is_sqlite:
            await self.tell_each(_insert(table, columns), rows)
            return
        from bot.history.postgres import copy_in  # noqa: PLC0415 - slow to import; SQLite needs none of it

        await copy_in(self._connection, f"COPY {table} ({', '.join(columns)}) FROM STDIN", rows)

    async def merge(self, table: str, columns: Sequence[str], rows: Rows, conflict: str) -> None:
        """Insert rows of whole numbers (or None), no two of one key, and do what `conflict` says where one is there.

        PostgreSQL gets each column as one array: a statement a row, prepared or not, costs it twice to three times.
        """
        if not rows:
            return
        if self._is_sqlite:
            await self.tell_each(f"{_insert(table, columns)} {conflict}", rows)
            return
        arrays = ", ".join(["CAST(? AS bigint[])"] * len(columns))
        insert = f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM unnest({arrays}) {conflict}"  # noqa: S608
        await self.tell(insert, *map(_array, zip(*rows, strict=True)))

    async def matrix(self, columns: Sequence[str], rest: str, *values: object) -> NDArray[np.int64]:
        """The rows of `SELECT columns rest`, none of them NULL, as one array of shape (rows, columns).

        Each database sends few values with all of the numbers: rows made here only to be taken apart would cost five
        times as much, and hold up the event loop meanwhile. SQLite has nothing shorter than text, one for each column.
        """
        if self._is_sqlite:
            texts = ", ".join(f"group_concat({name})" for name in columns)
            (sent,) = await self.ask(f"SELECT {texts} {rest}", *values)
            return np.array([np.fromstring(text or "", np.int64, sep=",") for text in sent]).T
        packed = " || ".join(f"int8send({name})" for name in columns)
        ((packed_rows,),) = await self.ask(f"SELECT string_agg({packed}, '') {rest}", *values)
        return np.frombuffer(packed_rows or b"", ">i8").reshape(-1, len(columns)).astype(np.int64)

    async def tell_each(self, statement: str, rows: Rows) -> None:
        """One statement for each tuple, prepared once."""
        if rows:
            await self._connection.exec_driver_sql(self._spell(statement), list(rows))

    async def _run(self, statement: str, values: tuple[object, ...]) -> CursorResult[Any]:
        return await self._connection.exec_driver_sql(self._spell(statement), values)

    def _spell(self, statement: str) -> str:
        return statement if self._is_sqlite else statement.replace("?", "%s")


def _insert(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608


def _array(numbers: Iterable[int | None]) -> str:
    """As PostgreSQL writes an array: the driver's own way with lists takes four times as long."""
    return f"{{{','.join('NULL' if number is None else str(number) for number in numbers)}}}"
