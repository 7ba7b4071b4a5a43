"""docs/security.md: every threat has its answer, and every test that it names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = re.findall(r"^- `(tests/\S+\.py)::(\w+)`$", PAGE, re.MULTILINE)


def test_the_page_names_tests_in_one_form_alone() -> None:
    assert len(NAMED) == PAGE.count("::")
    assert len(NAMED) > 40


@pytest.mark.parametrize("file", sorted({file for file, _ in NAMED}))
def test_every_test_that_the_page_names_exists(file: str) -> None:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert {name for named, name in NAMED if named == file} <= defined


def test_every_threat_is_answered_by_a_test() -> None:
    sections = re.split(r"^(?=\*\*)", PAGE.split("## The HTTP port", 1)[1], flags=re.MULTILINE)[1:]
    assert len(sections) > 12
    assert [section.splitlines()[0] for section in sections if "::" not in section] == []
