"""Test files on disk, and the rules that they name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from bot.rules.check import TABLE, Parsed, parse
from bot.rules.problems import Problem, Wrong
from bot.service.rule_files import LARGEST_CONFIGURATION, FileProblem, UnreadableRulesError, read_rules, shown

SUFFIX = ".test.yaml"
WRITE_ONE = "Write a test; docs/rule-tests.md says how"
NAME_ONE = "Name a test, or a folder of tests"


def files_of_tests(paths: Sequence[Path]) -> list[Path]:
    """Files as they are named, and of folders every `*.test.yaml` at any depth; each once, by name.

    Raises UnreadableRulesError where a path does not exist, or a folder has no tests.
    """
    found: dict[Path, None] = {}
    problems = []
    for path in paths:
        inside = _inside(path) if path.is_dir() else [path]
        found.update(dict.fromkeys(inside))
        if not path.exists():
            problems.append(FileProblem(str(path), "there is no such file or folder", NAME_ONE))
        elif not inside:
            problems.append(FileProblem(str(path), f"no *{SUFFIX} file is in this folder", WRITE_ONE))
    if problems:
        raise UnreadableRulesError(problems)
    return list(found)


def _inside(folder: Path) -> list[Path]:
    """Editors' hidden files are none, nor what is in hidden folders."""
    return sorted(file for file in folder.rglob(f"*{SUFFIX}") if not _is_hidden(file.relative_to(folder)))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def read_test(file: Path) -> bytes:
    """The content of a test. Raises UnreadableRulesError."""
    if not file.is_file():
        raise UnreadableRulesError([FileProblem(str(file), "this is no regular file", "Remove it, or rename it")])
    return read_rules(file)[0][1]  # a table that it seems to name is no part of it


class RulesOfTests:
    """The rules that tests name, each set of files read once. `problems` has what is wrong with any of them."""

    def __init__(self) -> None:
        self._parsed: dict[tuple[Path, ...], Parsed] = {}

    def load(self, folder: Path, written: Sequence[str]) -> Parsed:
        """What is at these paths, which are relative to a test's folder. Raises Wrong."""
        paths = tuple(Path(os.path.normpath(folder / path)) for path in written)
        if paths not in self._parsed:
            self._parsed[paths] = _parsed(paths)
        return self._parsed[paths]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The errors of rules that cannot be used, each once."""
        broken = (parsed for parsed in self._parsed.values() if parsed.configuration is None)
        return tuple(dict.fromkeys(p for parsed in broken for p in parsed.problems if p.severity == "error"))


def _parsed(paths: Iterable[Path]) -> Parsed:
    """Rules are named as they would be opened, so that no two have one name; tables of sites as the rules name them."""
    texts: dict[str, bytes] = {}
    tables: dict[str, str] = {}
    for path in paths:
        try:
            found = read_rules(path)
        except UnreadableRulesError as error:
            raise Wrong("; ".join(f"{problem.path}: {problem.what}" for problem in error.problems)) from None
        tables |= {name: shown(path, name) for name, _ in found if name.endswith(TABLE)}
        texts |= {name if name in tables else shown(path, name): content for name, content in found}
    if sum(map(len, texts.values())) > LARGEST_CONFIGURATION:
        raise Wrong("these rules are larger than 10 MiB in all")
    parsed = parse(list(texts.items()))
    problems = (replace(problem, file=tables.get(problem.file, problem.file)) for problem in parsed.problems)
    return replace(parsed, problems=tuple(problems))
