"""Reading history files as columns of numbers, a batch at a time: what a replay of millions of rows needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bot.domain.usage import LARGEST_BUCKET
from bot.history.files.columns import columns_of
from bot.history.files.reading import GZIP, PARQUET, header_and_separator, header_of, readable
from bot.history.unusable import UnusableFileError

BLOCK = 8 << 20
PARQUET_ROWS = 1 << 18
WORDS = ("site", "name", "workspace", "timezone", "tags")
REMEDY = "Correct it, or leave the row out"
NUMBER = r"^[0-9]{1,19}$"
ZONED = r"([Zz]|:[0-9.]+[+-][0-9]{2}(:?[0-9]{2})?)$"

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Some rows of a file. `first` is the number of the first one (of CSV its line, counting the header).

    `words` are text columns as codes and what they stand for; `slots` are starts of buckets, in seconds.
    """

    file: Path
    first: int
    words: Mapping[str, tuple[NDArray[np.int32], list[str]]]
    slots: Numbers
    bytes: tuple[Numbers, Numbers] | None
    minutes: Numbers | None

    def refuse(self, row: int, why: str, remedy: str = REMEDY) -> NoReturn:
        raise UnusableFileError(self.file, f"line {self.first + row}: {why}", remedy)


def read_columns(file: Path, *, bytes_too: bool) -> Iterator[Columns]:
    """Raises UnusableFileError, which names the line of what cannot be understood."""
    with readable(file) as start:
        columns = columns_of(file, header_of(file))
        wanted = {k: n for k, n in columns.items() if bytes_too or k not in {"in_bytes", "out_bytes"}}
        batches = _parquet(file, wanted) if start == PARQUET else _csv(file, wanted, is_gzip=start.startswith(GZIP))
        for first, batch in batches:
            yield _Reader(file, first, batch).columns(bytes_too=bytes_too)


def _parquet(file: Path, columns: Mapping[str, int]) -> Iterator[tuple[int, dict[str, Any]]]:
    names = pq.read_schema(file).names
    words = [names[columns[word]] for word in WORDS if word in columns]
    with pq.ParquetFile(file, read_dictionary=words) as opened:
        first = 1
        for batch in opened.iter_batches(PARQUET_ROWS, columns=[names[number] for number in columns.values()]):
            yield first, {field: batch.column(names[number]) for field, number in columns.items()}
            first += batch.num_rows


def _csv(file: Path, columns: Mapping[str, int], *, is_gzip: bool) -> Iterator[tuple[int, dict[str, Any]]]:
    separator, header = header_and_separator(file, is_gzip=is_gzip)
    names = [str(number) for number in range(len(header))]
    kept = {names[number]: pa.string() for number in columns.values()}
    broken: list[str] = []

    def skip(row: pa.csv.InvalidRow) -> str:
        if row.text.strip():
            broken.append(f"line {row.number}: it has {row.actual_columns} columns, the header {row.expected_columns}")
        return "skip"

    with pa.input_stream(str(file), compression="gzip" if is_gzip else None) as stream:
        reader = pa.csv.open_csv(
            stream,
            pa.csv.ReadOptions(use_threads=False, block_size=BLOCK, skip_rows=1, column_names=names),
            pa.csv.ParseOptions(delimiter=separator, ignore_empty_lines=False, invalid_row_handler=skip),
            pa.csv.ConvertOptions(column_types=kept, include_columns=list(kept), strings_can_be_null=False),
        )
        first = 2
        for batch in reader:
            if broken:
                break
            yield first, {field: batch.column(names[number]) for field, number in columns.items()}
            first += batch.num_rows
    if broken:
        raise UnusableFileError(file, broken[0], REMEDY)


class _Reader:
    """Understands one batch of columns."""

    def __init__(self, file: Path, first: int, batch: Mapping[str, Any]) -> None:
        self._batch = batch
        self._at = Columns(file, first, {}, np.zeros(0, np.int64), None, None)

    def columns(self, *, bytes_too: bool) -> Columns:
        words = {word: self._word(word) for word in WORDS if word in self._batch}
        both = (self._number("in_bytes"), self._number("out_bytes")) if bytes_too else None
        minutes = self._number("minutes") if "minutes" in self._batch else None
        return Columns(self._at.file, self._at.first, words, self._slots(), both, minutes)

    def _word(self, field: str) -> tuple[NDArray[np.int32], list[str]]:
        column = self._batch[field]
        if pa.types.is_map(column.type):
            texts = [";".join(f"{key}={value}" for key, value in one or ()) for one in column.to_pylist()]
            column = pa.array(texts, pa.string())
        if not pa.types.is_dictionary(column.type):
            column = pc.dictionary_encode(column.cast(pa.string()))
        column = pc.fill_null(column.cast(pa.dictionary(pa.int32(), pa.string())), "") if column.null_count else column
        return column.indices.to_numpy().astype(np.int32), [str(text).strip() for text in column.dictionary.to_pylist()]

    def _number(self, field: str) -> Numbers:
        column = self._batch[field]
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            column = pc.utf8_trim_whitespace(column)
            good = pc.match_substring_regex(column, NUMBER)
            if not pc.all(good).as_py():
                self._refuse(field, column, pc.invert(pc.fill_null(good, False)))
        if column.null_count:
            self._refuse(field, column, pc.is_null(column))
        try:
            numbers: Numbers = column.cast(pa.int64()).to_numpy()
        except pa.ArrowInvalid:
            values = np.array(column.to_pylist(), np.float64)
            self._refuse(field, column, pa.array(~(values == np.floor(values)) | (values > LARGEST_BUCKET)))
        if len(numbers) and (numbers.min() < 0 or numbers.max() > LARGEST_BUCKET):
            self._refuse(field, column, pa.array((numbers < 0) | (numbers > LARGEST_BUCKET)))
        return numbers

    def _refuse(self, field: str, column: Any, bad: Any) -> NoReturn:
        row = pc.index(bad, True).as_py()
        value = column[row].as_py()
        what = f"{field} is empty" if value in {None, ""} else f"{field} is {str(value)[:40]!r}"
        self._at.refuse(row, f"{what}; it is a whole number of bytes, from 0 to {LARGEST_BUCKET}")

    def _slots(self) -> Numbers:
        column = self._batch["time"]
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            column = self._instants(column)
        if column.null_count:
            self._at.refuse(pc.index(pc.is_null(column), True).as_py(), "it has no time")
        if not pa.types.is_timestamp(column.type):
            return self._seconds(column)
        try:
            slots: Numbers = column.cast(pa.timestamp("s", column.type.tz)).cast(pa.int64()).to_numpy()
        except pa.ArrowInvalid:
            parts = column.cast(pa.timestamp("ns", column.type.tz)).cast(pa.int64()).to_numpy() % 10**9
            self._at.refuse(int(np.argmax(parts != 0)), "its time is no whole second: buckets begin on whole minutes")
        return slots

    def _seconds(self, column: Any) -> Numbers:
        if not pa.types.is_integer(column.type):
            self._at.refuse(0, f"its time is of the type {column.type}", "Save times as timestamps, or as text")
        seconds: Numbers = column.cast(pa.int64()).to_numpy()
        return seconds

    def _instants(self, column: Any) -> Any:
        """Text that names no zone is of UTC."""
        column = pc.utf8_trim_whitespace(column)
        zoned = pc.match_substring_regex(column, ZONED)
        column = pc.if_else(zoned, column, pc.binary_join_element_wise(column, "Z", ""))
        try:
            return column.cast(pa.timestamp("us", "UTC"))
        except pa.ArrowInvalid:
            for row, text in enumerate(column.to_pylist()):
                try:
                    pa.scalar(text).cast(pa.timestamp("us", "UTC"))
                except pa.ArrowInvalid:
                    shown = f"{text[:40].removesuffix('Z')!r} is no time"
                    self._at.refuse(row, shown, "Write it like 2026-06-01T08:00:00Z")
            raise
