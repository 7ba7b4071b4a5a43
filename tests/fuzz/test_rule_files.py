"""Whatever stands in a rules folder: problems with places that exist, or a configuration; never an exception."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.rules.check import Parsed, parse
from bot.rules.kinds import Judge, Percentile, Quota
from bot.rules.model import Rule
from bot.rules.problems import MOST_PROBLEMS, Problem
from bot.rules.selectors import glob_matches
from tests.fuzz import rule_texts as made
from tests.fuzz import valid_rules as valid
from tests.fuzz.trying import tries

LONGEST_MESSAGE = 800
ID = "3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10"


def lines_of(raw: bytes) -> list[str]:
    """As an editor shows them; what cannot be decoded is one character for a byte."""
    return re.split("\r\n|\r|\n", raw.decode("utf-8", "replace").removeprefix("\ufeff"))


def check_problem(problem: Problem, lines: list[str]) -> None:
    assert 1 <= problem.line <= len(lines), problem
    assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1, problem
    assert problem.message
    assert len(problem.message) <= LONGEST_MESSAGE, problem
    assert problem.message.isprintable(), problem


def judged(raw: bytes) -> Parsed:
    parsed = parse([("a.yaml", raw)])
    lines = lines_of(raw)
    for problem in parsed.problems:
        check_problem(problem, lines)
    assert len(parsed.problems) <= MOST_PROBLEMS
    assert (parsed.configuration is None) == any(problem.severity == "error" for problem in parsed.problems)
    return parsed


@tries(400)
@given(made.raw)
@example(b"{")
@example(b"version: 1\rrules:\r\x00")
@example("version: 1\n\u2028rules: x".encode())
@example("version: 1\n# \x85\nrules: x".encode())
def test_any_file_has_problems_with_places_in_it_or_is_a_configuration(raw: bytes) -> None:
    parsed = judged(raw)
    assert parse([("a.yaml", raw)]) == parsed


@tries(60)
@given(st.lists(made.damaged(), min_size=2, max_size=3))
def test_any_folder_has_problems_with_places_in_its_files(texts: list[str]) -> None:
    files = {f"{number}.yaml": text.encode("utf-8", "surrogatepass") for number, text in enumerate(texts)}
    parsed = parse(list(files.items()))
    for problem in parsed.problems:
        check_problem(problem, lines_of(files[problem.file]))
    assert parse(list(reversed(files.items()))) == parsed


# --- what is right ----------------------------------------------------------------------------------------


@tries(120)
@given(valid.folders)
def test_a_valid_configuration_becomes_what_was_written(folder: list[tuple[valid.Written, Rule]]) -> None:
    written = {**valid.HEAD, "rules": [text for text, _ in folder]}
    parsed = parse([("a.yaml", valid.document(written))])
    assert [problem for problem in parsed.problems if "plan grants nothing before" not in problem.message] == []
    assert parsed.configuration is not None
    assert parsed.configuration.rules == tuple(rule for _, rule in folder)


def _relaid(value: Any, random: Random) -> Any:
    """The same with the keys of every map in another order."""
    if isinstance(value, dict):
        keys = random.sample(sorted(value), len(value))
        return {key: _relaid(value[key], random) for key in keys}
    return [_relaid(one, random) for one in value] if isinstance(value, list) else value


@tries(80)
@given(valid.folders, st.randoms(use_true_random=False))
def test_the_version_of_a_rule_knows_nothing_of_order_comments_and_blanks(
    folder: list[tuple[valid.Written, Rule]], random: Random
) -> None:
    texts = [text for text, _ in folder]
    random.shuffle(texts)
    written = json.dumps(_relaid({**valid.HEAD, "rules": texts}, random), ensure_ascii=False, indent=3)
    commented = "\ufeff# all of it\r\n" + written.replace("\n", "  # why\r\n\r\n") + "\r\n# end"
    parsed = parse([("other.yaml", commented.encode())])
    assert [problem for problem in parsed.problems if "plan grants nothing before" not in problem.message] == []
    assert parsed.configuration is not None
    versions = {rule.name: rule.version for rule in parsed.configuration.rules}
    assert versions == {rule.name: rule.version for _, rule in folder}


@tries(60)
@given(valid.rules(), valid.rules())
def test_rules_that_judge_alike_and_only_those_have_one_version(
    one: tuple[valid.Written, Rule], other: tuple[valid.Written, Rule]
) -> None:
    same = (_bare(one[1].judge), one[1].hold) == (_bare(other[1].judge), other[1].hold)
    assert (one[1].version == other[1].version) == same


def _bare(judge: Judge) -> Judge:
    """Without what is only told, bought or read off."""
    if isinstance(judge, Quota):
        return replace(judge, severities=(), top_ups=(), opening=())
    return replace(judge, severities=()) if isinstance(judge, Percentile) else judge


# --- what is large ----------------------------------------------------------------------------------------


def calls_of(work: Callable[[], object]) -> int:
    """How many functions it calls: its cost, without a clock."""
    count = 0

    def counted(frame: object, event: str, arg: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def percents(count: int, then: str = "") -> str:
    return ", ".join(f"{number + 1}%{then}" for number in range(count))


def one_rule(key: str, entries: Iterable[str]) -> str:
    return f"rules:\n  - {{name: x, quota: 1 GB, notify: [], {key}: [{', '.join(entries)}]}}\n"


LARGE: dict[str, Callable[[int], str]] = {
    "unknown keys": lambda n: "".join(f"key{i}: 1\n" for i in range(n)),
    "sites of one name": lambda n: "sites:\n" + f"  - {{id: {ID}, name: x}}\n" * n,
    "rules of one name": lambda n: "rules:\n" + "  - {name: x, quota: 1 GB}\n" * n,
    "one key again and again": lambda n: "a: 1\n" * n,
    "a long list": lambda n: f"rules:\n  - {{name: x, quota: 1 GB, at: [{'80%, ' * n}]}}\n",
    "many steps": lambda n: f"rules:\n  - {{name: x, quota: 1 GB, at: [{percents(n)}]}}\n",
    "many severities": lambda n: f"rules:\n  - {{name: x, quota: 1 GB, severity: {{{percents(n, ': info')}}}}}\n",
    "steps and severities": lambda n: (
        f"rules:\n  - {{name: x, quota: 1 GB, at: [{percents(n)}], severity: {{{percents(n, ': info')}}}}}\n"
    ),
    "many tags": lambda n: f"sites:\n  - {{id: {ID}, tags: {{{', '.join(f't{i}: x' for i in range(n))}}}}}\n",
    "many workspaces": lambda n: "workspaces:\n" + "".join(f"  - {{name: w{i}}}\n" for i in range(n)),
    "many overrides": lambda n: one_rule("overrides", (f"{{site: s{i}, quota: 1 GB}}" for i in range(n))),
    "one override": lambda n: one_rule("overrides", ["{site: s, quota: 1 GB}"] * n),
    "many top-ups": lambda n: one_rule("top_ups", ["{on: 2026-01-01, add: 1 GB, site: x}"] * n),
    "one opening": lambda n: one_rule("opening", ["{at: 2026-01-01T00:00, used: 1 GB}"] * n),
    "a plan of one day": lambda n: one_rule("plan", ["{from: 2026-01-01, quota: 1 GB}"] * n),
    "many paces": lambda n: one_rule("pace", (f"{{faster_than: {i + 1}x, over: [1h, 5m]}}" for i in range(n))),
    "broken lines": lambda n: "x: [\n" * n,
    "quotation marks": lambda n: "x: '" * n,
    "a deep list": lambda n: "x: " + "[" * n,
    "aliases": lambda n: "x: [&a 1" + ", *a" * n + "]\n",
    "blanks": lambda n: "\n \n\t\n" * n,
    "comments": lambda n: "# x\n" * n,
    "commas": lambda n: f"x: {{a: 1{',5 GB' * n}}}\n",
}


@pytest.mark.parametrize("name", LARGE)
def test_twice_as_much_costs_no_more_than_a_little_over_twice(name: str) -> None:
    small, large = (f"version: 1\n{LARGE[name](n)}".encode() for n in (400, 800))
    judged(small)  # what is made once for the process is made
    before = calls_of(lambda: parse([("a.yaml", small)]))
    after = calls_of(lambda: parse([("a.yaml", large)]))
    assert after <= 2.3 * before + 1000, (before, after)


def test_a_glob_never_tries_all_ways_to_match() -> None:
    """A pattern of many stars and a name that nearly fits: the ways to match are more than could ever be tried."""
    assert not glob_matches("*a" * 60 + "b", "a" * 400)
    assert glob_matches("*a" * 60 + "*", "a" * 400)
    assert not glob_matches("*" * 400 + "b", "a" * 400)


def _naive(glob: str, text: str) -> bool:
    if not glob:
        return not text
    if glob[0] == "*":
        return any(_naive(glob[1:], text[n:]) for n in range(len(text) + 1))
    return bool(text) and glob[0] in {"?", text[0]} and _naive(glob[1:], text[1:])


@tries(300)
@given(st.text("ab*?", max_size=7), st.text("ab*\n", max_size=7))
def test_a_glob_matches_as_its_definition_says(glob: str, text: str) -> None:
    assert glob_matches(glob, text) == _naive(glob, text)
