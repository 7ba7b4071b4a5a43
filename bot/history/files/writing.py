"""Writing rows as CSV or Parquet: exactly what reading takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Protocol

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from bot.domain.times import iso
from bot.history.files.formats import Format
from bot.service.export_history import ExportedRow
from bot.service.ports import Resolution

WORDS = pa.dictionary(pa.int32(), pa.string())
NUMBERS = ("minutes", "in_bytes", "out_bytes", "max_bytes", "buckets")
OF_SUMS = ("max_bytes", "buckets")


class RowWriter(Protocol):
    def write(self, rows: Sequence[ExportedRow]) -> None: ...


@contextmanager
def row_writer(target: BinaryIO, form: Format, resolution: Resolution, *, is_gzip: bool = False) -> Iterator[RowWriter]:
    """Writes to `target`; complete when it is left."""
    columns = [name for name in ExportedRow._fields if resolution is not Resolution.RAW or name not in OF_SUMS]
    with pa.PythonFile(_KeptOpen(target), "w") as plain:
        if form is Format.PARQUET:
            with pq.ParquetWriter(plain, _schema(columns, is_text=False), compression="zstd") as parquet:
                yield _Tables(parquet, columns, is_text=False)
            return
        stream = pa.CompressedOutputStream(plain, "gzip") if is_gzip else plain
        schema = _schema(columns, is_text=True)
        options = pa.csv.WriteOptions(quoting_style="needed", quoting_header="none")
        with stream, pa.csv.CSVWriter(stream, schema, write_options=options) as lines:
            yield _Tables(lines, columns, is_text=True)


class _KeptOpen:
    """A file that pyarrow, which closes what it is given, leaves open: closing it is its owner's business."""

    closed = False

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self.write, self.flush = target.write, target.flush

    def close(self) -> None:
        """Nothing."""


class _Tables:
    def __init__(self, writer: pq.ParquetWriter | pa.csv.CSVWriter, columns: Sequence[str], *, is_text: bool) -> None:
        self._writer, self._columns, self._is_text = writer, columns, is_text
        self._schema = _schema(columns, is_text=is_text)

    def write(self, rows: Sequence[ExportedRow]) -> None:
        if not rows:
            return
        of = dict(zip(ExportedRow._fields, zip(*rows, strict=True), strict=True))
        if self._is_text:
            times = {slot: iso(slot) for slot in set(of["time_slot"])}
            of["time_slot"] = tuple(times[slot] for slot in of["time_slot"])
        arrays = [pa.array(of[field.name], _storable(field.type)).cast(field.type) for field in self._schema]
        self._writer.write_table(pa.table(arrays, schema=self._schema))


def _schema(columns: Sequence[str], *, is_text: bool) -> pa.Schema:
    words = pa.string() if is_text else WORDS
    time = pa.string() if is_text else pa.timestamp("s", "UTC")
    types = {**dict.fromkeys(NUMBERS, pa.int64()), "time_slot": time}
    return pa.schema([(name, types.get(name, words)) for name in columns])


def _storable(of: pa.DataType) -> pa.DataType:
    """What Python's values become first."""
    if pa.types.is_timestamp(of):
        return pa.int64()
    return pa.string() if pa.types.is_dictionary(of) else of
