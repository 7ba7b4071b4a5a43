"""Files with secrets that other users of the machine can read."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.settings.names import SECRETS
from bot.settings.problems import SettingProblem

MOUNTED = (Path("/run/secrets"), Path("/var/run/secrets"))
"""Where container engines put secrets, readable by everybody: in the container there is nobody else."""


def exposed_files(given: Mapping[str, str], ours: Mapping[str, str], folder: Path) -> Iterator[SettingProblem]:
    """A warning for each. `given` are all settings as written, `ours` those of `.env`, which is in `folder`."""
    if any(_is_secret(name) for name in ours):
        yield from exposure(".env", folder / ".env")
    for name, value in sorted(given.items()):
        if name.endswith("_FILE") and _is_secret(name.removesuffix("_FILE")):
            yield from exposure(name, folder / value)


def _is_secret(name: str) -> bool:
    """Tokens of workspaces and secrets of webhooks have names of their own, which nearly always say what they are."""
    return name in SECRETS or (not name.endswith("_FILE") and any(word in name for word in ("TOKEN", "SECRET")))


def exposure(name: str, path: Path) -> Iterator[SettingProblem]:
    """The warning about a file with a secret in it, given by the setting `name`; none where only its owner reads it."""
    if is_exposed(path):
        what = f"other users of this machine can read {path}"
        yield SettingProblem(name, what, f"Run: chmod 600 {path} (in Kubernetes: defaultMode: 0400)", fatal=False)


def is_exposed(path: Path) -> bool:
    """Whether others may read the file, and get to it. A file that cannot be looked at is another's problem."""
    try:
        real = path.resolve()
        if any(path.is_relative_to(mounted) or real.is_relative_to(mounted) for mounted in MOUNTED):
            return False
        is_reachable = all(parent.stat().st_mode & stat.S_IXOTH for parent in real.parents)
        return is_reachable and bool(real.stat().st_mode & stat.S_IROTH)
    except (OSError, ValueError):  # a NUL in a path is the latter
        return False
