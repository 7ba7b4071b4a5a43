"""`usagebot test`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.cli import tests_run
from bot.cli.exits import Exit
from tests.cli.console import Usagebot

RULES = """\
version: 1
defaults: {receivers: [noc]}
receivers: {noc: {slack: "#noc"}}
rules:
  - name: daily
    sites: {name: "durban*"}
    quota: 1 GB
    per: day
    at: [80%]
  - name: burst
    threshold: {over: 10 GB, within: 1h}
"""
DAY = """\
rules: [../fleet.yaml]
start: 2026-06-01T00:00:00Z
series:
  - {site: durban, in: "5MBx200"}
expect:
  alerts:
    - {at: 2026-06-01T13:20:00Z, rule: daily, site: durban, state: firing, step: 80%}
  messages:
    - {at: 2026-06-01T13:20:00Z, receiver: noc, contains: ["durban", "80%"]}
"""


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """A rules folder with one test, which passes."""
    folder = tmp_path / "rules" / "tests"
    folder.mkdir(parents=True)
    (tmp_path / "rules" / "fleet.yaml").write_text(RULES)
    (folder / "day.test.yaml").write_text(DAY)
    return folder / "day.test.yaml"


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def test_tests_are_found_in_the_rules_folder_and_named_with_what_they_cover(usagebot: Usagebot, day: Path) -> None:
    (day.parent / ".hidden.test.yaml").write_text("rubbish")
    ran = usagebot("test")
    assert (ran.code, ran.err) == (Exit.OK, "")
    first, *rest = ran.out.splitlines()
    assert first.startswith("rules/tests/day.test.yaml: passed (1 alert, 1 message, 0.")
    assert rest == [
        "",
        "1 test: 1 passed.",
        "1 of 2 rules fired in a test (50 %).",
        "  rules/fleet.yaml:10: rule burst: no test makes its threshold fire",
    ]


def test_a_test_that_fails_says_what_came_instead(usagebot: Usagebot, day: Path) -> None:
    change(day, "13:20:00Z, receiver", "13:25:00Z, receiver")
    ran = usagebot("test", "rules/tests")
    assert ran.code == Exit.NO
    assert ran.out.splitlines()[:5] == [
        "rules/tests/day.test.yaml: FAILED (2 failures)",
        "  message that is not expected, to noc at 2026-06-01T13:20:00Z:",
        "    | durban has used 80 % of its 1 GB",
        "    | Firing, warning",
        "    |",
    ]
    assert (
        "  rules/tests/day.test.yaml:9:7: expected message to noc at 2026-06-01T13:25:00Z with 'durban', '80%'\n"
        "    came: one 5 minutes earlier, at 2026-06-01T13:20:00Z\n"
    ) in ran.out
    assert "1 test: 0 passed, 1 failed." in ran.out


def test_every_mistake_of_tests_and_of_their_rules_is_told_and_nothing_is_run(usagebot: Usagebot, day: Path) -> None:
    (day.parent / "wrong.test.yaml").write_text("ruls: [../fleet.yaml]\n")
    (day.parent / "missing.test.yaml").write_text(DAY.replace("../fleet.yaml", "../nope.yaml"))
    (day.parents[1] / "broken.yaml").write_text("version: 1\nrulez: []\n")
    (day.parent / "broken.test.yaml").write_text(DAY.replace("../fleet.yaml", "../broken.yaml"))
    (day.parent / "broken2.test.yaml").write_text(DAY.replace("../fleet.yaml", "../broken.yaml"))
    ran = usagebot("test", "rules/tests")
    assert (ran.code, ran.out) == (Exit.BAD_SETUP, "")
    assert ran.err.splitlines() == [
        "rules/broken.yaml:2:1: unknown key 'rulez' — did you mean 'rules'?",
        "rules/tests/missing.test.yaml:1:8: rules/nope.yaml: there is no such file or folder",
        'rules/tests/wrong.test.yaml:1:1: a test needs `series`, like [{site: durban, in: "10MBx288"}]',
        "rules/tests/wrong.test.yaml:1:1: a test needs `start`",
        "rules/tests/wrong.test.yaml:1:1: unknown key 'ruls' — did you mean 'rules'?",
    ]


def test_a_path_without_tests_is_told_with_the_remedy(usagebot: Usagebot, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = usagebot("test", "empty", "nope.test.yaml")
    assert ran.code == Exit.BAD_SETUP
    assert ran.err.splitlines() == [
        "empty: no *.test.yaml file is in this folder. Write a test; docs/rule-tests.md says how.",
        "nope.test.yaml: there is no such file or folder. Name a test, or a folder of tests.",
    ]


def test_what_cannot_be_read_is_told_with_everything_else(usagebot: Usagebot, day: Path) -> None:
    os.mkfifo(day.parent / "pipe.test.yaml")
    (day.parent / "wrong.test.yaml").write_text("[]\n")
    (day.parent / "zero.test.yaml").write_bytes(b"\0\0")
    ran = usagebot("test")
    assert ran.code == Exit.BAD_SETUP
    assert ran.err.splitlines() == [
        "rules/tests/pipe.test.yaml: this is no regular file. Remove it, or rename it.",
        "rules/tests/wrong.test.yaml:1:1: a test of rules is a map: it begins with `rules: [fleet.yaml]`",
        "rules/tests/zero.test.yaml:1:1: the character U+0000 cannot stand in a rules file; remove it",
    ]


def test_a_folder_of_rules_is_one_configuration(usagebot: Usagebot, day: Path) -> None:
    head, _, rest = RULES.partition("rules:\n")
    (day.parents[1] / "fleet.yaml").write_text(head)
    (day.parents[1] / "rules.yaml").write_text(f"version: 1\nrules:\n{rest}")
    change(day, "../fleet.yaml", "..")
    assert usagebot("test").code == Exit.OK
    change(day, "[..]", "[../fleet.yaml, ../rules.yaml]")
    assert usagebot("test").code == Exit.OK


def test_changed_numbers_that_no_test_notices_are_named(usagebot: Usagebot, day: Path) -> None:
    ran = usagebot("test", "--mutate")
    assert ran.code == Exit.NO
    assert ran.out.splitlines()[5:] == [
        "8 of 16 changed numbers noticed.",
        "  rules/fleet.yaml:10: rule burst: no test notices",
        "    threshold 10.0 GB → 9.90 GB",
        "    threshold 10.0 GB → 10.1 GB",
        "    threshold 10.0 GB → 5.00 GB",
        "    threshold 10.0 GB → 20.0 GB",
        "    within 1h → 55m",
        "    within 1h → 1h5m",
        "    within 1h → 30m",
        "    within 1h → 2h",
    ]


def test_changes_that_are_all_noticed_are_a_success(usagebot: Usagebot, day: Path) -> None:
    rules = day.parents[1] / "fleet.yaml"
    rules.write_text(RULES.partition("  - name: burst")[0])
    ran = usagebot("test", "--mutate")
    assert ran.code == Exit.OK
    assert ran.out.endswith("8 of 8 changed numbers noticed.\n")


def test_changing_ends_in_time(usagebot: Usagebot, day: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tests_run, "LONGEST_MUTATING", -1)
    ran = usagebot("test", "--mutate")
    assert ran.code == Exit.NO
    assert "0 of 16 changed numbers noticed, 16 not tried for want of time." in ran.out


def test_nothing_is_changed_while_a_test_fails(usagebot: Usagebot, day: Path) -> None:
    change(day, "13:20:00Z, receiver", "13:25:00Z, receiver")
    assert "changed" not in usagebot("test", "--mutate").out


def test_json_for_machines(usagebot: Usagebot, day: Path) -> None:
    answer = json.loads(usagebot("test", "--format", "json", "--mutate").out)
    (one,) = answer["tests"]
    assert (one["file"], one["passed"], one["failures"]) == ("rules/tests/day.test.yaml", True, [])
    assert answer["coverage"][1] == {
        "place": "rules/fleet.yaml:10:5",
        "rule": "burst",
        "kind": "threshold",
        "fired": False,
    }
    assert answer["mutations"]["of"] == 16
    change(day, "13:20:00Z, rule", "13:25:00Z, rule")
    (one,) = json.loads(usagebot("test", "--format", "json").out)["tests"]
    assert one["failures"][0]["place"] == "rules/tests/day.test.yaml:7:7"


def test_junit_for_build_servers(usagebot: Usagebot, day: Path) -> None:
    (day.parent / "other.test.yaml").write_text(DAY.replace("13:20:00Z, receiver", "13:25:00Z, receiver"))
    ran = usagebot("test", "--format", "junit")
    assert ran.code == Exit.NO
    suite = ET.fromstring(ran.out)  # noqa: S314 - our own
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    good, bad = suite
    assert (good.get("name"), len(good)) == ("rules/tests/day.test.yaml", 0)
    assert next(node.get("message") for node in bad) == "message that is not expected, to noc at 2026-06-01T13:20:00Z:"


def test_text_of_others_cannot_move_the_cursor(usagebot: Usagebot, day: Path) -> None:
    change(day, "5MBx200", "\\e[31m5MB")
    ran = usagebot("test")
    assert ran.code == Exit.BAD_SETUP
    assert "\x1b" not in ran.err
