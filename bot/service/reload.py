"""Reload: read the rules folder again, and put what it says in force once it stands still and is right.

A folder that is broken changes nothing: the last good rules stay in force, and the operators are told once, until it
is mended. What counts is the content of the files, not their dates, so that editors which write in several steps and
links that are exchanged make no difference.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import structlog

from bot.domain.times import to_slot
from bot.rules.check import parse
from bot.rules.model import Configuration
from bot.service.notices import EVERY_WORKSPACE, RULES, Notices
from bot.service.ports import Clock, History
from bot.service.rule_files import UnreadableRulesError, read_rules, shown
from bot.service.rules_audit import note_in_force, note_refused, shortened

log = structlog.get_logger()
MOST_LOGGED = 20


class Reloaded(StrEnum):
    """What became of a look at the folder."""

    SAME = "same"
    SETTLING = "settling"
    APPLIED = "applied"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class _Found:
    """The folder as it is on the disk: its files, or why they cannot be read. `digest` changes with any of it."""

    digest: bytes
    texts: Sequence[tuple[str, bytes]] = ()
    problems: Sequence[str] = ()


def _read(path: Path) -> _Found:
    try:
        texts = read_rules(path)
    except UnreadableRulesError as error:
        problems = [str(problem) for problem in error.problems]
        return _Found(hashlib.sha256(repr(problems).encode()).digest(), problems=problems)
    digest = hashlib.sha256()
    for name, content in texts:
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return _Found(digest.digest(), texts)


def _judged(path: Path, found: _Found) -> tuple[Configuration | None, Sequence[str]]:
    """What the files say, or every error in them."""
    if found.problems:
        return None, found.problems
    parsed = parse(found.texts)
    errors = [problem for problem in parsed.problems if problem.severity == "error"]
    return parsed.configuration, [_line(path, str(error), error.file) for error in errors]


def _line(path: Path, problem: str, file: str) -> str:
    return shown(path, file) + problem.removeprefix(file)


class Reload:
    """The use case. `look` is never run twice at once (the scheduler sees to that).

    `in_force` gives the configuration that the bot works by, and `apply` changes it. `lacking` says what a
    configuration needs of the settings and does not find there, for settings are only read at the start.
    """

    def __init__(
        self,
        path: Path,
        in_force: Callable[[], Configuration],
        apply: Callable[[Configuration], Awaitable[None]],
        lacking: Callable[[Configuration], Sequence[str]],
        notices: Notices,
        clock: Clock,
        history: History,
    ) -> None:
        self._path = path
        self._in_force = in_force
        self._apply = apply
        self._lacking = lacking
        self._notices = notices
        self._clock = clock
        self._history = history
        self._seen: bytes | None = None
        self._done: bytes | None = None
        self._is_wanted = False
        self.problems: Sequence[str] = ()
        """What is wrong with the folder as it is now."""

    def want(self) -> None:
        """Make the next look act on what it finds, whether or not that has changed or stands still."""
        self._is_wanted = True

    async def look(self) -> Reloaded:
        """Act on a change that stands still since the last look. Raises only what the history raises; the next look
        then does it again."""
        wanted, self._is_wanted = self._is_wanted, False
        found = await asyncio.to_thread(_read, self._path)
        before, self._seen = self._seen, found.digest
        if not wanted and found.digest == self._done:
            return Reloaded.SAME
        if not wanted and found.digest != before:
            return Reloaded.SETTLING
        outcome = await self._act(found, wanted)
        self._done = found.digest
        return outcome

    async def _act(self, found: _Found, wanted: bool) -> Reloaded:
        configuration, problems = await asyncio.to_thread(_judged, self._path, found)
        if configuration is not None:
            problems = self._lacking(configuration)
        if configuration is None or problems:
            await self._keep(problems)
            return Reloaded.BROKEN
        was, mended = self._in_force().version, bool(self.problems)
        if configuration.version != was:
            await self._apply(configuration)
            rules, workspaces = len(configuration.rules), len(configuration.workspaces)
            log.info("rules_reloaded", version=configuration.version, was=was, rules=rules, workspaces=workspaces)
        elif wanted or mended:
            log.info("rules_unchanged", version=was)
        at = to_slot(self._clock())
        async with self._history.writing() as tx:
            await self._notices.clear_within(tx, EVERY_WORKSPACE, RULES, at)
            await note_in_force(tx, configuration, at)
        self.problems = ()
        return Reloaded.APPLIED if configuration.version != was else Reloaded.SAME

    async def _keep(self, problems: Sequence[str]) -> None:
        version, at = self._in_force().version, to_slot(self._clock())
        async with self._history.writing() as tx:
            await self._notices.tell_within(tx, EVERY_WORKSPACE, RULES, _text(problems, version), at)
            await note_refused(tx, version, problems, at)
        log.warning("rules_broken", in_force=version, problems=list(problems[:MOST_LOGGED]), count=len(problems))
        self.problems = tuple(problems)


def _text(problems: Sequence[str], version: str) -> str:
    first = shortened(problems[0])
    more = f"And {len(problems) - 1:,} more: `usagebot check` lists them." if len(problems) > 1 else ""
    lines = ("The rules folder is broken; the rules of before stay in force", f"(version {version}).")
    return "\n".join(filter(None, (" ".join(lines), first, more)))
