"""One mistake a file, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.rules.check import LATER, parse
from bot.rules.receivers import LATER as RECEIVER_LATER
from bot.rules.rule import LATER as RULE_LATER

MISTAKES = sorted((Path(__file__).parent / "mistakes").glob("*.yaml"))


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_a_mistake_is_named_with_its_place_and_its_remedy(path: Path) -> None:
    parsed = parse([(path.name, path.read_bytes())])
    assert [str(problem) for problem in parsed.problems] == path.with_suffix(".expected").read_text().splitlines()
    errors = [problem for problem in parsed.problems if problem.severity == "error"]
    assert (parsed.configuration is None) == bool(errors)


def test_every_file_of_mistakes_has_its_expectation_and_the_other_way_round() -> None:
    folder = Path(__file__).parent / "mistakes"
    assert {p.stem for p in folder.glob("*.expected")} == {p.stem for p in MISTAKES}


def test_the_mistakes_of_all_files_are_told_at_once_in_order_of_place() -> None:
    texts = [(path.name, path.read_bytes()) for path in reversed(MISTAKES)]
    problems = parse(texts).problems
    assert list(problems) == sorted(problems, key=lambda p: (p.file, p.line, p.column))
    alone = ("email_bad", "empty", "site_id", "tab", "timezone_unknown", "unknown_key", "workspace_token")
    assert {f"{stem}.yaml" for stem in alone} <= {problem.file for problem in problems}


HEAD = 'version: 1\nreceivers: {noc: {slack: "#noc"}}\ndefaults: {receivers: [noc]}\n'


def _refused(text: str, key: str) -> bool:
    message = f"`{key}` is part of the rule language but not of this version; remove it"
    parsed = parse([("a.yaml", text.encode())])
    return parsed.configuration is None and [p.message for p in parsed.problems] == [message]


@pytest.mark.parametrize("key", RULE_LATER)
def test_a_rule_key_of_the_language_that_is_not_built_yet_is_refused_and_never_ignored(key: str) -> None:
    assert _refused(f"{HEAD}rules:\n  - {{name: a, quota: 1 GB, {key}: true}}\n", key)


@pytest.mark.parametrize("key", LATER)
def test_a_section_of_the_language_that_is_not_built_yet_is_refused(key: str) -> None:
    assert _refused(f"version: 1\n{key}: []\n", key)


@pytest.mark.parametrize("key", RECEIVER_LATER)
def test_a_medium_that_is_not_built_yet_is_refused(key: str) -> None:
    assert _refused(f"version: 1\nreceivers: {{noc: {{{key}: 1}}}}\n", key)
