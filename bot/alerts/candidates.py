"""Silences found by what they name: hundreds may each be about one site, and be asked about thousands of alerts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from bot.alerts.model import Alert
from bot.domain.sites import Site
from bot.rules.selectors import is_literal
from bot.rules.telling import Match

if TYPE_CHECKING:
    from bot.alerts.silences import Silence

Name = tuple[str, str]
"""What is named, and how, case folded."""
NOTHING: Name = "", ""
"""Of those that name nothing by its whole name, which may be about any alert."""


class Candidates:
    """Of many silences the few that may be about an alert. Whether they are is still to be asked."""

    def __init__(self, silences: Iterable[Silence]) -> None:
        self._silences = tuple(silences)
        self._by_name: dict[Name, list[int]] = {}
        for place, silence in enumerate(self._silences):
            for name in _names(silence.match):
                self._by_name.setdefault(name, []).append(place)

    def of(self, alert: Alert, site: Site | None) -> Sequence[Silence]:
        """In the order in which they were given. `site` is the alert's own; None of what has none."""
        places = {place for name in _known_as(alert, site) for place in self._by_name.get(name, ())}
        return [self._silences[place] for place in sorted(places)]


def _names(match: Match) -> Sequence[Name]:
    """The alert of a match has one of these names."""
    ways = (("id", match.sites.ids), ("site", match.sites.names), ("rule", match.rules))
    for what, written in ways:
        if written and all(map(is_literal, written)):
            return [(what, one.casefold()) for one in written]
    return [NOTHING]


def _known_as(alert: Alert, site: Site | None) -> Iterator[Name]:
    yield NOTHING
    yield "rule", alert.key.rule.casefold()
    if site is not None:
        yield "id", site.id.casefold()
        yield "site", site.name.casefold()
        yield "site", site.full_name.casefold()
