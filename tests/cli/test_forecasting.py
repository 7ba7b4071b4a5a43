"""`usagebot forecast`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.console import Usagebot

RULES = """\
version: 1
rules:
  - {name: month, quota: 900 GB, per: month, at: [100%], forecast: {reaches: 100%, sure: 80%}, notify: []}
"""
HOUR = 10**9
"""Bytes."""


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """A rules file, and 92 days of two sites by the hour: 24 and 36 GB a day, of which the second begins late."""
    (tmp_path / "fleet.yaml").write_text(RULES)
    rows = ["site,time_slot,in_bytes,out_bytes,timezone"]
    for hour in range(92 * 24):
        at = f"2026-{6 + (hour // 24 >= 30) + (hour // 24 >= 61):02}-{_day(hour // 24):02}T{hour % 24:02}:00:00Z"
        rows.append(f"cape,{at},{HOUR},0,UTC")
        if hour >= 50 * 24:
            rows.append(f"durban,{at},{HOUR},{HOUR // 2},Africa/Johannesburg")
    (tmp_path / "past.csv").write_text("\n".join(rows) + "\n")
    return str(tmp_path / "fleet.yaml"), str(tmp_path / "past.csv")


def _day(number: int) -> int:
    return 1 + (number if number < 30 else number - 30 if number < 61 else number - 61)


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def ask(usagebot: Usagebot, files: tuple[str, str], *more: str) -> list[dict[str, Any]]:
    ran = usagebot("forecast", "--rules", files[0], "--history", files[1], "--format", "jsonl", *more)
    assert ran.code == 0, ran.err
    return lines(ran.out)


def test_one_line_for_each_site_rule_and_time(usagebot: Usagebot, files: tuple[str, str]) -> None:
    said = ask(usagebot, files, "--at", "2026-07-11T00:00:00Z,2026-08-26T00:00:00Z")
    assert [(one["at"], one["site"], one["rule"]) for one in said] == [
        ("2026-07-11T00:00:00Z", "cape", "month"),
        ("2026-07-11T00:00:00Z", "durban", "month"),
        ("2026-08-26T00:00:00Z", "cape", "month"),
        ("2026-08-26T00:00:00Z", "durban", "month"),
    ]
    cape = said[0]
    assert (cape["period_start"], cape["period_end"]) == ("2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z")
    assert (cape["used"], cape["forecast"]) == (240 * HOUR, 744 * HOUR)
    assert cape["low95"] <= cape["low80"] <= cape["forecast"] <= cape["high80"] <= cape["high95"]
    assert cape["exhausts_at"] is None


def test_where_nothing_can_be_said_the_reason_is(usagebot: Usagebot, files: tuple[str, str]) -> None:
    durban = ask(usagebot, files, "--at", "2026-08-05T00:00:00Z", "durban")
    assert [(one["site"], one["forecast"], one["high95"], one["reason"]) for one in durban] == [
        ("durban", None, None, "needs 28 days of history")
    ]


def test_the_exhaustion_date_is_of_the_billing_period_in_the_sites_zone(
    usagebot: Usagebot, files: tuple[str, str]
) -> None:
    """36 GB a day: 900 GB are used after 25 days, which begin at 22:00 UTC the day before in Johannesburg."""
    (durban,) = ask(usagebot, files, "--at", "2026-08-20T00:00:00Z", "durban")
    assert durban["period_start"] == "2026-07-31T22:00:00Z"
    assert durban["exhausts_at"] == "2026-08-25T22:00:00Z"


def test_people_get_a_table_with_reasons(usagebot: Usagebot, files: tuple[str, str]) -> None:
    ran = usagebot("forecast", "--rules", files[0], "--history", files[1], "--at", "2026-08-05", COLUMNS="200")
    assert ran.code == 0
    assert "744 GB" in ran.out
    assert "needs 28 days of history" in ran.out


def test_what_was_used_is_shown_with_its_coverage(usagebot: Usagebot, files: tuple[str, str]) -> None:
    """Meaning 2: "Every total shown carries its coverage when that is below 100 %"."""
    past = Path(files[1])
    rows = past.read_text().splitlines()
    gone = ("cape,2026-08-02", "durban,2026-07-31T22", "durban,2026-07-31T23", "durban,2026-08-0")
    past.write_text("\n".join(row for row in rows if not row.startswith(gone)) + "\n")
    ran = usagebot("forecast", "--rules", files[0], "--history", files[1], "--at", "2026-08-05T00:00:00Z")
    assert "72.0 GB of 900 GB, 75 % known" in ran.out
    assert "unknown of 900 GB" in ran.out
    said = ask(usagebot, files, "--at", "2026-08-05T00:00:00Z")
    assert [(one["used"], one["coverage"]) for one in said] == [(72 * HOUR, 0.75), (0, 0.0)]
    before = usagebot("forecast", "--rules", files[0], "--history", files[1], "--at", "2026-07-05T00:00:00Z", "cape")
    assert "96.0 GB of 900 GB" in before.out
    assert "known" not in before.out


def test_the_end_of_the_data_is_asked_about_unless_a_time_is_given(usagebot: Usagebot, files: tuple[str, str]) -> None:
    assert {one["at"] for one in ask(usagebot, files)} == {"2026-09-01T00:00:00Z"}


def test_calibration_says_how_often_the_intervals_held(usagebot: Usagebot, files: tuple[str, str]) -> None:
    """Whole months with four weeks before them: July and August of the one site, and of the other late August."""
    said = ask(usagebot, files, "--calibration")
    assert [(one["elapsed"], one["cases"], one["in80"], one["error"]) for one in said] == [
        (f"{sixths}/6", cases, cases, pytest.approx(0, abs=1e-6)) for sixths, cases in ((1, 2), (2, 2), (3, 2), (4, 3))
    ]
    ran = usagebot("forecast", "--rules", files[0], "--history", files[1], "--calibration")
    assert "100.0 %" in ran.out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--at", "yesterday"], 2, "'yesterday' is no time; write it like 2026-06-01T08:00:00Z"),
        (["--calibration", "--at", "2026-08-01"], 2, "leave --at out"),
        (["--format", "xml"], 2, "xml"),
        (["nowhere"], 1, "SITE: no single site is called 'nowhere'"),
    ],
)
def test_wrong_use_is_told_without_a_traceback(
    usagebot: Usagebot, files: tuple[str, str], arguments: list[str], code: int, words: str
) -> None:
    ran = usagebot("forecast", "--rules", files[0], "--history", files[1], *arguments, COLUMNS="200")
    assert ran.code == code
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_a_file_that_is_no_history_is_refused(usagebot: Usagebot, files: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "rubbish.csv").write_bytes(b"\x00\xffrubbish")
    ran = usagebot("forecast", "--rules", files[0], "--history", str(tmp_path / "rubbish.csv"))
    assert (ran.code, ran.out) == (1, "")
    assert "rubbish.csv" in ran.err


def test_without_a_history_it_says_so(usagebot: Usagebot, files: tuple[str, str]) -> None:
    ran = usagebot("forecast", "--rules", files[0], DATABASE_URL="sqlite:///none.db", ALTOSTRAT_TOKEN="x" * 20)
    assert ran.code == 4
    assert "there is no history" in ran.err
