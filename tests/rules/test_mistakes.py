"""One mistake a file, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.rules.check import parse

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
