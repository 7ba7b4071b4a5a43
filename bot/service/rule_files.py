"""Reading the rules folder from disk. What the files say is not looked at here."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

LARGEST_CONFIGURATION = 10 * 1024 * 1024
TABLE_HINT = "Name it as the `sites_file` of a rules file beside it"
STARTER_HINT = "Run `usagebot init` for rules to begin with, or set RULES_PATH"


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Why a file or folder cannot be read, and what to do about it."""

    path: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: {self.what}. {self.remedy}."


class UnreadableRulesError(Exception):
    """Rules that cannot be read from disk. `problems` has every one of them."""

    def __init__(self, problems: Sequence[FileProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def is_rules(path: Path) -> bool:
    """Whether a file is part of the configuration, by its name: tests of rules and editors' hidden files are not."""
    return path.suffix == ".yaml" and not path.name.endswith(".test.yaml") and not path.name.startswith(".")


def rules_files(path: Path) -> list[Path]:
    """The files of a configuration, sorted by name; `path` is a folder or a single file of any name.

    Raises UnreadableRulesError for a folder that is missing, unreadable or has no rules.
    """
    if path.is_file():
        if path.suffix == ".csv":
            raise UnreadableRulesError([FileProblem(str(path), "this is a table, not rules", TABLE_HINT)])
        return [path]
    if not path.exists():
        raise UnreadableRulesError([FileProblem(str(path), "there is no such file or folder", STARTER_HINT)])
    try:
        inside = sorted(path.iterdir())
    except OSError as error:
        raise UnreadableRulesError([_unreadable(path, error)]) from None
    files = [file for file in inside if is_rules(file)]
    if not files:
        misnamed = any(file.suffix == ".yml" for file in inside)
        remedy = "Rename the .yml files to .yaml" if misnamed else STARTER_HINT
        raise UnreadableRulesError([FileProblem(str(path), "no *.yaml file is directly in this folder", remedy)])
    return files


def read_rules(path: Path) -> list[tuple[str, bytes]]:
    """(file name, content) of every file of the configuration, by name, and of every table of sites that they name.

    Raises UnreadableRulesError, with every problem at once, where something is missing, unreadable, not a regular
    file, or larger than 10 MiB together.
    """
    found, problems = _contents(rules_files(path), LARGEST_CONFIGURATION)
    left = LARGEST_CONFIGURATION - sum(len(content) for _, content in found)
    tables, more = _contents(site_tables(path, [content for _, content in found]), left)
    if problems or more:
        raise UnreadableRulesError([*problems, *more])
    return [*found, *tables]


def site_tables(path: Path, contents: Iterable[bytes]) -> list[Path]:
    """The CSV files beside the rules that these name; one that does not exist is for the checker to tell."""
    naming = [content for content in contents if b"sites_file" in content]
    if not naming:
        return []
    folder = path.parent if path.is_file() else path
    try:
        tables = sorted(file for file in folder.iterdir() if file.suffix == ".csv")
    except OSError as error:
        raise UnreadableRulesError([_unreadable(folder, error)]) from None
    return [file for file in tables if any(os.fsencode(file.name) in content for content in naming)]


def shown(path: Path, name: str) -> str:
    """How a file of `path` is named to people: as they would open it from where they are."""
    if path.name == name:
        return str(path)
    return str((path.parent if path.is_file() else path) / name)


def _contents(files: Iterable[Path], left: int) -> tuple[list[tuple[str, bytes]], list[FileProblem]]:
    """(file name, content) of those that can be read, at most `left` bytes together, and why the others cannot."""
    found: list[tuple[str, bytes]] = []
    problems: list[FileProblem] = []
    for file in files:
        content = _content(file, left)
        if isinstance(content, FileProblem):
            problems.append(content)
            continue
        left -= len(content)
        found.append((file.name, content))
    return found, problems


def _content(file: Path, limit: int) -> bytes | FileProblem:
    """A pipe would block for ever, hence regular files only."""
    if not file.is_file():
        return FileProblem(str(file), "this is no regular file", "Remove it, or rename it")
    try:
        with file.open("rb") as opened:
            content = opened.read(limit + 1)
    except OSError as error:
        return _unreadable(file, error)
    if len(content) > limit:
        return FileProblem(str(file), "the configuration is larger than 10 MiB", "Split it between workspaces")
    return content


def _unreadable(path: Path, error: OSError) -> FileProblem:
    why = (error.strerror or type(error).__name__).lower()
    return FileProblem(str(path), f"it cannot be read: {why}", "Make it readable for this user")
