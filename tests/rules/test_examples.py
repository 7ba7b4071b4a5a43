"""Everything that we show people passes the checker."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.rules.check import KEYS, parse
from bot.rules.fleet import SITE_KEYS, WORKSPACE_KEYS
from bot.rules.judges import JUDGE_KEYS
from bot.rules.matches import KEYS as MATCH_KEYS
from bot.rules.mute_timings import KEYS as MUTE_KEYS
from bot.rules.receivers import KEYS as RECEIVER_KEYS
from bot.rules.receivers import WEBHOOK_KEYS
from bot.rules.remarks import early_warnings
from bot.rules.reports import KEYS as REPORT_KEYS
from bot.rules.routes import KEYS as ROUTE_KEYS
from bot.rules.rule import KEYS as RULE_KEYS
from bot.rules.starter import starter
from bot.service.rule_files import read_rules

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "rules.md").read_text()
(TABLE,) = re.findall(r"```\n(id,.*?)```", REFERENCE, re.DOTALL)
EXAMPLES = re.findall(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_examples_of_the_reference_are_right(text: str) -> None:
    problems = parse([("example.yaml", text.encode()), ("sites.csv", TABLE.encode())]).problems
    assert problems == ()


OF_RULES = (*KEYS, *SITE_KEYS, *WORKSPACE_KEYS, *RECEIVER_KEYS, *RULE_KEYS)
OF_TELLING = (*WEBHOOK_KEYS, *MUTE_KEYS, *MATCH_KEYS, *ROUTE_KEYS, *REPORT_KEYS)


@pytest.mark.parametrize("key", dict.fromkeys([*OF_RULES, *OF_TELLING]))
def test_every_key_has_an_example_in_the_reference(key: str) -> None:
    assert any(re.search(rf"\b{key}:", text) for text in EXAMPLES)


def test_the_example_fleet_is_right() -> None:
    parsed = parse(read_rules(ROOT / "rules"))
    assert parsed.problems == ()
    assert parsed.configuration is not None
    assert early_warnings(parsed.configuration) == []
    assert len(parsed.configuration.rules) == 11
    assert len(parsed.configuration.sites) == 13


def test_the_example_fleet_shows_every_kind_that_is_judged() -> None:
    configuration = parse(read_rules(ROOT / "rules")).configuration
    assert configuration is not None
    kinds = {kind for rule in configuration.rules for kind in rule.kinds}
    assert kinds == {"quota", "forecast", "pace", "threshold", "percentile", "no_data", "spike"}
    text = (ROOT / "rules" / "fleet.yaml").read_text()
    assert [key for key in JUDGE_KEYS if f"{key}:" not in text] == ["noise"]


def test_the_starter_works_as_it_is() -> None:
    files = starter()
    parsed = parse([("fleet.yaml", files["fleet.yaml"].encode())])
    assert parsed.problems == ()
    assert parsed.configuration is not None
    assert parsed.configuration.default_receivers


def test_the_commented_lines_of_the_starter_are_right_too() -> None:
    text = starter()["fleet.yaml"]
    text = re.sub(r"^(\s*)# (sites:|  - id|    [a-z]+:|reports:|  - \{per)", r"\1\2", text, flags=re.MULTILINE)
    text = re.sub(
        r"^  # (noc:|finance:)", r"  \1", text.replace("  noc: {terminal", "  me: {terminal"), flags=re.MULTILINE
    )
    parsed = parse([("fleet.yaml", text.encode())])
    assert parsed.problems == ()
    assert parsed.configuration is not None
    assert (len(parsed.configuration.sites), len(parsed.configuration.receivers)) == (1, 3)
    assert [report.name for report in parsed.configuration.reports] == ["weekly"]
