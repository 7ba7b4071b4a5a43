"""One site as a rule names it: its name, `workspace/name` or id."""

from __future__ import annotations

from functools import partial

from bot.domain.sites import Site
from bot.rules.fields import Decoder, label
from bot.rules.names import Names
from bot.rules.nodes import Node
from bot.rules.problems import Report, Wrong, did_you_mean, shown


def means(written: str, site: Site) -> bool:
    """Whether a site is the one that was written; upper and lower case are the same, as in `sites`."""
    wanted = written.casefold()
    return wanted in {site.name.casefold(), site.full_name.casefold(), site.id.casefold()}


def site_reference(workspaces: Names, report: Report) -> Decoder[str]:
    """Decoder: whether there is such a site is known only with the API's list, but a workspace is declared."""

    def decode(node: Node) -> str:
        written = label(node)
        if "*" in written:
            raise Wrong(f"{shown(written)} stands for one site, so `*` has no meaning here; name each site")
        workspace, slash, _ = written.partition("/")
        if slash and workspace not in workspaces and not report.incomplete:
            raise Wrong(
                f"no workspace is called {shown(workspace)}", partial(did_you_mean, workspace, tuple(workspaces))
            )
        return written

    return decode
