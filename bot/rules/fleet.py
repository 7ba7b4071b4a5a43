"""Workspaces and sites as the configuration names them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from bot.rules.amounts import billing_factor
from bot.rules.calendars import site_starts
from bot.rules.fields import Fields, each, label, whole
from bot.rules.model import SiteRule, WorkspaceRule
from bot.rules.names import Names
from bot.rules.nodes import Broken, Node, Table
from bot.rules.problems import Report, Wrong
from bot.rules.values import plain_name, setting_name, site_id, size, slack_channel, zone

WORKSPACE_KEYS = ("name", "token_env", "requests_per_minute", "channels")
SITE_KEYS = ("id", "name", "workspace", "timezone", "tags", "quota", "starts", "billing_factor")
MOST_REQUESTS = 100_000


def declare_workspaces(items: Sequence[Node], names: Names) -> None:
    """Note the name of every workspace before anything refers to one."""
    for item in items:
        entry = item.entries.get("name") if isinstance(item, Table) else None
        if entry is None:
            continue
        try:
            names.declare(plain_name(entry[1]), entry[1].place)
        except Wrong:
            continue  # reported when the workspace is read


def read_workspaces(items: Sequence[Node], report: Report) -> tuple[WorkspaceRule, ...]:
    tokens = Names("token setting", report)
    found = []
    for item in items:
        fields = Fields(item, report, "a workspace", WORKSPACE_KEYS)
        workspace = WorkspaceRule(
            fields.need("name", plain_name, ""),
            fields.get("token_env", setting_name, "ALTOSTRAT_TOKEN"),
            fields.get("requests_per_minute", whole(1, MOST_REQUESTS), None),
            each(fields.node("channels"), report, slack_channel, '["#acme-network"]'),
        )
        if workspace.token_env in tokens:
            report.warn(
                fields.place_of("token_env"),
                f"another workspace reads {workspace.token_env} too; each needs the token of its own account",
            )
        else:
            tokens.declare(workspace.token_env, fields.place)
        found.append(workspace)
    return tuple(found)


class SiteReader:
    """Reads sites one by one; names and ids are unique within a workspace."""

    def __init__(self, workspaces: Names, report: Report) -> None:
        self._workspaces = workspaces
        self._report = report
        self._names: dict[str, Names] = {}
        self._ids: dict[str, Names] = {}

    def read(self, node: Node) -> SiteRule:
        fields = Fields(node, self._report, "a site", SITE_KEYS)
        site = SiteRule(
            fields.need("id", site_id, ""),
            fields.get("name", plain_name, None),
            self._workspace(fields),
            fields.get("timezone", zone, None),
            tags_of(fields.node("tags"), self._report),
            fields.get("quota", size, None),
            fields.get("starts", site_starts(self._report), None),
            fields.get("billing_factor", billing_factor, Fraction(1)),
        )
        self._declare(site, fields)
        return site

    def _workspace(self, fields: Fields) -> str:
        """The workspace named, or the only one there is."""
        given = fields.get("workspace", self._workspaces.used, None)
        if given is not None:
            return given
        known = tuple(self._workspaces)
        if len(known) > 1 and fields.lacks("workspace") and not self._report.incomplete:
            self._report.error(fields.place, f"a site needs `workspace` where there are several: {', '.join(known)}")
        return known[0] if known else "default"

    def _declare(self, site: SiteRule, fields: Fields) -> None:
        for value, key, seen in ((site.id, "id", self._ids), (site.name, "name", self._names)):
            if value:
                what = "site" if key == "name" else "site id"
                names = seen.setdefault(site.workspace, Names(what, self._report))
                names.declare(value, fields.place_of(key))


def tags_of(node: Node | None, report: Report) -> dict[str, str]:
    """A map of tag to text."""
    if node is None or isinstance(node, Broken):
        return {}
    if not isinstance(node, Table):
        report.error(node.place, "tags are a map, like {plan: lte-500}")
        return {}
    fields = Fields(node, report, "tags", node.entries)
    return {key: fields.get(key, label, "") for key in node.entries}
