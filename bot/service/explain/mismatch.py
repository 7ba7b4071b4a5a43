"""Why a rule is not about a site."""

from __future__ import annotations

from bot.domain.sites import Site
from bot.rules.selectors import Selector, glob_matches


def mismatch(selector: Selector, site: Site, *, names_others: bool = True) -> str:
    """The first key that does not match, in words; "" where all do. Holds others' text. Whom the rule is for may name
    sites that the reader must not know of: it is said where `names_others`."""

    def rest(globs: tuple[str, ...]) -> str:
        return f"and the rule is for {_listed(globs)}" if names_others else "and the rule is for others"

    if selector.names and not _any(selector.names, site.name, site.full_name):
        return f"its name is {site.full_name}, {rest(selector.names)}"
    if selector.ids and site.id not in selector.ids:
        return "its id is not among the rule's"
    if selector.workspaces and not _any(selector.workspaces, site.workspace):
        return f"its workspace is {site.workspace}, {rest(selector.workspaces)}"
    for key, globs in selector.tags.items():
        if key not in site.tags:
            return f"it has no tag {key}, {rest(globs)}"
        if not _any(globs, site.tags[key]):
            return f"its tag {key} is {site.tags[key]}, {rest(globs)}"
    return ""


def _any(globs: tuple[str, ...], *texts: str) -> bool:
    return any(glob_matches(glob, text) for glob in globs for text in texts)


def _listed(globs: tuple[str, ...]) -> str:
    more = len(globs) - 3
    return " or ".join(globs[:3]) + (f" and {more} more" if more > 0 else "")
