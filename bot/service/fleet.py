"""The fleet as it is now: sites, rules and grain, and how people name a site."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from bot.domain.sites import Site
from bot.rules.model import Configuration

Scope = frozenset[str]
"""Names of the workspaces that the one who asks may see. Nothing else may show in any answer."""

SUGGESTIONS = 5
SHORTEST_ID = 8
"""Characters of a UUID from which on it can stand for the whole one."""
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class NotFound:
    """No single site is meant. `suggestions` are how to write those that may be, all of them visible.

    `is_ambiguous` says that each of the suggestions fits; `others` is how many more do.
    """

    name: str
    suggestions: tuple[str, ...] = ()
    is_ambiguous: bool = False
    others: int = 0


@dataclass(frozen=True, slots=True)
class Fleet:
    """Sites with unique keys, the configuration in force, and the length of a bucket in seconds."""

    sites: tuple[Site, ...]
    configuration: Configuration
    bucket: int = 300
    _keys: Mapping[int, Site] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_keys", {site.key: site for site in self.sites})

    def by_key(self, key: int) -> Site | None:
        return self._keys.get(key)

    def visible(self, scope: Scope) -> tuple[Site, ...]:
        """The sites of these workspaces, in order."""
        return tuple(site for site in self.sites if site.workspace in scope)

    def in_workspace(self, name: str) -> tuple[Site, ...]:
        return self.visible(frozenset({name}))

    @property
    def everything(self) -> Scope:
        """The scope of the operators: workspaces that are configured, and those that sites are in."""
        configured = {workspace.name for workspace in self.configuration.workspaces}
        return frozenset(configured | {site.workspace for site in self.sites})

    def labels(self, scope: Scope) -> Mapping[int, str]:
        """Site key → the shortest way to write a site that means no other visible one.

        The name, `workspace/name` where the name is not unique, and the UUID where that is not either.
        """
        sites = self.visible(scope)
        names = Counter(_folded(site.name) for site in sites)
        full_names = Counter(_folded(site.full_name) for site in sites)
        return {site.key: _label(site, names, full_names) for site in sites}

    def find(self, name: str, scope: Scope) -> Site | NotFound:
        """The visible site that `name` means: its name or `workspace/name`, exactly, in any case, or the beginning
        of one alone; or its UUID, of which eight characters do. Nothing is guessed: several are an answer."""
        return self._first(name, scope, _ways)

    def exactly(self, name: str, scope: Scope) -> Site | NotFound:
        """As `find`, but by a whole name or a whole UUID alone: for what is written down and not only looked at."""
        return self._first(name, scope, _exact_ways)

    def by_whole_name(self, scope: Scope) -> Callable[[str], Site | None]:
        """Look up visible sites by their whole names, as people compare them: for many names at once. None of what is
        the name of none, or of several."""
        found: dict[str, list[Site]] = {}
        for site in self.visible(scope):
            for name in {_folded(site.name), _folded(site.full_name)}:
                found.setdefault(name, []).append(site)

        def look_up(name: str) -> Site | None:
            own = found.get(_folded(name), [])
            return own[0] if len(own) == 1 else None

        return look_up

    def _first(
        self, name: str, scope: Scope, ways: Callable[[str], Iterable[Callable[[Site], bool]]]
    ) -> Site | NotFound:
        sites = self.visible(scope)
        name = name.strip()[:LONGEST_NAME]
        for fits in ways(name):
            found = [site for site in sites if fits(site)]
            if len(found) == 1:
                return found[0]
            if found:
                labels = self.labels(scope)
                written = sorted(labels[site.key] for site in found)
                return NotFound(name, tuple(written[:SUGGESTIONS]), True, max(0, len(written) - SUGGESTIONS))
        return NotFound(name, self._did_you_mean(name, scope))

    def _did_you_mean(self, name: str, scope: Scope) -> tuple[str, ...]:
        labels = self.labels(scope)
        written: dict[str, str] = {}
        for site in self.visible(scope):
            written.setdefault(_folded(site.name), labels[site.key])
            written.setdefault(_folded(site.full_name), labels[site.key])
        wanted = _folded(name)
        inside = sorted(text for text in written if len(wanted) > 2 and wanted in text)
        near = get_close_matches(wanted, written, n=SUGGESTIONS, cutoff=0.6)
        begun = _begun_alike(wanted, written)
        return tuple(dict.fromkeys(written[text] for text in [*near, *begun, *inside]))[:SUGGESTIONS]


def _begun_alike(wanted: str, written: Iterable[str]) -> list[str]:
    """Names of which a word, or the beginning as long as what was typed, is nearly that: `durbn` of "Durban North"."""
    parts: dict[str, list[str]] = {}
    for text in written:
        for part in {*text.replace("/", " ").replace("-", " ").split(), text[: len(wanted) + 1]}:
            parts.setdefault(part, []).append(text)
    near = get_close_matches(wanted, parts, n=SUGGESTIONS, cutoff=0.75)
    return [text for part in near for text in sorted(parts[part])]


def _folded(text: str) -> str:
    """As people compare names: case, width and runs of spaces make no difference."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _joined(folded: str) -> str:
    """As a name is typed where a space would end it: `cape-town` and `cape_town` are "Cape Town"."""
    return " ".join(folded.replace("-", " ").replace("_", " ").split())


def _ways(name: str) -> Iterable[Callable[[Site], bool]]:
    """From the strictest reading to the loosest; the first that fits any site decides."""
    yield from _exact_ways(name)
    wanted = _folded(name)
    if not wanted:
        return
    if len(wanted) >= SHORTEST_ID:
        yield lambda site: site.id.casefold().startswith(wanted)
    yield lambda site: _folded(site.name).startswith(wanted) or _folded(site.full_name).startswith(wanted)
    joined = _joined(wanted)
    if joined:
        yield lambda site: joined in {_joined(_folded(site.name)), _joined(_folded(site.full_name))}
        yield lambda site: _joined(_folded(site.name)).startswith(joined)


def _exact_ways(name: str) -> Iterable[Callable[[Site], bool]]:
    wanted = _folded(name)
    if wanted:
        yield lambda site: name in {site.name, site.full_name}
        yield lambda site: wanted in {_folded(site.name), _folded(site.full_name)}
        yield lambda site: site.id.casefold() == wanted


def _label(site: Site, names: Counter[str], full_names: Counter[str]) -> str:
    if names[_folded(site.name)] == 1:
        return site.name
    return site.full_name if full_names[_folded(site.full_name)] == 1 else site.id
