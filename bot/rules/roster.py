"""Thousands of sites, found by hundreds of selectors without trying each with each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from bot.domain.sites import Site
from bot.rules.selectors import Selector, glob_matches

_LAST = "\U0010ffff"
Places = frozenset[int]


class Texts:
    """Texts, and the places at which each stands."""

    def __init__(self, texts: Iterable[tuple[str, int]]) -> None:
        self._places: dict[str, set[int]] = {}
        for text, place in texts:
            self._places.setdefault(text, set()).add(place)
        self._sorted = sorted((text.casefold(), text) for text in self._places)
        self._found: dict[str, Places] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def matching(self, glob: str) -> Places:
        """Places of the texts that match; only those are looked at that begin as the glob does."""
        if glob not in self._found:
            begin = glob.casefold().partition("*")[0].partition("?")[0]
            first = bisect_left(self._sorted, (begin, ""))
            last = bisect_left(self._sorted, (begin + _LAST, ""))
            fitting = (text for _, text in self._sorted[first:last] if glob_matches(glob, text))
            self._found[glob] = frozenset().union(*(self._places[text] for text in fitting))
        return self._found[glob]

    def any_of(self, globs: Iterable[str]) -> Places:
        return frozenset().union(*map(self.matching, globs))


class Roster:
    """Sites by what selectors ask for. It answers as `Selector.matches` does, site by site."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self.sites = sites
        self._all = frozenset(range(len(sites)))
        places = list(enumerate(sites))
        self.names = Texts((name, place) for place, site in places for name in (site.name, site.full_name))
        self._workspaces = Texts((site.workspace, place) for place, site in places)
        self._nameless = frozenset(place for place, site in places if site.name == site.id)
        self._ids: dict[str, set[int]] = {}
        tags: dict[str, list[tuple[str, int]]] = {}
        for place, site in places:
            self._ids.setdefault(site.id, set()).add(place)
            for key, value in site.tags.items():
                tags.setdefault(key, []).append((value, place))
        self.tags = {key: Texts(values) for key, values in tags.items()}

    def matching(self, selector: Selector) -> list[Site]:
        """The sites that it matches, in their order."""
        found = self._by_contract(selector)
        for key, globs in selector.tags.items():
            found &= self._tagged(key, globs)
        if selector.names:
            found &= self.names.any_of(selector.names)
        return [self.sites[place] for place in sorted(found)]

    def possible(self, selector: Selector) -> list[Site]:
        """The sites that it matches, or may match by a name or a tag that they do not have yet, in their order."""
        found = self._by_contract(selector)
        for key, globs in selector.tags.items():
            found &= self._tagged(key, globs) | (self._all - self._tagged(key, ()))
        if selector.names:
            found &= self.names.any_of(selector.names) | self._nameless
        return [self.sites[place] for place in sorted(found)]

    def _by_contract(self, selector: Selector) -> Places:
        """By what a site has for ever."""
        found = self._all
        if selector.ids:
            found &= frozenset().union(*(self._ids.get(one, ()) for one in selector.ids))
        if selector.workspaces:
            found &= self._workspaces.any_of(selector.workspaces)
        return found

    def _tagged(self, key: str, globs: Sequence[str]) -> Places:
        values = self.tags.get(key)
        if values is None:
            return frozenset()
        return values.any_of(globs) if globs else values.matching("*")
