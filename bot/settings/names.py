"""The names of the settings: which are secret, which are ours, and which were probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from bot.settings.problems import SettingProblem

SECRETS = frozenset(
    {
        "ALTOSTRAT_TOKEN",
        "DATABASE_URL",
        "DEADMAN_URL",
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SMTP_PASSWORD",
    }
)
"""Settings that may be given as a file, by `NAME_FILE`."""

PREFIXES = ("ALTOSTRAT_", "SLACK_", "SMTP_", "PULL_", "RETENTION_", "DEADMAN_")


def _is_a_workspace_token(name: str) -> bool:
    """`ALTOSTRAT_TOKEN_ACME` and `…_TOKEN` are what people call the tokens that `token_env` names."""
    bare = name.removesuffix("_FILE")
    return bare.startswith("ALTOSTRAT_TOKEN_") or (bare.startswith("ALTOSTRAT_") and bare.endswith("_TOKEN"))


def _suggestion(name: str, known: Iterable[str], cutoff: float) -> str | None:
    return next(iter(get_close_matches(name.upper(), known, n=1, cutoff=cutoff)), None)


def _warning(name: str, meant: str | None) -> SettingProblem:
    remedy = f"Did you mean {meant}?" if meant else "docs/settings.md lists every setting"
    return SettingProblem(name, "this setting is not known and has no effect", remedy, fatal=False)


def unknown_settings(given: Iterable[str], ours: Iterable[str], known: frozenset[str]) -> list[SettingProblem]:
    """Warnings about names with our prefixes, and about names of our own file that nearly are settings.

    `given` are all names, `ours` those of `.env`, `known` every setting's name with the `_FILE` forms.
    """
    found: dict[str, SettingProblem] = {}
    for name in sorted(set(given) - known):
        if name.upper().startswith(PREFIXES) and not _is_a_workspace_token(name):
            found[name] = _warning(name, _suggestion(name, known, 0.75))
    for name in sorted(set(ours) - known - set(found)):
        if meant := _suggestion(name, known, 0.85):
            found[name] = _warning(name, meant)
    return list(found.values())
