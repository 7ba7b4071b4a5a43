"""Lists of sites, for people, spreadsheets, programs and the rules folder. Names are other people's text everywhere."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from rich.console import Console
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from bot.cli.drawing import draw
from bot.cli.terminal import visible
from bot.domain.times import iso, to_instant
from bot.rules.model import Configuration
from bot.service.answers.model import Answer, Table
from bot.service.answers.phrases import ago, count
from bot.service.site_list import SiteLine

COLUMNS = ("workspace", "name", "id", "timezone", "tags", "listed_by", "rules", "data_until")
_FORMULA = re.compile(r"[=+\-@\t\r]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


def draw_sites(console: Console, lines: Sequence[SiteLine], now: datetime) -> None:
    """A table, or a block a site where there is no room; the workspace is a column where there are several."""
    several = len({line.site.workspace for line in lines}) > 1
    heads = ("Site", *(("Workspace",) if several else ()), "Zone", "Tags", "Listed by", "Rules", "Data", "Id")
    rows = []
    for line in lines:
        site = line.site
        until = ago(to_instant(line.data_until), now) if line.data_until is not None else "none yet"
        where = (site.workspace,) if several else ()
        cells = (_zone(line), _tags(line), _listed_by(line), ", ".join(line.rules) or "none", until, site.id)
        rows.append((site.name, *where, *cells))
    draw(console, Answer(f"{count(len(lines), 'site')}", tables=(Table("", heads, tuple(rows)),)))


def to_json(lines: Iterable[SiteLine], notes: Sequence[str]) -> str:
    """In ASCII: nothing in foreign text reaches a terminal as it is."""
    sites = [
        {
            "workspace": line.site.workspace,
            "name": line.site.name,
            "id": line.site.id,
            "timezone": line.site.timezone.key,
            "timezone_is_assumed": not line.zone_is_told,
            "tags": dict(line.site.tags),
            "listed_by": [who for who, does in (("api", line.in_api), ("rules", line.in_rules)) if does],
            "rules": list(line.rules),
            "data_until": iso(line.data_until) if line.data_until is not None else None,
        }
        for line in lines
    ]
    return json.dumps({"sites": sites, "notes": list(notes)}, indent=2)


def to_csv(lines: Iterable[SiteLine]) -> str:
    """With a line of names. A cell that a spreadsheet would take for a formula gets an apostrophe before it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in lines:
        site = line.site
        until = iso(line.data_until) if line.data_until is not None else ""
        zone = site.timezone.key if line.zone_is_told else ""
        cells = (site.workspace, site.name, site.id, zone, _tags(line), _listed_by(line))
        writer.writerow([_harmless(cell) for cell in (*cells, ", ".join(line.rules), until)])
    return text.getvalue()


def to_yaml(lines: Sequence[SiteLine], configuration: Configuration) -> str:
    """A file for the rules folder: the sites that the rules do not name yet, so that it can stand beside them."""
    new = [line for line in lines if not line.in_rules]
    others = "; the rules name the others already" if len(new) < len(lines) else ""
    head = [f"# {len(new)} of {count(len(lines), 'site')}{others}.", "version: 1"]
    if not new:
        return "\n".join([*head, "sites: []", ""])
    several = len(configuration.workspaces) > 1
    text = io.StringIO()
    writer = YAML()
    writer.width = 10_000
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.dump({"sites": [_entry(line, several=several) for line in new]}, text)
    return "\n".join([*head, text.getvalue()])


def _entry(line: SiteLine, *, several: bool) -> dict[str, object]:
    """What the rules' language bears: a name with a slash stays the API's business, as do odd tags."""
    site = line.site
    tags = {_quoted(key): _quoted(value) for key, value in site.tags.items() if _is_label(key) and _is_label(value)}
    entry: dict[str, object] = {"id": site.id}
    if _is_label(site.name) and "/" not in site.name and site.name != site.id:
        entry["name"] = _quoted(site.name)
    if several:
        entry["workspace"] = _quoted(site.workspace)
    if line.zone_is_told:
        entry["timezone"] = site.timezone.key
    if tags:
        entry["tags"] = tags
    return entry


def _quoted(text: str) -> str:
    quoted: str = DoubleQuotedScalarString(text)
    return quoted


def _is_label(text: str) -> bool:
    return bool(text.strip()) and text == text.strip() and not _CONTROL.search(text)


def _tags(line: SiteLine) -> str:
    return ", ".join(f"{key}: {value}" for key, value in sorted(line.site.tags.items()))


def _zone(line: SiteLine) -> str:
    return line.site.timezone.key if line.zone_is_told else f"{line.site.timezone.key} (assumed)"


def _listed_by(line: SiteLine) -> str:
    return " and ".join(who for who, does in (("API", line.in_api), ("rules", line.in_rules)) if does)


def _harmless(cell: str) -> str:
    cell = visible(cell)
    return f"'{cell}" if _FORMULA.match(cell) else cell
