"""Reading rows of CSV and Parquet files as text, a block at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from bot.history.files.columns import columns_of
from bot.history.unusable import UnusableFileError, unreadable
from bot.service.import_rows import Refused, RowText, Why

BLOCK = 1 << 20
PARQUET_ROWS = 16_384
LONGEST_HEADER = 64 * 1024
GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
SEPARATORS = (",", ";", "\t")

Rows = Iterator[tuple[int, RowText] | Refused]
"""(line, cells), lines counted from 1; of Parquet, the number of the row."""


def read_rows(file: Path, number: int) -> Rows:
    """The rows of a file, which is `number` among those of an import. Raises UnusableFileError."""
    with readable(file) as start:
        yield from _parquet(file) if start == PARQUET else _csv(file, number, is_gzip=start.startswith(GZIP))


def header_of(file: Path) -> list[str]:
    """The names of a file's columns. Raises UnusableFileError."""
    with readable(file) as start:
        if start == PARQUET:
            return list(pq.read_schema(file).names)
        return header_and_separator(file, is_gzip=start.startswith(GZIP))[1]


@contextmanager
def readable(file: Path) -> Iterator[bytes]:
    """The first bytes of a file; what goes wrong with it is told as an UnusableFileError."""
    start = b""
    try:
        with file.open("rb") as opened:
            start = opened.read(4)
        yield start
    except OSError as error:
        if start.startswith(GZIP) and error.errno is None:
            raise UnusableFileError(file, "its gzip is broken, or ends too early", "Copy or make it anew") from None
        raise unreadable(file, error) from None
    except pa.ArrowInvalid as error:
        why = f"it cannot be read: {' '.join(str(error).split())[:200]}"
        raise UnusableFileError(file, why, "Save it as CSV in UTF-8, or as Parquet") from None


def _csv(file: Path, number: int, *, is_gzip: bool) -> Rows:
    separator, header = header_and_separator(file, is_gzip=is_gzip)
    columns = columns_of(file, header)
    broken: list[tuple[int, str]] = []

    def skip(row: pa.csv.InvalidRow) -> str:
        broken.append((row.number, f"{row.actual_columns} columns, and the header has {row.expected_columns}"))
        return "skip"

    names = [str(n) for n in range(len(header))]
    with pa.input_stream(str(file), compression="gzip" if is_gzip else None) as stream:
        reader = pa.csv.open_csv(
            stream,
            pa.csv.ReadOptions(use_threads=False, block_size=BLOCK, skip_rows=1, column_names=names),
            pa.csv.ParseOptions(delimiter=separator, invalid_row_handler=skip, ignore_empty_lines=False),
            pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
        line = 2
        for batch in reader:
            rows = _texts(batch, columns)
            for row in rows:
                while broken and broken[0][0] <= line:
                    yield _broken(number, *broken.pop(0))
                    line += 1
                if any(row):
                    yield line, row
                line += 1
        yield from (_broken(number, *one) for one in broken)


def _broken(file: int, line: int, detail: str) -> Refused:
    return Refused(file, line, Why.COLUMNS, detail, RowText("", "", "", ""))


def header_and_separator(file: Path, *, is_gzip: bool) -> tuple[str, list[str]]:
    """The separator of a CSV file and the names of its columns. Raises UnusableFileError."""
    with pa.input_stream(str(file), compression="gzip" if is_gzip else None) as stream:
        start = stream.read(LONGEST_HEADER)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnusableFileError(file, "it is UTF-16", "Save it as CSV in UTF-8")
    first = start.splitlines()[0] if start.strip() else b""
    try:
        text = first.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnusableFileError(file, "it is neither Parquet nor text in UTF-8", "Save it as CSV in UTF-8") from None
    if not text.strip():
        raise UnusableFileError(file, "it is empty, or its first line is", "The first line names the columns")
    separator = max(SEPARATORS, key=text.count)
    return separator, next(csv.reader([text], delimiter=separator))


def _parquet(file: Path) -> Rows:
    with pq.ParquetFile(file) as opened:
        schema = opened.schema_arrow
        columns = columns_of(file, schema.names)
        wanted = [schema.names[number] for number in columns.values()]
        inside = {field: number for number, field in enumerate(columns)}
        line = 1
        for batch in opened.iter_batches(PARQUET_ROWS, columns=wanted):
            ordered = pa.record_batch([_text(batch.column(name)) for name in wanted], names=wanted)
            for row in _texts(ordered, inside):
                yield line, row
                line += 1


def _texts(batch: pa.RecordBatch, columns: Mapping[str, int]) -> Iterator[RowText]:
    blank = [""] * batch.num_rows
    cells = [batch.column(columns[field]).to_pylist() if field in columns else blank for field in RowText._fields]
    return map(RowText._make, zip(*cells, strict=True))


def _text(column: pa.Array) -> pa.Array:
    """A column of any type as text. Times of Parquet know whether they are of UTC."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type):
        zone = column.type.tz is not None
        utc = column.cast(pa.timestamp(column.type.unit, "UTC" if zone else None))
        column = pc.strftime(utc, "%Y-%m-%dT%H:%M:%SZ" if zone else "%Y-%m-%dT%H:%M:%S")
    return pc.fill_null(column.cast(pa.string()), "")
