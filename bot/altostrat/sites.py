"""Which sites the API lists, and what it says about each. Both paths are optional, and shapes are tolerated."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.altostrat.bodies import Foreign, decode
from bot.rules.sites import ListedSite

MOST_TAGS = 100

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
Quoted = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Metadata:
    """What `sites/{id}/metadata` says. `bad_tags` counts what could not be read as a key and a value."""

    timezone: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    bad_tags: int = 0


def is_site_id(text: object) -> bool:
    """A UUID as it is usually written, in lower case."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None


def read_sites(rows: Sequence[object], workspace: str, quoted: Quoted) -> tuple[list[ListedSite], list[str]]:
    """Sites of `site-minimal`, and notes on rows that were skipped: no object, no UUID, or one listed before."""
    sites: dict[str, ListedSite] = {}
    strange = again = 0
    for row in rows:
        id_ = row.get("id") if isinstance(row, dict) else None
        id_ = id_.lower() if isinstance(id_, str) else None
        if not isinstance(row, dict) or id_ is None or not is_site_id(id_):
            strange += 1
        elif id_ in sites:
            again += 1
        else:
            said = read_metadata(row, quoted)
            sites[id_] = ListedSite(workspace, id_, _text(row.get("name"), quoted), said.timezone, said.tags)
    counts = ((strange, "without a UUID were skipped"), (again, "name a site that was listed before"))
    notes = [f"{count} rows of the site list {what}" for count, what in counts if count]
    return list(sites.values()), notes


def metadata_of(body: bytes, quoted: Quoted) -> Metadata | Foreign:
    value = decode(body)
    if isinstance(value, Foreign):
        return value
    if not isinstance(value, dict):
        return Foreign("the metadata is JSON, but not an object", may_pass=False)
    return read_metadata(value, quoted)


def read_metadata(value: Mapping[str, object], quoted: Quoted) -> Metadata:
    """Time zone and tags, at the top or under `metadata` or `data`; what is inside wins."""
    layers = [value.get("data"), value.get("metadata"), value]
    inside = value.get("data")
    if isinstance(inside, dict):
        layers.insert(0, inside.get("metadata"))
    timezone: str | None = None
    tags: dict[str, str] = {}
    bad = 0
    for layer in layers:
        if isinstance(layer, dict):
            timezone = timezone or _text(layer.get("timezone"), quoted)
            found, strange = _tags(layer.get("tags"), quoted)
            tags, bad = found | tags, bad + strange
    return Metadata(timezone, tags, bad)


def _tags(value: object, quoted: Quoted) -> tuple[dict[str, str], int]:
    """Tags of `{"k": "v"}`, `["k:v"]` or `[{"key": "k", "value": "v"}]`, and how many entries were none of these."""
    if value is None:
        return {}, 0
    if isinstance(value, dict):
        pairs: list[tuple[object, object]] = list(value.items())
    elif isinstance(value, list):
        pairs = [_pair(entry) for entry in value[: 2 * MOST_TAGS]]
    else:
        return {}, 1
    tags: dict[str, str] = {}
    for key, worth in pairs:
        name, text = _text(key, quoted), _text(worth, quoted)
        if name is not None and text is not None and len(tags) < MOST_TAGS:
            tags[name] = text
    return tags, len(pairs) - len(tags)


def _pair(entry: object) -> tuple[object, object]:
    if isinstance(entry, dict):
        return entry.get("key"), entry.get("value")
    if isinstance(entry, str) and ":" in entry:
        key, _, value = entry.partition(":")
        return key, value
    return None, None


def _text(value: object, quoted: Quoted) -> str | None:
    """One line of text; numbers and booleans as JSON writes them; None for the rest and for nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return (quoted(value) or None) if isinstance(value, str) else None
