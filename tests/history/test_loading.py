"""A history file as matrices: any order, and what is wrong is named with its line."""

from __future__ import annotations

import gzip
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.history.files.loading import Loaded, load
from bot.history.unusable import UnusableFileError

HEADER = "site,time_slot,in_bytes,out_bytes"
ROWS = [f"{site},2026-06-01T0{n // 12}:{n % 12 * 5:02d}:00Z,{n},{n * 2}" for site in ("b", "a") for n in range(20)]


def csv(folder: Path, rows: list[str], header: str = HEADER) -> Path:
    file = folder / "history.csv"
    file.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return file


def same(one: Loaded, other: Loaded) -> bool:
    a, b = one.past.block, other.past.block
    pairs = ((a.in_bytes, b.in_bytes), (a.out_bytes, b.out_bytes), (a.known, b.known), (a.sites, b.sites))
    return one.sites == other.sites and all(np.array_equal(*pair) for pair in pairs)


def test_every_bucket_is_in_its_place_and_what_has_no_row_is_unknown(tmp_path: Path) -> None:
    loaded = load(csv(tmp_path, [row for row in ROWS if not row.startswith("a,2026-06-01T00:05")]))
    block = loaded.past.block
    assert [site.name for site in loaded.sites] == ["a", "b"]
    assert (block.step, block.start, block.known.shape) == (300, 1_780_272_000, (2, 20))
    assert block.known.tolist() == [[n != 1 for n in range(20)], [True] * 20]
    assert block.in_bytes[1].tolist() == list(range(20))
    assert block.out_bytes[1].tolist() == list(range(0, 40, 2))


@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(tmp_path_factory: pytest.TempPathFactory, random: Random) -> None:
    folder, rows = tmp_path_factory.mktemp("loading"), ROWS.copy()
    random.shuffle(rows)
    assert same(load(csv(folder, rows)), load(csv(folder, ROWS)))


def test_parquet_and_csv_say_the_same(tmp_path: Path) -> None:
    cells = [row.split(",") for row in ROWS]
    times = pa.array([np.datetime64(cell[1].removesuffix("Z"), "ns") for cell in cells])
    table = pa.table(
        {
            "site": [cell[0] for cell in cells],
            "time_slot": times.cast(pa.timestamp("ns", "UTC")),
            "in_bytes": [int(cell[2]) for cell in cells],
            "out_bytes": [float(cell[3]) for cell in cells],
        }
    )
    pq.write_table(table, tmp_path / "history.parquet")
    assert same(load(tmp_path / "history.parquet"), load(csv(tmp_path, ROWS)))


def test_sites_may_say_their_zone_and_tags(tmp_path: Path) -> None:
    rows = [f"{row},Africa/Johannesburg,plan=lte;carrier=mtn" for row in ROWS]
    (site, _) = load(csv(tmp_path, rows, f"{HEADER},timezone,tags")).sites
    assert (site.timezone, site.tags) == ("Africa/Johannesburg", {"plan": "lte", "carrier": "mtn"})


def test_what_is_said_twice_is_counted_once(tmp_path: Path) -> None:
    loaded = load(csv(tmp_path, [*ROWS, *ROWS[:3]]))
    assert loaded.repeated == 3
    assert same(loaded, load(csv(tmp_path, ROWS)))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("a,2026-06-01T00:05:00Z,-1,2", "line 22: in_bytes is '-1'"),
        ("a,2026-06-01T00:05:00Z,1.5,2", "line 22: in_bytes is '1.5'"),
        ("a,2026-06-01T00:05:00Z,,2", "line 22: in_bytes is empty"),
        ("a,2026-06-01T00:05:00Z,1,999999999999999", "line 22: out_bytes is '999999999999999'"),
        ("a,yesterday,1,2", "line 22: 'yesterday' is no time"),
        ("a,2026-06-01,1,2", "line 22: '2026-06-01' is no time"),
        ("a,2026-06-01T00:07:00Z,1,2", "line 22: 2026-06-01T00:07:00Z is not the start of a bucket of 5 minutes"),
        ("a,2026-06-01T00:05:30Z,1,2", "line 22: its time is 1780272330 seconds after 1970"),
        (",2026-06-01T00:05:00Z,1,2", "line 22: it names no site"),
        ("b,2026-06-01T00:05:00Z,7,7", "line 3: another row says otherwise of the same site at 2026-06-01T00:05:00Z"),
        ("a,2026-06-01T00:05:00Z,1", "line 22: it has 3 columns, the header 4"),
        ("a,1970-01-01T00:00:00Z,1,2", "Check its first and last time"),
    ],
)
def test_rubbish_is_refused_with_its_line(tmp_path: Path, row: str, told: str) -> None:
    with pytest.raises(UnusableFileError) as refused:
        load(csv(tmp_path, [*ROWS[:20], row]))
    assert told in str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "it has no rows"),
        (ROWS[:1], "all its rows are of one time"),
        ([f"a,2026-06-0{n}T00:00:00Z,1,2" for n in range(1, 9)], "its rows are 1440 minutes apart"),
    ],
)
def test_a_file_that_has_no_grain_is_refused(tmp_path: Path, rows: list[str], told: str) -> None:
    with pytest.raises(UnusableFileError, match=told):
        load(csv(tmp_path, rows))


def test_a_gzip_that_was_cut_is_said_to_be_broken(tmp_path: Path) -> None:
    whole = gzip.compress(b"site,time_slot,in_bytes,out_bytes\n" + "\n".join(ROWS).encode())
    file = tmp_path / "usage.csv.gz"
    file.write_bytes(whole[:-20])
    with pytest.raises(UnusableFileError, match=r"its gzip is broken, or ends too early\. Copy or make it anew\."):
        load(file)
