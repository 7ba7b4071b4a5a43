"""What a match reaches: which workspaces, and which of the sites that somebody may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bot.alerts.model import BOT_RULE
from bot.domain.sites import Site
from bot.rules.model import Rule
from bot.rules.selectors import glob_matches
from bot.rules.telling import Match
from bot.service.fleet import Fleet, Scope


def workspaces_of(match: Match, fleet: Fleet) -> Scope:
    """The workspaces whose alerts may match."""
    globs = match.sites.workspaces
    return frozenset(name for name in fleet.everything if not globs or fits(name, globs))


def is_within(match: Match, fleet: Fleet, scope: Scope) -> bool:
    """Whether nothing outside the scope can match. What names no workspace reaches those that are to come, too."""
    if scope >= fleet.everything:
        return True
    return bool(match.sites.workspaces) and workspaces_of(match, fleet) <= scope


def sites_of(match: Match, fleet: Fleet, scope: Scope) -> list[Site]:
    """The visible sites at which an alert may match, in order."""
    rules = [rule for rule in fleet.configuration.rules if not match.rules or fits(rule.name, match.rules)]
    return [
        site
        for site in fleet.visible(scope)
        if match.sites.matches(site) and (not match.rules or any(rule.sites.matches(site) for rule in rules))
    ]


def rules_seen(fleet: Fleet, scope: Scope) -> tuple[Rule, ...]:
    """Rules that are about a visible site; for those who see everything all of them."""
    rules, sites = fleet.configuration.rules, fleet.visible(scope)
    return tuple(rule for rule in rules if scope >= fleet.everything or any(map(rule.sites.matches, sites)))


def is_about_the_bot(match: Match) -> bool:
    """Whether what the bot says about itself is meant."""
    return any(map(names_the_bot, match.rules))


def names_the_bot(glob: str) -> bool:
    return glob.startswith(f"{BOT_RULE}:")


def fits(text: str, globs: Iterable[str]) -> bool:
    return any(glob_matches(glob, text) for glob in globs)


def match_words(match: Match, names: Mapping[str, str]) -> str:
    """As people would write it. `names` are those of sites, by id: an id is named by its site, where that is known."""
    return " ".join(_words(match, names)) or "everything"


def _words(match: Match, names: Mapping[str, str]) -> Iterator[str]:
    yield from _pair("rule", match.rules)
    yield from _pair("kind", match.kinds)
    yield from _pair("severity", match.severities)
    yield from _pair("direction", match.directions)
    yield from _pair("site", (*match.sites.names, *(names.get(one, one) for one in match.sites.ids)))
    if not match.sites.ids:
        yield from _pair("workspace", match.sites.workspaces)
    for key, globs in match.sites.tags.items():
        yield from _pair(f"tag.{key}", globs)


def _pair(key: str, values: Iterable[str]) -> Iterator[str]:
    written = [f'"{value}"' if " " in value or "," in value else value for value in map(str, values)]
    if written:
        yield f"{key}={','.join(written)}"
