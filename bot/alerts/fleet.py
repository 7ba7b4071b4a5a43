"""What the alert of a fleet remembers: how many of its sites rose together, how far, since when, and who did more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import exp
from typing import Any

from bot.alerts.model import Alert, AlertKey, Kind

MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Rise:
    """The detail of an alert, whole numbers all. Of the bucket, ending at `at`, in which the sites were furthest above
    what is usual: `moved` of the `known` ones of all `sites` had risen, the middle one by `factor` (thousandths of a
    natural logarithm); over `span` seconds `came` so many bytes at the known ones, where `usual` are expected.

    `since` is when the rise began. `largest` are (site's key, move in thousandths), the largest first. `beyond` are the
    keys of sites that did more than the others at any time since.
    """

    at: int = 0
    since: int = 0
    sites: int = 0
    known: int = 0
    moved: int = 0
    factor: int = 0
    span: int = 0
    came: int = 0
    usual: int = 0
    largest: tuple[tuple[int, int], ...] = ()
    beyond: tuple[int, ...] = ()

    @classmethod
    def of(cls, alert: Alert) -> Rise:
        """All zero of an alert that remembers nothing."""
        names = {each.name for each in fields(cls)}
        said = {name: value for name, value in alert.detail.items() if name in names}
        said["largest"] = tuple((int(site), int(move)) for site, move in said.get("largest", ()))
        said["beyond"] = tuple(said.get("beyond", ()))
        return cls(**said)

    def as_detail(self) -> Mapping[str, Any]:
        """As it is read again from JSON."""
        return {**asdict(self), "largest": [list(one) for one in self.largest], "beyond": list(self.beyond)}

    @property
    def percent(self) -> int:
        """By how much the middle site is above what is usual: 60 of one that has 1.6 times that."""
        return round(100 * (exp(self.factor / 1000) - 1))


def is_fleets(key: AlertKey) -> bool:
    """Whether the alert is about sites that rose together."""
    return key.kind is Kind.SPIKE and key.site is None


def is_part_of(source: Alert, target: Alert) -> bool:
    """Whether `source` says of the whole fleet what `target` says of a site of it that did no more than others."""
    one, other = source.key, target.key
    if not is_fleets(one) or other.kind is not Kind.SPIKE or other.site is None:
        return False
    if (one.workspace, one.rule, one.direction) != (other.workspace, other.rule, other.direction):
        return False
    return other.site not in source.detail.get("beyond", ())
