"""`series`: the sites of a test and what they used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from bot.rules.cases.model import Series
from bot.rules.cases.notation import MOST_BUCKETS, Notated, NotationError, notated
from bot.rules.fields import Fields, refuse_null, text
from bot.rules.fleet import tags_of
from bot.rules.model import Configuration, SiteRule
from bot.rules.nodes import Node, Scalar
from bot.rules.problems import Place, Report, Wrong, did_you_mean, shown
from bot.rules.values import plain_name, site_id, zone

KEYS = ("site", "workspace", "id", "timezone", "tags", "in", "out")
_NOTHING = Notated(np.zeros(0, np.int64), np.zeros(0, np.bool_))
Position = Callable[[Scalar, int], Place | None]
"""Where a character of a value stands in the file; None where that cannot be told."""


class SeriesReader:
    """Reads the series one by one; each site has one. `configuration` is None where the rules are wrong."""

    def __init__(self, configuration: Configuration | None, position: Position, report: Report) -> None:
        self._configuration = configuration
        self._position = position
        self._report = report
        self._seen: dict[tuple[str, str], Place] = {}
        self._left = MOST_BUCKETS

    def read(self, node: Node) -> Series:
        fields = Fields(node, self._report, "a series", KEYS)
        name = fields.need("site", plain_name, "")
        workspace = self._workspace(fields, name)
        going_in, going_out = self._usage(fields)
        series = Series(
            name,
            workspace,
            going_in.values,
            going_out.values,
            going_in.known,
            going_out.known,
            fields.get("id", site_id, None),
            fields.get("timezone", zone, None),
            tags_of(fields.node("tags"), self._report),
        )
        if name:
            self._declare(series, fields.place_of("site"))
        self._count(len(series.known), fields.place)
        return series

    def _declare(self, series: Series, place: Place) -> None:
        first = self._seen.setdefault((series.workspace, series.site), place)
        if first != place:
            self._report.error(place, f"the site {shown(series.site)} has a series already, at {first}")

    def _count(self, buckets: int, place: Place) -> None:
        if self._left >= 0 and buckets > self._left:
            self._report.error(place, f"with this series the test has more than {MOST_BUCKETS:,} buckets; split it")
        self._left -= buckets

    def _workspace(self, fields: Fields, site: str) -> str:
        """The one that is written, that of the configured site of this name, or the only one."""
        configuration = self._configuration
        given = fields.get("workspace", text if configuration is None else _one_of(configuration), None)
        if given is not None or configuration is None:
            return given or "default"
        known = [workspace.name for workspace in configuration.workspaces]
        having = {rule.workspace for rule in configuration.sites if rule.name == site}
        if len(having) == 1:
            return having.pop()
        if len(known) > 1 and fields.lacks("workspace"):
            self._report.error(fields.place, f"a series needs `workspace` where there are several: {', '.join(known)}")
        return known[0]

    def _usage(self, fields: Fields) -> tuple[Notated, Notated]:
        """Both directions, of one length. Zeros stand for one that is not written."""
        if fields.lacks("in", "out"):
            self._report.error(fields.place, 'a series needs `in`, `out` or both, like in: "10MBx288"')
        found = {key: fields.get(key, self._notated, None) for key in ("in", "out")}
        going_in, going_out = found["in"], found["out"]
        if "in" in fields and "out" in fields and going_in is not None and going_out is not None:
            if len(going_in) != len(going_out):
                lengths = f"`in` has {len(going_in):,} buckets and `out` {len(going_out):,}"
                self._report.error(fields.place_of("out"), f"{lengths}; both are to have as many")
                return _NOTHING, _NOTHING
            return going_in, going_out
        one = going_in or going_out or _NOTHING
        none = Notated(np.zeros_like(one.values), np.ones_like(one.known))
        return (one, none) if going_in is not None else (none, one)

    def _notated(self, node: Node) -> Notated:
        """Decoder: what the notation stands for. Such texts may be long."""
        refuse_null(node)
        if not isinstance(node, Scalar):
            raise Wrong('a series is text, like "10MBx288 _x12"')
        try:
            return notated(node.text)
        except NotationError as error:
            place = self._position(node, error.offset)
            where = "" if place is not None else f"word {error.word}: "
            raise Wrong(where + str(error), place=place) from None


def _one_of(configuration: Configuration) -> Callable[[Node], str]:
    known = [workspace.name for workspace in configuration.workspaces]

    def decode(node: Node) -> str:
        name = text(node)
        if name not in known:
            raise Wrong(f"there is no workspace {shown(name)} in these rules", partial(did_you_mean, name, known))
        return name

    return decode


def configured(series: Series, rules: Sequence[SiteRule]) -> SiteRule | None:
    """What the rules say of the site of a series, by its id where it has one, else by its name."""
    for rule in rules:
        if rule.workspace == series.workspace and (
            rule.id == series.id if series.id is not None else rule.name == series.site
        ):
            return rule
    return None


def labels_of(series: Sequence[Series]) -> dict[str, int]:
    """How a test may name its sites: `workspace/site`, and the bare name where no other has it."""
    counts = Counter(site for _, site in {(one.workspace, one.site) for one in series})
    bare = {one.site: place for place, one in enumerate(series) if counts[one.site] == 1}
    return {**bare, **{one.full_name: place for place, one in enumerate(series)}}
