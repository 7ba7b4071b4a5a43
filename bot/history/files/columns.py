"""Which column of a file is which, by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.history.unusable import UnusableFileError
from bot.service.import_rows import FIELDS

NEEDED = ("site", "time", "in_bytes", "out_bytes")
OF_UTC = {"site", "time_slot", "in_bytes", "out_bytes"}
"""The columns of the files that are written here, whose times are of UTC. The API's own rows have other names."""

DESCRIBING = {"timezone": frozenset({"timezone", "time_zone", "zone"}), "tags": frozenset({"tags"})}
"""What a file may say of its sites, for those who know them by nothing else."""
ALL_FIELDS = {**FIELDS, **DESCRIBING}


def is_of_utc(header: Sequence[str]) -> bool:
    """Whether times that name no zone are of UTC, by the columns' names."""
    return set(map(_folded, header)) >= OF_UTC


def columns_of(file: Path, header: Sequence[str]) -> Mapping[str, int]:
    """Field → number of its column. A site's UUID goes before its name. Raises UnusableFileError."""
    found: dict[str, int] = {}
    for number, text in enumerate(header):
        field = next((field for field, names in ALL_FIELDS.items() if _folded(text) in names), None)
        if field is None:
            continue
        if field in found:
            both = f"{header[found[field]].strip()!r} and {text.strip()!r}"
            raise UnusableFileError(file, f"the columns {both} mean the same", "Rename one of them")
        found[field] = number
    if "site" not in found and "name" in found:
        found["site"] = found.pop("name")
    missing = [field for field in NEEDED if field not in found]
    if missing:
        there = ", ".join(repr(text.strip()[:40]) for text in header[:20]) or "nothing"
        why = f"it has no column {' and none '.join(missing)}; its first row is {there}"
        raise UnusableFileError(file, why, "Name the columns as docs/operations.md says")
    return found


def _folded(text: str) -> str:
    return text.strip().casefold().replace(" ", "_").replace("-", "_")
