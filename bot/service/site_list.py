"""Every site that is known: who lists it, which rules watch it, and how far its data reaches. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.sites import Site
from bot.domain.times import Slot
from bot.rules.contracts import Holder, contract
from bot.rules.model import Configuration, Quota, Rule
from bot.rules.sites import ListedSite, identities, merge_sites
from bot.rules.values import find_zone

Identity = tuple[str, str]
"""Workspace, id in lower case."""


@dataclass(frozen=True, slots=True)
class SiteLine:
    """One site. `in_api` and `in_rules` say who lists it, `rules` names those that watch it; `data_until` is the end
    of what is known of it, None where nothing is. `zone_is_told` is False where its zone is only the default."""

    site: Site
    in_api: bool
    in_rules: bool
    rules: tuple[str, ...] = ()
    data_until: Slot | None = None
    zone_is_told: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """What was found out about sites. `listed` is the API's word, now or as it was last kept; `data_until` is by
    identity."""

    listed: Sequence[ListedSite]
    data_until: Mapping[Identity, Slot | None] = field(default_factory=dict)


def site_lines(configuration: Configuration, known: Known) -> list[SiteLine]:
    """By workspace and name. Sites of workspaces that are not configured are left out, as everywhere."""
    workspaces = {workspace.name for workspace in configuration.workspaces}
    listed = [site for site in known.listed if site.workspace in workspaces]
    keys = {identity: number for number, identity in enumerate(identities(configuration, listed))}
    in_api: Collection[Identity] = {(site.workspace, site.id.lower()) for site in listed}
    in_rules: Collection[Identity] = {(rule.workspace, rule.id) for rule in configuration.sites}
    zoned = {(site.workspace, site.id.lower()) for site in listed if find_zone(site.timezone or "")}
    zoned |= {(rule.workspace, rule.id) for rule in configuration.sites if rule.timezone is not None}
    lines = []
    for site in merge_sites(configuration, listed, keys).sites:
        identity = (site.workspace, site.id)
        watching = tuple(rule.name for rule in configuration.rules if _watches(rule, site))
        until = known.data_until.get(identity)
        told = identity in zoned
        lines.append(SiteLine(site, identity in in_api, identity in in_rules, watching, until, told))
    return lines


def _watches(rule: Rule, site: Site) -> bool:
    """A rule for each site's own quota watches those that have one."""
    if isinstance(rule.judge, Quota) and not rule.judge.pool and not contract(rule.judge, Holder.of(site)).has_quota:
        return False
    return rule.sites.matches(site)
