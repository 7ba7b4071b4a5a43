"""From the environment to `Settings`, or to every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from bot.settings.exposed import exposed_files
from bot.settings.model import Settings
from bot.settings.names import SECRETS, unknown_settings
from bot.settings.problems import SettingProblem, WrongSettingError
from bot.settings.sources import Sources
from bot.settings.together import problems_together

SETTING_NAMES = tuple(name.upper() for name in Settings.model_fields)
"""Every setting's name, in the order of the documentation."""

KNOWN = frozenset(SETTING_NAMES) | {f"{name}_FILE" for name in SECRETS}


def _values(sources: Sources, given: Mapping[str, str]) -> tuple[dict[str, str], list[SettingProblem]]:
    """The text of every setting that is given, secrets read from their files."""
    values: dict[str, str] = {}
    problems: list[SettingProblem] = []
    for name in SETTING_NAMES:
        try:
            value = sources.secret(name, given) if name in SECRETS else given.get(name)
        except WrongSettingError as wrong:
            problems.append(wrong.of(name))
            continue
        if value is not None:
            values[name] = value
    return values, problems


def _problem(name: str, cause: object) -> SettingProblem:
    """In our words; pydantic's own would quote the value."""
    wrong = cause if isinstance(cause, WrongSettingError) else WrongSettingError("it cannot be read", "Correct it")
    return wrong.of(name)


def _validated(values: Mapping[str, str]) -> tuple[Settings, list[SettingProblem]]:
    """Settings of the values that can be read, and one problem for each that cannot."""
    try:
        return Settings.model_validate(values), []
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
    problems = [_problem(str(detail["loc"][0]), detail.get("ctx", {}).get("error")) for detail in details]
    bad = {problem.name for problem in problems}
    return Settings.model_validate({name: text for name, text in values.items() if name not in bad}), problems


def load_settings(environ: Mapping[str, str], cwd: Path) -> Settings | list[SettingProblem]:
    """The settings, or all that is wrong with them (with the warnings, which have `fatal=False`).

    `environ` is kept and read again by `Settings.token_reader`, as are `.env` in `cwd` and the secrets' files.
    """
    settings, problems = read_settings(environ, cwd)
    return problems if any(problem.fatal for problem in problems) else settings


def read_settings(environ: Mapping[str, str], cwd: Path) -> tuple[Settings, list[SettingProblem]]:
    """As `load_settings`, for whoever goes on with what can be read: what cannot has its default."""
    sources = Sources(environ, cwd)
    ours, broken_lines = sources.dotenv()
    given = sources.given()
    values, unreadable = _values(sources, given)
    settings, wrong = _validated(values)
    problems = [*broken_lines, *unreadable, *wrong]
    problems += problems_together(settings, {problem.name for problem in problems})
    problems += unknown_settings(given, ours, KNOWN)
    problems += exposed_files(given, ours, cwd)
    problems = sorted(problems, key=lambda problem: not problem.fatal)
    return settings.with_origin(sources, problems), problems
