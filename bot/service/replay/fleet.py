"""The fleet of a past that is given by names: of a history file, or of a test of rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import NAMESPACE_URL, UUID, uuid5

from bot.rules.model import Configuration
from bot.rules.sites import ListedSite, merge_sites
from bot.service.fleet import Fleet


@dataclass(frozen=True, slots=True)
class NamedSite:
    """A site as a past names it: by its name, or by its UUID at the API. `workspace` is "" where it does not say."""

    name: str
    workspace: str = ""
    timezone: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


def id_of(workspace: str, name: str) -> str:
    """The id of a site that is known by its name alone: the same at every run."""
    return str(uuid5(NAMESPACE_URL, f"{workspace}/{name}"))


def fleet_of(configuration: Configuration, named: Sequence[NamedSite], bucket: int) -> tuple[Fleet, tuple[str, ...]]:
    """The fleet of these sites, site number n with key n + 1, and notes for people.

    What the rules say of a site of the same name or id counts before what the past says. Sites of the rules that the
    past does not name are left out: nothing is known of them.
    """
    listed = [_listed(configuration, site) for site in named]
    keys = {(site.workspace, site.id): number for number, site in enumerate(listed, start=1)}
    own = tuple(rule for rule in configuration.sites if (rule.workspace, rule.id) in keys)
    merged = merge_sites(replace(configuration, sites=own), listed, keys)
    absent = len(configuration.sites) - len(own)
    notes = [f"{absent} of the sites in the rules are not in the history"] if absent else []
    return Fleet(merged.sites, configuration, bucket), (*merged.notes, *notes)


def _listed(configuration: Configuration, site: NamedSite) -> ListedSite:
    for rule in configuration.sites:
        if site.name in {rule.id, rule.name} and site.workspace in {"", rule.workspace}:
            return ListedSite(rule.workspace, rule.id, rule.name or site.name, site.timezone, site.tags)
    names = [workspace.name for workspace in configuration.workspaces]
    workspace = site.workspace or (names[0] if names else "default")
    return ListedSite(workspace, _as_id(workspace, site.name), site.name, site.timezone, site.tags)


def _as_id(workspace: str, name: str) -> str:
    try:
        return str(UUID(name))
    except ValueError:
        return id_of(workspace, name)
