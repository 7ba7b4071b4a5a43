"""`usagebot backtest`, as its users run it."""

from __future__ import annotations

import json
from pathlib import Path

from bot.cli.exits import Exit
from bot.domain.times import DAY, iso
from tests.cli.console import Usagebot

RULES = """
version: 1
defaults: {timezone: UTC, receivers: [noc]}
receivers: {noc: {terminal: true}}
rules:
  - {name: daily, quota: QUOTA B, per: day, at: [80%, 90%, 100%]}
"""
FIELDS = "at slot workspace site rule kind direction transition step severity value limit baseline coverage reason"
START = 20_605 * DAY


def given(folder: Path, quota: int = 1000) -> list[str]:
    """Ten bytes a bucket over one day, and a quota that it may pass."""
    rows = [f"cape,{iso(START + 300 * n)},10,0" for n in range(289)]
    (folder / "usage.csv").write_text("\n".join(["site,time_slot,in_bytes,out_bytes", *rows]), "utf-8")
    (folder / f"{quota}.yaml").write_text(RULES.replace("QUOTA", str(quota)), "utf-8")
    return ["backtest", "--rules", f"{quota}.yaml", "--history", "usage.csv"]


def test_each_step_of_a_quota_is_a_line_when_it_was_reached(usagebot: Usagebot, tmp_path: Path) -> None:
    ran = usagebot(*given(tmp_path), "--format", "jsonl")
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert (ran.code, " ".join(lines[0])) == (Exit.OK, FIELDS)
    told = [(one["at"][11:16], one["transition"], one["step"], one["value"]) for one in lines]
    assert told == [
        ("06:40", "fired", "80%", 800),
        ("07:30", "worsened", "90%", 900),
        ("08:20", "worsened", "100%", 1000),
        ("00:00", "resolved", "100%", 2880),
    ]
    assert lines[0]["slot"][11:16] == "06:35"
    assert (lines[0]["site"], lines[0]["workspace"], lines[0]["coverage"]) == ("cape", "default", 1.0)


def test_a_table_says_who_would_have_been_told_what(usagebot: Usagebot, tmp_path: Path) -> None:
    ran = usagebot(*given(tmp_path))
    assert ran.code == Exit.OK
    assert "noc: 3 messages" in ran.out
    assert "cape has used 80 % of its 1 kB" in ran.out
    assert "Rules, the noisiest first" in ran.out


def test_only_what_came_after_from_is_shown_and_only_what_came_before_to_is_judged(
    usagebot: Usagebot, tmp_path: Path
) -> None:
    day = iso(START)[:10]
    ran = usagebot(*given(tmp_path), "--format", "jsonl", "--from", f"{day}T07:00", "--to", f"{day}T08:00")
    assert [json.loads(line)["step"] for line in ran.out.splitlines()] == ["90%"]


def test_against_older_rules_it_says_what_is_new_and_what_is_gone(usagebot: Usagebot, tmp_path: Path) -> None:
    given(tmp_path, 3400)
    ran = usagebot(*given(tmp_path), "--against", "3400.yaml", "--format", "jsonl")
    marks = [(line["against"], line["step"]) for line in map(json.loads, ran.out.splitlines())]
    assert marks == [("new", "80%"), ("new", "90%"), ("new", "100%"), ("new", "100%"), ("gone", "80%"), ("gone", "80%")]
    shown = usagebot(*given(tmp_path), "--against", "3400.yaml").out
    assert "new: noc: 3 messages" in shown
    assert "no longer told: noc: 1 message" in shown


def test_what_is_wrong_is_told_with_its_place_and_a_remedy(usagebot: Usagebot, tmp_path: Path) -> None:
    arguments = given(tmp_path)
    with (tmp_path / "usage.csv").open("a") as file:
        file.write("\ncape,tomorrow,1,1")
    ran = usagebot(*arguments)
    assert (ran.code, ran.out) == (Exit.NO, "")
    assert "line 291: 'tomorrow' is no time. Write it like" in ran.err
    assert usagebot(*arguments[:3], "--history", "nothing.csv").code == Exit.NO
    assert usagebot(*given(tmp_path), "--from", "2031-01-01").code == Exit.NO
    assert usagebot(*given(tmp_path), "--from", "2026-06-02", "--to", "2026-06-01").code == Exit.WRONG_USE
    (tmp_path / "bad.yaml").write_text("version: 1\nruls: []\n")
    assert usagebot("backtest", "--rules", "bad.yaml", "--history", "usage.csv").code == Exit.BAD_SETUP


def test_without_a_history_it_says_where_to_get_one(usagebot: Usagebot, tmp_path: Path) -> None:
    ran = usagebot(*given(tmp_path)[:3])
    assert ran.code == Exit.UNAVAILABLE
    assert "there is no history" in ran.err
