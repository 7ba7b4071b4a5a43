"""The tests of rules that we show people."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bot.cli.exits import Exit
from bot.rules.cases.expected import ALERT_KEYS, MESSAGE_KEYS
from bot.rules.cases.happenings import ACKNOWLEDGE_KEYS, LATE_KEYS, SILENCE_KEYS
from bot.rules.cases.read import KEYS
from bot.rules.cases.series import KEYS as SERIES_KEYS
from tests.cli.console import Usagebot

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "rule-tests.md").read_text()
LIKELY = {("rule kiosk-pool", "forecast")}
"""What is looked at every six hours is as likely, by a hair more or less, at the same look."""
RULES, TEST = re.findall(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL)


def test_the_tests_of_the_example_fleet_pass_make_every_rule_fire_and_notice_every_changed_number(
    usagebot: Usagebot,
) -> None:
    ran = usagebot("test", "--mutate", "--format", "json", str(ROOT / "rules"))
    answer = json.loads(ran.out)
    assert [one["failures"] for one in answer["tests"] if not one["passed"]] == []
    silent = {(one["rule"], one["kind"]) for one in answer["coverage"] if not one["fired"]}
    assert silent == set()
    unnoticed = [(one["of"], one["change"].partition(":")[0]) for one in answer["mutations"]["unnoticed"]]
    assert set(unnoticed) <= LIKELY
    assert answer["mutations"]["untried"] == 0


@pytest.fixture
def shown(tmp_path: Path) -> Path:
    """The example of the reference, as files; the test."""
    file = tmp_path / "rules" / "tests" / "daily-quota.test.yaml"
    file.parent.mkdir(parents=True)
    (tmp_path / "rules" / "fleet.yaml").write_text(RULES)
    file.write_text(TEST)
    return file


def test_the_example_of_the_reference_passes(usagebot: Usagebot, shown: Path) -> None:
    ran = usagebot("test")
    assert ran.code == Exit.OK, ran.out
    shown_first = REFERENCE.partition("$ usagebot test\n")[2].partition("```")[0]
    assert re.sub(r"\d\.\d s", "0.0 s", ran.out) == shown_first


def test_what_the_reference_says_of_a_failure_is_what_is_said(usagebot: Usagebot, shown: Path) -> None:
    shown.write_text(
        TEST.replace(
            "06:40:00Z, receiver: noc, contains: [cape-town, durban", "06:45:00Z, receiver: noc, contains: [cape-town"
        )
    )
    ran = usagebot("test")
    assert ran.code == Exit.NO
    said = re.findall(r"^  .*\n", REFERENCE.partition("instead:\n")[2].partition("\n## ")[0], re.MULTILINE)
    for line in said:
        assert line in ran.out or line == "    | …\n"
    assert len(said) == 5


@pytest.mark.parametrize(
    "key", [*KEYS, *SERIES_KEYS, *LATE_KEYS, *SILENCE_KEYS, *ACKNOWLEDGE_KEYS, *ALERT_KEYS, *MESSAGE_KEYS]
)
def test_every_key_is_in_the_reference(key: str) -> None:
    assert f"`{key}`" in REFERENCE or f"{key}:" in REFERENCE


def test_a_wrong_expectation_in_any_example_fails(usagebot: Usagebot, shown: Path) -> None:
    for before, after in (("step: 80%", "step: 100%"), ("08:30", "08:35"), ("_x12", "_x13"), ("150MB", "140MB")):
        shown.write_text(TEST.replace(before, after, 1))
        assert usagebot("test").code in {Exit.NO, Exit.BAD_SETUP}
