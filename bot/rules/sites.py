"""Which sites there are, and what each is: the rules' word combined with the API's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from bot.domain.sites import Site
from bot.rules.model import Configuration, SiteRule
from bot.rules.problems import shown
from bot.rules.values import find_zone


@dataclass(frozen=True, slots=True)
class ListedSite:
    """A site as the API lists it. `timezone` is its unchecked IANA name; None or empty where the API does not say."""

    workspace: str
    id: str
    name: str | None = None
    timezone: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Merged:
    """The sites, by workspace and name, and what an operator should know of how they came about."""

    sites: tuple[Site, ...]
    notes: tuple[str, ...] = ()


def identities(configuration: Configuration, listed: Iterable[ListedSite]) -> tuple[tuple[str, str], ...]:
    """(workspace, id) of every site that is configured or listed, each once: what needs a key in the history."""
    named = [(rule.workspace, rule.id) for rule in configuration.sites]
    return tuple(dict.fromkeys([*named, *((site.workspace, site.id.lower()) for site in listed)]))


def merge_sites(
    configuration: Configuration, listed: Sequence[ListedSite], keys: Mapping[tuple[str, str], int]
) -> Merged:
    """Every site that is configured or listed, with the configuration's word before the API's.

    `keys` maps (workspace, id in lower case) to the site's number in the history, for at least what `identities`
    says; a missing one raises KeyError. A name that is taken in its workspace gets the start of the site's id
    behind it: configured names come first, then lower keys, so that a newcomer never renames an older site.
    """
    rules = {(rule.workspace, rule.id): rule for rule in configuration.sites}
    answers = {(site.workspace, site.id.lower()): site for site in listed}
    order = sorted(identities(configuration, listed), key=lambda i: (i not in rules or not rules[i].name, keys[i]))
    taken: set[tuple[str, str]] = set()
    sites, notes = [], []
    for identity in order:
        workspace, site_id = identity
        rule = rules.get(identity) or SiteRule(site_id, workspace=workspace)
        answer = answers.get(identity) or ListedSite(workspace, site_id)
        name = _unique(rule.name or _one_line(answer.name) or site_id, identity, taken)
        zone, note = _zone(configuration, rule, answer)
        if note is not None:
            notes.append(f"{workspace}/{name}: {note}")
        tags = {**answer.tags, **rule.tags}
        own = rule.quota, rule.starts, rule.billing_factor
        sites.append(Site(keys[identity], workspace, site_id, name, zone, tags, *own))
    return Merged(tuple(sorted(sites, key=lambda s: (s.workspace, s.name))), tuple(notes))


def _one_line(name: str | None) -> str:
    """A name from outside, without line breaks and the like: it goes into messages and subjects of mails."""
    printable = "".join(c if c.isprintable() else " " for c in name or "")
    return " ".join(printable.split())


def _unique(name: str, identity: tuple[str, str], taken: set[tuple[str, str]]) -> str:
    workspace, site_id = identity
    candidates = (name, f"{name}-{site_id[:8]}", f"{name}-{site_id}")
    free = next((c for c in candidates if (workspace, c) not in taken), candidates[-1])
    taken.add((workspace, free))
    return free


def _zone(configuration: Configuration, rule: SiteRule, answer: ListedSite) -> tuple[ZoneInfo, str | None]:
    """The site's zone, and a note where the API's word could not be used."""
    if rule.timezone is not None:
        return rule.timezone, None
    if not answer.timezone:
        return configuration.timezone, None
    found = find_zone(answer.timezone)
    if found is None:
        note = f"the API's time zone {shown(answer.timezone)} is not known; {configuration.timezone} is used"
        return configuration.timezone, note
    return found, None
