"""`Stage` in a temporary SQLite file: sorts any number of rows in bounded memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.domain.times import DAY
from bot.history.unusable import UnusableFileError
from bot.service.ports import StagedRow

CACHE_KIB = 65_536
COLUMNS = "site, slot, length, in_bytes, out_bytes, max_bytes, known, file, line"
MAKE = """
CREATE TABLE rows (
    day INTEGER, site INTEGER, slot INTEGER, length INTEGER, in_bytes INTEGER, out_bytes INTEGER,
    max_bytes INTEGER, known INTEGER, file INTEGER, line INTEGER,
    PRIMARY KEY (day, site, slot, length, file, line)
) WITHOUT ROWID
"""
ADD = "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
WIDTH = len(StagedRow._fields)
FORGET_REPEATED = """
DELETE FROM rows AS later WHERE EXISTS (
    SELECT 1 FROM rows AS first
    WHERE first.day = later.day AND first.site = later.site AND first.slot = later.slot
    AND first.length = later.length AND first.in_bytes = later.in_bytes AND first.out_bytes = later.out_bytes
    AND first.max_bytes = later.max_bytes AND first.known = later.known
    AND (first.file, first.line) < (later.file, later.line)
)
"""
# A row and another that it contradicts, in the order of StagedRow's fields: site, slot, length … file, line.
MAKE_BAD = f"CREATE TABLE bad ({', '.join(f'c{number} INTEGER' for number in range(2 * WIDTH))})"
ADD_BAD = f"INSERT INTO bad VALUES ({', '.join('?' * 2 * WIDTH)})"  # noqa: S608 - our own names, as below
FORGET_BAD = f"""
DELETE FROM rows WHERE (day, site, slot, length, file, line) IN (
    SELECT c1 / {DAY}, c0, c1, c2, c{WIDTH - 2}, c{WIDTH - 1} FROM bad
)
"""  # noqa: S608
IN_ORDER = f"SELECT {COLUMNS} FROM rows ORDER BY day, site, slot, length, file, line"  # noqa: S608 - our own names
OF_DAY = f"SELECT {COLUMNS} FROM rows WHERE day = ? ORDER BY site, slot"  # noqa: S608 - our own names


@contextmanager
def staging() -> Iterator[SqliteStage]:
    """An empty stage. Its file has no name, so that it is gone with the process, whatever ends that."""
    connection = sqlite3.connect("", isolation_level=None)
    try:
        yield SqliteStage(connection)
    except sqlite3.OperationalError as error:
        if "full" not in str(error):
            raise
        remedy = "Make room (45 bytes a row are needed), or set SQLITE_TMPDIR to a folder that has it"
        raise UnusableFileError("the temporary folder", "the disk is full", remedy) from None
    finally:
        connection.close()


class SqliteStage:
    """Rows in the order of UTC day, site and slot."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute(MAKE)
        connection.execute(MAKE_BAD)

    def __len__(self) -> int:
        count: int = self._db.execute("SELECT count(*) FROM rows").fetchone()[0]
        return count

    def add(self, rows: Sequence[StagedRow]) -> None:
        self._db.execute("BEGIN")
        self._db.executemany(ADD, [(row.slot // DAY, *row) for row in rows])
        self._db.execute("COMMIT")

    def drop_repeated(self) -> int:
        return self._db.execute(FORGET_REPEATED).rowcount

    def drop_contradictions(self) -> Iterator[tuple[StagedRow, StagedRow]]:
        self._db.execute("BEGIN")
        for rows in self._overlaps():
            others = [rows[0] if row is not rows[0] else rows[1] for row in rows]
            self._db.executemany(ADD_BAD, [(*row, *other) for row, other in zip(rows, others, strict=True)])
        self._db.execute(FORGET_BAD)
        self._db.execute("COMMIT")
        for bad in self._db.execute("SELECT * FROM bad"):
            yield StagedRow._make(bad[:WIDTH]), StagedRow._make(bad[WIDTH:])

    def batches(self, size: int) -> Iterator[list[StagedRow]]:
        batch: list[StagedRow] = []
        for row in self._newest_day_first():
            if len(batch) >= size and (row.site, row.slot // DAY) != (batch[-1].site, batch[-1].slot // DAY):
                yield batch
                batch = []
            batch.append(row)
        if batch:
            yield batch

    def _newest_day_first(self) -> Iterator[StagedRow]:
        day = self._newest_day(None)
        while day is not None:
            yield from map(StagedRow._make, self._db.execute(OF_DAY, (day,)))
            day = self._newest_day(day)

    def _newest_day(self, before: int | None) -> int | None:
        where = "" if before is None else f"WHERE day < {int(before)}"
        day: int | None = self._db.execute(f"SELECT max(day) FROM rows {where}").fetchone()[0]  # noqa: S608 - a number
        return day

    def _overlaps(self) -> Iterator[list[StagedRow]]:
        """Rows of one site that share time, two or more."""
        cluster: list[StagedRow] = []
        end = 0
        for row in map(StagedRow._make, self._db.execute(IN_ORDER)):
            if cluster and (row.site != cluster[0].site or row.slot >= end):
                if len(cluster) > 1:
                    yield cluster
                cluster, end = [], 0
            cluster.append(row)
            end = max(end, row.slot + row.length)
        if len(cluster) > 1:
            yield cluster
