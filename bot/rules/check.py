"""The rules folder, checked as a whole: texts in; a configuration, or every problem of every file, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

from bot.rules.audience import refuse_unclear
from bot.rules.bindings import warn_of_leaks
from bot.rules.defaults import read_defaults
from bot.rules.fields import Fields, each, items_of
from bot.rules.fleet import SiteReader, declare_workspaces, read_workspaces
from bot.rules.model import Configuration, Receiver, Rule, SiteRule, WorkspaceRule, version_of
from bot.rules.mute_timings import read_mute_timing
from bot.rules.names import Declared, Names, check_name
from bot.rules.nodes import Broken, Node, Scalar, Table
from bot.rules.problems import Place, Problem, Report, Wrong, shown
from bot.rules.reader import decode, read
from bot.rules.receivers import read_receivers
from bot.rules.reports import read_reports
from bot.rules.routes import RouteReader, check_used
from bot.rules.rule import RuleReader
from bot.rules.site_table import site_rows, table_of
from bot.rules.telling import MuteTiming, Route
from bot.rules.uncollected import uncollected

LARGEST = 10 * 2**20
VERSION = "1"
TABLE = ".csv"
KEYS = (
    "version",
    "defaults",
    "workspaces",
    "sites",
    "sites_file",
    "operators",
    "receivers",
    "mute_timings",
    "routes",
    "rules",
    "reports",
)
ONCE = ("defaults", "operators", "routes")
DEFAULT_WORKSPACE = "default"


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a rules folder says. `configuration` is None if there is any error; warnings do not prevent it.

    `problems` are sorted by file, line and column. `places` says where each rule's name stands, `sites` where each site
    does, by `workspace/name` (or its id).
    """

    configuration: Configuration | None
    problems: tuple[Problem, ...]
    places: dict[str, Place]
    sites: dict[str, Place] = field(default_factory=dict)


@uncollected
def parse(texts: Sequence[tuple[str, bytes]]) -> Parsed:
    """Check all rule files of a folder, as (file name, content), as one configuration. Never raises.

    Files whose name ends in `.csv` are tables of sites, read where a `sites_file` names them.
    No files make an empty configuration; whether that is right is for the caller to say.
    """
    report = Report()
    tables = {name: raw for name, raw in texts if name.endswith(TABLE)}
    files = _read_all(sorted(texts), report)
    folder = _Folder([Fields(root, report, "a rules file", KEYS) for _, root in files], tables, report)
    version = version_of((name, raw.decode("utf-8", "replace")) for name, raw in texts)
    configuration = folder.configuration(version)
    return Parsed(None if report.failed else configuration, report.sorted(), folder.places, folder.sites)


def _read_all(texts: Sequence[tuple[str, bytes]], report: Report) -> list[tuple[str, Table]]:
    files = []
    if (name := _too_large(texts)) is not None:
        report.error(Place(name, 1, 1), f"the rules are larger than {LARGEST // 2**20} MiB in all; split the fleet")
        return []
    for name, raw in texts:
        if name.endswith(TABLE):
            continue
        text = decode(name, raw, report)
        root = read(name, text, report) if text is not None else None
        if root is None:
            report.incomplete = True
        else:
            files.append((name, root))
    return files


def _too_large(texts: Sequence[tuple[str, bytes]]) -> str | None:
    """The file with which all files together pass the limit."""
    total = 0
    for name, raw in texts:
        total += len(raw)
        if total > LARGEST:
            return name
    return None


class _Folder:
    """Every file's top level, read as if it were one."""

    def __init__(self, files: Sequence[Fields], tables: Mapping[str, bytes], report: Report) -> None:
        self._files = files
        self._tables = tables
        self._report = report
        self.places: dict[str, Place] = {}
        self.sites: dict[str, Place] = {}

    def configuration(self, version: str) -> Configuration:
        for file in self._files:
            file.need("version", _version, None)
        once = {key: self._once(key) for key in ONCE}
        declared = self._declare()
        defaults = read_defaults(once["defaults"], declared, self._report)
        declared = replace(declared, default_receivers=defaults.receivers)
        operators = each(once["operators"], self._report, declared.receivers.used, "[noc]")
        rules, rule_names = self._rules(declared)
        reports = self._listed("reports")
        configuration = Configuration(
            version,
            defaults.timezone,
            defaults.receivers,
            operators if once["operators"] is not None else defaults.receivers,
            read_workspaces(self._listed("workspaces"), self._report) or (WorkspaceRule(DEFAULT_WORKSPACE),),
            self._sites(declared),
            self._receivers(declared),
            rules,
            self._routes(once["routes"], declared, rules, rule_names),
            self._mute_timings(),
            read_reports(reports, declared, self._report),
            defaults.flapping,
        )
        if not self._report.failed:
            receivers = {name: node for name, _, node in self._entries("receivers")}
            warn_of_leaks(configuration, once, receivers, self.places, self._report)
            refuse_unclear(configuration, reports, self._report)
        return configuration

    def _once(self, key: str) -> Node | None:
        having = [file for file in self._files if key in file]
        for file in having[1:]:
            first = having[0].place_of(key)
            self._report.error(file.place_of(key), f"`{key}` is given once for all files, and is at {first} already")
        return having[0].node(key) if having else None

    def _listed(self, key: str) -> list[Node]:
        return [item for file in self._files for item in items_of(file.node(key), self._report, f"`{key}: [- …]`")]

    def _declare(self) -> Declared:
        workspaces = Names("workspace", self._report)
        for file in self._files:
            listed = file.node("workspaces")
            declare_workspaces(getattr(listed, "items", []), workspaces)
        if not any("workspaces" in file for file in self._files):
            workspaces.declare(DEFAULT_WORKSPACE, Place("", 0, 0))
        has_routes = any("routes" in file for file in self._files)
        receivers, timings = self._names("receivers", "receiver"), self._names("mute_timings", "mute timing")
        return Declared(receivers, workspaces, timings, has_routes=has_routes)

    def _names(self, key: str, what: str) -> Names:
        """The names of a map, which may stand in several files."""
        names = Names(what, self._report)
        for name, place, _ in self._entries(key):
            names.declare(name, place)
        return names

    def _entries(self, key: str) -> Iterator[tuple[str, Place, Node]]:
        for file in self._files:
            node = file.node(key)
            if isinstance(node, Table):
                yield from ((name, place, value) for name, (place, value) in node.entries.items())

    def _receivers(self, declared: Declared) -> dict[str, Receiver]:
        found = read_receivers(self._entries("receivers"), declared.receivers, self._report)
        self._refuse_others("receivers", 'receivers are a map, like {noc: {slack: "#noc"}}')
        return found

    def _mute_timings(self) -> dict[str, MuteTiming]:
        found = {}
        for name, place, value in self._entries("mute_timings"):
            check_name(name, place, self._report)
            found[name] = read_mute_timing(name, value, self._report)
        self._refuse_others("mute_timings", "mute timings are a map, like {weekends: {days: [sat, sun]}}")
        return found

    def _refuse_others(self, key: str, message: str) -> None:
        """Report what stands where a map should."""
        for file in self._files:
            node = file.node(key)
            if node is not None and not isinstance(node, Broken | Table):
                self._report.error(node.place, message)

    def _sites(self, declared: Declared) -> tuple[SiteRule, ...]:
        reader = SiteReader(declared.workspaces, self._report)
        rows = (row for name, raw in self._named() for row in site_rows(name, raw, self._report))
        found = []
        for item in chain(self._listed("sites"), rows):
            found.append(site := reader.read(item))
            self.sites.setdefault(f"{site.workspace}/{site.name or site.id}", item.place)
        return tuple(found)

    def _named(self) -> Iterator[tuple[str, bytes]]:
        """Every table that is named, each once."""
        names = Names("table", self._report)
        for file in self._files:
            name = file.get("sites_file", partial(table_of, self._tables), None)
            if name is not None:
                is_new = name not in names
                names.declare(name, file.place_of("sites_file"))
                if is_new:
                    yield name, self._tables[name]

    def _routes(self, node: Node | None, declared: Declared, rules: Sequence[Rule], names: Names) -> tuple[Route, ...]:
        items = list(items_of(node, self._report, "`routes: [- …]`"))
        routes = RouteReader(declared, names, self._report).read(items)
        check_used(routes, rules, self.places, self._report)
        return routes

    def _rules(self, declared: Declared) -> tuple[tuple[Rule, ...], Names]:
        reader = RuleReader(declared, self._report)
        names = Names("rule", self._report)
        found = []
        for item in self._listed("rules"):
            rule = reader.read(item)
            entry = item.entries.get("name") if isinstance(item, Table) else None
            if rule.name and entry is not None:
                names.declare(rule.name, entry[0])
                self.places.setdefault(rule.name, entry[0])
            found.append(rule)
        return tuple(found), names


def _version(node: Node) -> str:
    if isinstance(node, Scalar) and node.plain and node.text == VERSION:
        return VERSION
    if isinstance(node, Scalar) and node.text == VERSION:
        raise Wrong(f"write it without quotes: `version: {VERSION}`")
    given = shown(node.text) if isinstance(node, Scalar) else "this"
    raise Wrong(f"{given} is no version of the rule language that is known here; write `version: {VERSION}`")
