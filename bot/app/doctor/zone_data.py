"""Which release of the time zones' tables Python reads here: the machine's own goes before the package's."""

from __future__ import annotations

import zoneinfo
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_MARK = "# version "


def zone_release() -> tuple[str | None, str]:
    """The release, such as `2026a` (None: not known), and where it is from."""
    for folder in map(Path, zoneinfo.TZPATH):
        if (folder / "UTC").exists():
            return _release(folder), f"the machine's {folder}"
    try:
        major, _, minor = version("tzdata").partition(".")
    except PackageNotFoundError:
        return None, "the package tzdata"
    return f"{major}{chr(ord('a') + int(minor) - 1)}" if minor.isdigit() else major, "the package tzdata"


def _release(folder: Path) -> str | None:
    for name in ("tzdata.zi", "+VERSION"):
        try:
            with (folder / name).open(encoding="ascii", errors="replace") as file:
                line = file.readline(80).strip()
        except OSError:
            continue
        return line.removeprefix(_MARK) or None
    return None
