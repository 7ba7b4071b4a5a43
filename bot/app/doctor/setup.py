"""Settings and rules: what was already found wrong with them, and who else may read the secrets. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.app.doctor.findings import Finding, Subject, Teller
from bot.domain.names import name
from bot.rules.check import Parsed
from bot.rules.problems import Problem
from bot.service.answers.phrases import count as counted
from bot.service.rule_files import UnreadableRulesError
from bot.settings import SettingProblem

MOST_SHOWN = 20
Rules = Parsed | UnreadableRulesError


@dataclass(frozen=True, slots=True)
class SecretFile:
    """A file with a secret in it, and the warning where other users can read it."""

    name: str
    path: Path
    warning: SettingProblem | None = None


def settings(problems: Sequence[SettingProblem], files: Iterable[SecretFile]) -> Iterator[Finding]:
    tell = Teller(Subject.SETTINGS)
    files = list(files)
    told = {problem.name for problem in problems}
    more = [file.warning for file in files if file.warning is not None and file.name not in told]
    for problem in (*problems, *more):
        standing = tell.problem if problem.fatal else tell.warning
        yield standing(problem.name, problem.what, problem.remedy)
    if not any(problem.fatal for problem in problems):
        yield tell.ok("settings", "all of them can be read")
    for file in files:
        if file.warning is None and file.name not in told:
            yield tell.ok(file.name, f"{file.path} can be read, and not by other users")


def rules(
    found: Rules, tokens: Sequence[SettingProblem] = (), media: Sequence[tuple[str, str]] = ()
) -> Iterator[Finding]:
    """What the rules need of the settings and do not find there: `tokens`, and (remedy, why) of `media`."""
    tell = Teller(Subject.RULES)
    if isinstance(found, UnreadableRulesError):
        for unread in found.problems:
            yield tell.problem(unread.path, unread.what, unread.remedy)
        return
    errors = [problem for problem in found.problems if problem.severity == "error"]
    warnings = [problem for problem in found.problems if problem.severity == "warning"]
    yield from (_told(tell, problem) for problem in (*errors, *warnings)[:MOST_SHOWN])
    if (more := len(found.problems) - MOST_SHOWN) > 0:
        remedy = "`usagebot check` prints all of them"
        yield (tell.problem if errors else tell.warning)("rules", f"and {counted(more, 'other problem')}", remedy)
    if found.configuration is not None:
        yield _counts(tell, found)
    for problem in tokens:
        yield tell.problem("token", f"{problem.name}: {problem.what}", problem.remedy)
    for remedy, why in media:
        yield tell.problem("receivers", name(why, 300), f"{remedy}, or take them out of the rules")


def _told(tell: Teller, problem: Problem) -> Finding:
    place = f"{problem.file}:{problem.line}:{problem.column}"
    remedy = (
        f"Did you mean {problem.suggestion!r}?" if problem.suggestion is not None else "docs/rules.md has every key"
    )
    standing = tell.problem if problem.severity == "error" else tell.warning
    return standing(place, name(problem.message, 400), remedy)


def _counts(tell: Teller, found: Parsed) -> Finding:
    configuration = found.configuration
    assert configuration is not None  # noqa: S101 - the caller looked
    things = (("rule", configuration.rules), ("receiver", configuration.receivers), ("site", configuration.sites))
    text = ", ".join(counted(len(each), word) for word, each in things)
    if not configuration.rules:
        return tell.warning("rules", f"{text}: nobody will be told anything", "Write a rule; docs/rules.md shows how")
    return tell.ok("rules", text)
