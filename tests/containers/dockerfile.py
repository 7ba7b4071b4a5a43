"""The Dockerfile as stages of instructions, and those of them that can be run without an engine."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

NO_NETWORK = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "ProxyError")
"""What pip says where there is no way to a package index."""
ROOT = Path(__file__).parents[2]
FILE = ROOT / "Dockerfile"


class NoNetworkError(Exception):
    """A step needs packages, and there is no way to an index."""


@dataclass
class Stage:
    """The instructions between two FROMs, in order: a word, and what follows it."""

    image: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def all(self, word: str) -> list[str]:
        return [rest for found, rest in self.steps if found == word]

    def last(self, word: str) -> str:
        return self.all(word)[-1]

    def command(self, word: str) -> list[str]:
        """ENTRYPOINT, CMD or HEALTHCHECK in its exec form; the test fails where it has another."""
        rest = self.last(word)
        found: list[str] = json.loads(rest[rest.index("[") :])
        return found

    @property
    def environment(self) -> dict[str, str]:
        return dict(pair.split("=", 1) for rest in self.all("ENV") for pair in shlex.split(rest))


def stages(text: str) -> list[Stage]:
    """Every stage; arguments of FROM are filled in."""
    joined = re.sub(r"\\\n\s*", "", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    found: list[Stage] = []
    arguments: dict[str, str] = {}
    for line in filter(None, map(str.strip, joined.splitlines())):
        word, rest = line.split(maxsplit=1)
        if word == "ARG" and not found:
            name, value = rest.split("=", 1)
            arguments[name] = value
        elif word == "FROM":
            found.append(Stage(re.sub(r"\$\{(\w+)\}", lambda m: arguments[m[1]], rest)))
        else:
            found[-1].steps.append((word, rest))
    return found


def sent() -> list[str]:
    """What `.dockerignore` lets through: it refuses everything, and then names what it takes."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert next(line for line in lines if not line.startswith("#")) == "*"
    return [line[1:] for line in lines if line.startswith("!")]


class Build:
    """Runs a stage's COPY and RUN below `root`, which stands for `/`; `python` for the image's interpreter."""

    def __init__(self, root: Path, python: str) -> None:
        self.root = root
        self._python = python
        self._folder = root

    def at(self, path: str) -> Path:
        """Where a path of the image is: an absolute one below `root`, another below WORKDIR."""
        return self.root / path.lstrip("/") if path.startswith("/") else self._folder / path

    def run(self, stage: Stage, words: frozenset[str] = frozenset({"WORKDIR", "COPY", "RUN"})) -> None:
        for word, rest in stage.steps:
            if word in words:
                getattr(self, f"_{word.lower()}")(rest)

    def _workdir(self, rest: str) -> None:
        self._folder = self.root / rest.lstrip("/")
        self._folder.mkdir(parents=True, exist_ok=True)

    def _copy(self, rest: str) -> None:
        """From the context only, and only what the context holds; another stage's files are here already."""
        if rest.startswith("--from="):
            return
        *sources, target = rest.split()
        for source in sources:
            assert source.split("/")[0] in sent(), f"{source} is not in the build context"
            self._copy_one(ROOT / source, self.at(target), into=target.endswith("/"))

    def _copy_one(self, source: Path, target: Path, *, into: bool) -> None:
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
            return
        target = target / source.name if into else target
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)

    def _run(self, rest: str) -> None:
        words = [str(self.at(word)) if word.startswith("/") else word for word in shlex.split(rest)]
        done = subprocess.run(
            words,
            cwd=self._folder,
            env=_inherited() | {"PYTHON": self._python},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode and any(sign in done.stderr for sign in NO_NETWORK):
            raise NoNetworkError(rest)
        assert done.returncode == 0, f"{rest}\n{done.stdout}{done.stderr}"


def _inherited() -> dict[str, str]:
    """The environment, where settings of pip say where packages come from; without the virtual environment's."""
    return {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}  # noqa: TID251 - as said
