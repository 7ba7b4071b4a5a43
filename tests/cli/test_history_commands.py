"""`usagebot history import` and `export`, as operators use them."""

from __future__ import annotations

import gzip
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bot.cli.exits import Exit
from bot.domain.times import DAY, floor, iso
from tests.cli.console import Usagebot

CAPE_TOWN = "3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10"
NEW = "9c1b5a0e-58e4-4b0b-9a55-0c1f5b6f2a99"
RULES = f"""\
version: 1
receivers: {{noc: {{terminal: true}}}}
defaults: {{receivers: [noc]}}
sites:
  - {{id: {CAPE_TOWN}, name: Cape Town}}
  - {{id: 3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a11, name: "=Durban, \\"North\\""}}
rules: []
"""
NOW = int(datetime.now(UTC).timestamp())  # noqa: TID251 - the command has the real clock
TODAY = floor(NOW - DAY, DAY)
HISTORY = "site,time_slot,in_bytes,out_bytes"
Table = list[tuple[int, ...]]


@pytest.fixture
def bot(usagebot: Usagebot, tmp_path: Path) -> Usagebot:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "fleet.yaml").write_text(RULES)
    assert usagebot("db", "upgrade").code == Exit.OK
    return usagebot


def stored(folder: Path) -> dict[str, Table]:
    """The three tables of usage, whole."""
    order = {"buckets": "slot", "hourly": "hour", "daily": "day"}
    with closing(sqlite3.connect(folder / "usage.db")) as db:
        asked = ((name, f"SELECT * FROM {name} ORDER BY {slot}, site") for name, slot in order.items())  # noqa: S608
        return {name: db.execute(query).fetchall() for name, query in asked}


def forget(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "usage.db", isolation_level=None)) as db:
        for name in ("buckets", "hourly", "daily"):
            db.execute(f"DELETE FROM {name}")  # noqa: S608


def lines(days: int, *, newest: int = TODAY, sites: tuple[str, ...] = ("Cape Town",)) -> list[str]:
    """Whole days of buckets, ascending, up to `newest`."""
    return [
        f"{site},{iso(slot)},{slot // 300 % 977},{slot // 300 % 1013}"
        for slot in range(newest - days * DAY, newest, 300)
        for site in sites
    ]


def write(file: Path, rows: list[str], header: str = "site,time,in_bytes,out_bytes") -> str:
    file.write_text("\n".join([header, *rows]) + "\n")
    return str(file)


def test_day_one_fifteen_months_end_up_as_buckets_hours_and_days_that_agree(bot: Usagebot, tmp_path: Path) -> None:
    rows = lines(30) + lines(3, newest=TODAY - 100 * DAY) + lines(2, newest=TODAY - 500 * DAY)
    ran = bot("history", "import", write(tmp_path / "old.csv", rows))
    assert (ran.code, ran.err) == (Exit.OK, "")
    assert f"{35 * 288:,} new, 0 already there, 0 refused; 1 site." in ran.out
    tables = stored(tmp_path)
    assert [len(tables[name]) for name in ("buckets", "hourly", "daily")] == [30 * 288, 33 * 24, 35]
    both = [(int(row.split(",")[2]), int(row.split(",")[3])) for row in rows]
    assert [sum(row[n] for row in tables["daily"]) for n in (2, 3, 4, 5)] == [
        sum(a for a, _ in both),
        sum(b for _, b in both),
        sum(map(max, both)),
        len(both),
    ]


def test_twice_is_once_and_shuffled_rows_are_the_same(bot: Usagebot, tmp_path: Path) -> None:
    rows = lines(2) + lines(2, newest=TODAY - 60 * DAY) + lines(1, newest=TODAY - 700 * DAY)
    file = write(tmp_path / "a.csv", rows)
    bot("history", "import", file)
    before = stored(tmp_path)
    ran = bot("history", "import", file, write(tmp_path / "b.csv", rows[::-1]))
    assert f"0 new, {5 * 288:,} already there, 0 refused" in ran.out
    assert f"Said again by another row: {5 * 288:,} rows." in ran.out
    assert stored(tmp_path) == before


@pytest.mark.parametrize("form", ["csv", "csv.gz", "parquet"])
def test_what_is_exported_is_imported_bit_for_bit(form: str, bot: Usagebot, tmp_path: Path) -> None:
    sites = ("Cape Town", '"=Durban, ""North"""')
    old = lines(2, newest=TODAY - 60 * DAY)[::5] + lines(2, newest=TODAY - 700 * DAY)[::7]
    bot("history", "import", write(tmp_path / "a.csv", lines(2, sites=sites) + old))
    files = [f"{resolution}.{form}" for resolution in ("raw", "hour", "day")]
    for file in files:
        assert bot("history", "export", file, "--resolution", file.partition(".")[0]).code == Exit.OK
        assert (tmp_path / file).stat().st_mode & 0o777 == 0o600
    before = stored(tmp_path)
    forget(tmp_path)
    # Of a time of which both are kept, the sums say what the buckets say already, and are taken from those.
    assert bot("history", "import", files[0]).code == Exit.OK
    for file in files[1:]:
        bot("history", "import", file)
    after = stored(tmp_path)
    assert after == before


@pytest.mark.parametrize("resolution", ["raw", "hour", "day"])
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_an_export_begins_with_the_columns_of_every_history_file(
    form: str, resolution: str, bot: Usagebot, tmp_path: Path
) -> None:
    bot("history", "import", write(tmp_path / "a.csv", lines(1)))
    file = tmp_path / f"b.{form}"
    assert bot("history", "export", file.name, "--resolution", resolution).code == Exit.OK
    names = pq.read_schema(file).names if form == "parquet" else file.read_text().partition("\n")[0].split(",")
    assert names[:4] == HISTORY.split(",")


def test_a_history_file_is_of_utc_where_its_times_say_nothing_and_any_other_file_is_refused(
    bot: Usagebot, tmp_path: Path
) -> None:
    rows = [line.replace("Z", "") for line in lines(1)]
    whole = write(tmp_path / "a.csv", [f"{row},Asia/Tokyo" for row in rows], f"{HISTORY},timezone")
    ran = bot("history", "import", whole)
    assert (ran.code, ran.err) == (Exit.OK, "")
    assert "Times without a zone were read as UTC; --timezone ZONE reads them as of another." in ran.out
    assert stored(tmp_path)["buckets"][0][0] == TODAY - DAY
    for header in ("site,time,in_bytes,out_bytes", "site,time_slot,total_in_bytes,total_out_bytes"):
        ran = bot("history", "import", write(tmp_path / "b.csv", rows[:3], header))
        assert ran.code == Exit.NO, header
        assert "--timezone ZONE" in ran.err
    ran = bot("history", "import", "--dry-run", "--timezone", "Asia/Tokyo", whole)
    assert (ran.code, "288 rows could be taken" in ran.out, "UTC" in ran.out) == (Exit.OK, True, False)


def test_refused_rows_of_a_history_file_stay_of_utc(bot: Usagebot, tmp_path: Path) -> None:
    rows = [line.replace("Z", "").replace("Cape Town", "Kape Town") for line in lines(1)[:3]]
    file = write(tmp_path / "a.csv", rows, HISTORY)
    assert bot("history", "import", file, "--rejects", "no.csv").code == Exit.NO
    mended = (tmp_path / "no.csv").read_text().replace("Kape", "Cape")
    (tmp_path / "no.csv").write_text(mended)
    assert bot("history", "import", "no.csv").code == Exit.OK
    assert stored(tmp_path)["buckets"][0][0] == TODAY - DAY
    bot("history", "import", file, "--rejects", "zoned.csv", "--timezone", "Asia/Tokyo")
    (tmp_path / "zoned.csv").write_text((tmp_path / "zoned.csv").read_text().replace("Kape", "Cape"))
    assert "--timezone ZONE" in bot("history", "import", "zoned.csv").err


@pytest.mark.parametrize("order", [1, -1])
def test_the_length_of_rows_is_seen_from_the_distance_between_them(order: int, bot: Usagebot, tmp_path: Path) -> None:
    newest = TODAY - 100 * DAY
    hours = [f"Cape Town,{iso(newest - n * 3600)},12000,6000" for n in range(1, 25)][::order]
    ran = bot("history", "import", write(tmp_path / "a.csv", hours, HISTORY))
    assert (ran.code, ran.err) == (Exit.OK, "")
    assert (
        "Rows are taken as 60 minutes long, as they are that far apart; a column `minutes` says otherwise." in ran.out
    )
    assert stored(tmp_path)["daily"][0][2:] == (24 * 12000, 24 * 6000, 24 * 12000, 288)


def test_rows_of_a_length_that_is_not_kept_are_not_taken_for_buckets(bot: Usagebot, tmp_path: Path) -> None:
    quarters = [f"Cape Town,{iso(TODAY - n * 900)},1,1" for n in range(1, 25)]
    ran = bot("history", "import", write(tmp_path / "a.csv", quarters, HISTORY))
    assert ran.code == Exit.NO
    assert "its rows are 15 minutes apart, and the history keeps 5, 60 and 1440" in ran.err
    assert stored(tmp_path)["buckets"] == []
    few = bot("history", "import", write(tmp_path / "b.csv", [f"{row},5" for row in quarters], f"{HISTORY},minutes"))
    assert (few.code, len(stored(tmp_path)["buckets"])) == (Exit.OK, 24)


def test_a_file_that_exists_is_not_overwritten_unless_forced(bot: Usagebot, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("mine")
    ran = bot("history", "export", "a.csv")
    assert (ran.code, (tmp_path / "a.csv").read_text()) == (Exit.NO, "mine")
    assert "--force" in ran.err
    assert bot("history", "export", "a.csv", "--force").code == Exit.OK
    assert [path.name for path in tmp_path.iterdir() if ".part" in path.name] == []


def test_filters_choose_site_and_time(bot: Usagebot, tmp_path: Path) -> None:
    bot("history", "import", write(tmp_path / "a.csv", lines(3, sites=("Cape Town", '"=Durban, ""North"""'))))
    start, until = iso(TODAY - DAY), iso(TODAY - DAY + 600)
    ran = bot("history", "export", "b.csv", "--site", "cape town", "--from", start, "--until", until)
    assert ran.out == "Wrote 2 rows to b.csv.\n"
    assert {line.split(",")[-1] for line in (tmp_path / "b.csv").read_text().splitlines()[1:]} == {'"Cape Town"'}
    assert "did you mean Cape Town" in bot("history", "export", "c.csv", "--site", "Cape Twon").err


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (("b.xls",), Exit.NO, "Let it end in .csv, .csv.gz or .parquet, or say --format"),
        (("b.csv", "--format", "xml"), Exit.WRONG_USE, "--format"),
        (("b.csv", "--from", "2026-06-02", "--until", "2026-06-01"), Exit.WRONG_USE, "not before --until"),
    ],
)
def test_what_cannot_be_exported_is_refused_before_a_file_is_made(
    words: tuple[str, ...], code: Exit, what: str, bot: Usagebot, tmp_path: Path
) -> None:
    ran = bot("history", "export", *words)
    assert (ran.code, what in ran.err, (tmp_path / words[0]).exists()) == (code, True, False)


def test_a_name_cannot_become_a_formula(bot: Usagebot, tmp_path: Path) -> None:
    bot("history", "import", write(tmp_path / "a.csv", lines(1, sites=('"=Durban, ""North"""',))))
    bot("history", "export", "b.csv")
    assert '"\'=Durban, ""North"""' in (tmp_path / "b.csv").read_text()


def test_spreadsheets_ways_are_understood(bot: Usagebot, tmp_path: Path) -> None:
    local = datetime.fromtimestamp(TODAY - DAY, UTC) + timedelta(hours=2)
    header = '\ufeff"Time Slot";Site-Name;Total in bytes;total_out_bytes;remark'
    text = f"{header}\r\n{local:%Y-%m-%d %H:%M:%S};cape town;5;6;x\r\n"
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text.encode()))
    ran = bot("history", "import", "a.csv.gz", "--timezone", "Africa/Johannesburg")
    assert (ran.code, ran.err) == (Exit.OK, "")
    assert stored(tmp_path)["buckets"] == [(TODAY - DAY, 1, 5, 6)]


RUBBISH = {
    f"Cape Twon,{iso(TODAY - 300)},1,2": "did you mean Cape Town?",
    "Cape Town,2026-01-01T00:00,1,2": "names no zone",
    "Cape Town,yesterday,1,2": "is no time",
    f"Cape Town,{iso(TODAY - 299)},1,2": "is not the start of 5 minutes",
    f"Cape Town,{iso(TODAY + 9 * DAY)},1,2": "is after now",
    f"Cape Town,{iso(TODAY - 300)},-1,2": "no whole number from 0",
    f"Cape Town,{iso(TODAY - 300)},1.5,2": "no whole number from 0",
    f"Cape Town,{iso(TODAY - 300)},,2": "in_bytes is empty",
    f"Cape Town,{iso(TODAY - 300)},{2**63},2": "is the most it can be",
    f"Cape Town,{iso(TODAY - 300)},1": "3 columns, and the header has 4",
    f"Cape Town,{iso(TODAY - 300)},1,2,3": "5 columns, and the header has 4",
    f"Cape Town\x1b[31m,{iso(TODAY - 300)},1,2": "no site is called",
}


def test_every_bad_row_is_told_with_its_line_and_the_good_ones_are_kept(bot: Usagebot, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [f"Cape Town,{iso(TODAY - 600)},1,2", "", *RUBBISH])
    ran = bot("history", "import", file, "--rejects", "no.csv")
    assert ran.code == Exit.NO
    told = ran.err.splitlines()
    for number, what in enumerate(RUBBISH.values()):
        assert any(f"a.csv:{number + 4}: " in line and what in line for line in told), what
    assert "\x1b" not in ran.err
    assert f"1 new, 0 already there, {len(RUBBISH)} refused" in ran.out
    assert len((tmp_path / "no.csv").read_text().splitlines()) == len(RUBBISH) + 1
    assert (tmp_path / "no.csv").stat().st_mode & 0o777 == 0o600


def test_strict_and_dry_run_write_nothing(bot: Usagebot, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [*lines(1), "Cape Town,x,1,2"])
    assert bot("history", "import", file, "--strict").code == Exit.NO
    assert "Nothing was written" in bot("history", "import", file, "--dry-run").out
    assert stored(tmp_path)["daily"] == []


def test_rows_that_contradict_each_other_are_all_refused(bot: Usagebot, tmp_path: Path) -> None:
    time = iso(TODAY - 300)
    ran = bot("history", "import", write(tmp_path / "a.csv", [f"Cape Town,{time},1,2", f"{CAPE_TOWN},{time},1,3"]))
    assert ran.code == Exit.NO
    assert "a.csv:2: rows of the files contradict each other: line 3 says otherwise" in ran.err
    assert stored(tmp_path)["buckets"] == []


@pytest.mark.parametrize("age", [1, 60, 700])
def test_conflicts_are_kept_replaced_or_refused(age: int, bot: Usagebot, tmp_path: Path) -> None:
    first = lines(1, newest=TODAY - age * DAY)
    bot("history", "import", write(tmp_path / "a.csv", first))
    before = stored(tmp_path)
    other = write(tmp_path / "b.csv", [first[0].rsplit(",", 1)[0] + ",999999", *first[1:]])
    kept = bot("history", "import", other)
    assert (kept.code, stored(tmp_path)) == (Exit.OK, before)
    assert "kept as stored" in kept.out
    refused = bot("history", "import", other, "--on-conflict", "refuse")
    assert (refused.code, stored(tmp_path)) == (Exit.NO, before)
    assert "b.csv:2: the history says otherwise" in refused.err
    assert bot("history", "import", other, "--on-conflict", "replace").code == Exit.OK
    assert stored(tmp_path) != before
    assert "0 new, 288 already there" in bot("history", "import", other).out
    forget(tmp_path)
    bot("history", "import", other)
    fresh = stored(tmp_path)
    bot("history", "import", str(tmp_path / "a.csv"), "--on-conflict", "replace")
    assert stored(tmp_path) == before
    bot("history", "import", other, "--on-conflict", "replace")
    assert stored(tmp_path) == fresh


def test_an_unknown_uuid_is_refused_or_made(bot: Usagebot, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", lines(1, sites=(NEW,)))
    assert "--create-sites makes it" in bot("history", "import", file).err
    ran = bot("history", "import", file, "--create-sites")
    assert (ran.code, len(stored(tmp_path)["buckets"])) == (Exit.OK, 288)
    assert "Made: 1 site." in ran.out
    assert "288 already there" in bot("history", "import", file).out


def test_a_site_that_is_made_has_the_name_that_its_file_has(bot: Usagebot, tmp_path: Path) -> None:
    rows = [f'{row},"\'=Paarl \x1b[31m, West"' for row in lines(1, sites=(NEW,))]
    named = write(tmp_path / "a.csv", rows, f"{HISTORY},name")
    assert bot("history", "import", named, "--create-sites").code == Exit.OK
    ran = bot("history", "export", "b.csv", "--site", "=Paarl [31m, West")
    assert (ran.code, ran.out) == (Exit.OK, "Wrote 288 rows to b.csv.\n")


def test_a_site_that_is_not_known_is_told_once_and_its_rows_are_counted(bot: Usagebot, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", lines(10, sites=("Kap Town", "Cape Town")))
    ran = bot("history", "import", file)
    assert "2,880 new, 0 already there, 2,880 refused; 1 site." in ran.out
    assert "  2,880 no such site" in ran.out
    told = ran.err.splitlines()
    assert told[0].endswith("a.csv:2: no such site: no site is called 'Kap Town'; did you mean Cape Town?")
    assert told[1:] == ["… and 2,879 more rows; --rejects FILE keeps all of them"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b"site;time\n", "no column in_bytes"),
        (b"site,id,time,in,out\n", "mean the same"),
        ("site,time,in,out\n".encode("utf-16"), "UTF-16"),
        (b"\xff\x00\xff", "neither Parquet nor text"),
        (b"PAR1 and then nothing", "cannot be read"),
        (b"\x1f\x8b and then nothing", "its gzip is broken"),
        (b"site,time,in,out\n\xff\xfe,1,2,3\n", "cannot be read"),
    ],
)
def test_files_that_are_no_history_are_named_with_a_remedy(
    content: bytes, what: str, bot: Usagebot, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    ran = bot("history", "import", "a.csv")
    assert ran.code == Exit.NO
    assert "a.csv: " in ran.err
    assert what in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_missing_file_and_a_missing_history_are_told(usagebot: Usagebot, bot: Usagebot, tmp_path: Path) -> None:
    assert "no such file" in bot("history", "import", "nope.csv").err
    ran = bot("history", "import", "nope.csv", DATABASE_URL="sqlite:///other.db")
    assert ran.code == Exit.UNAVAILABLE
    assert not (tmp_path / "other.db").exists()


def test_coarse_rows_are_taken_only_where_nothing_finer_is_kept(bot: Usagebot, tmp_path: Path) -> None:
    header = "site,time,in_bytes,out_bytes,minutes"
    rows = [f"Cape Town,{iso(TODAY - age * DAY)},100,50,{minutes}" for age in (3, 60, 700) for minutes in (60, 1440)]
    ran = bot("history", "import", write(tmp_path / "a.csv", [rows[0], rows[1], rows[2], rows[3], rows[5]], header))
    assert [f"a.csv:{line}: a length" in ran.err for line in (2, 3, 4, 5, 6)] == [True, True, False, True, False]
    assert [row[2:] for row in stored(tmp_path)["daily"]] == [(100, 50, 100, 288), (100, 50, 100, 12)]


def test_a_backfill_says_what_keeps_it_from_asking(bot: Usagebot) -> None:
    assert "--from" in bot("history", "backfill", "--from", "2099-01-01").err
    wrong = bot("history", "backfill", "--from", "yesterday")
    assert (wrong.code, "is no date" in wrong.err) == (Exit.WRONG_USE, True)
    without = bot("history", "backfill", "--from", iso(TODAY))
    assert (without.code, "ALTOSTRAT_TOKEN: it is not set" in without.err) == (Exit.BAD_SETUP, True)
    unknown = bot("history", "backfill", "--from", iso(TODAY), "--site", "Cape Twon", ALTOSTRAT_TOKEN="alto_sk_test")
    assert (unknown.code, "did you mean Cape Town" in unknown.err) == (Exit.NO, True)


def test_only_these_commands_load_pyarrow_and_nothing_draws_or_lays_out_before_it_must(
    bot: Usagebot, tmp_path: Path
) -> None:
    code = (
        "import sys, bot.cli.program, bot.app.asking, bot.app.build, bot.app.process, bot.history.store\n"
        "bot.app.build.Environment()\n"
        "from bot.cli import main\n"
        "sys.argv = ['usagebot', 'query', 'status']\n"
        "try: main()\n"
        "except SystemExit as ended: assert not ended.code, ended\n"
        "assert not {'pyarrow', 'matplotlib', 'PIL', 'jinja2', 'css_inline'} & set(sys.modules)\n"
    )
    environment = {"PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
