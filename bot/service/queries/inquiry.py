"""What every question is given, and what several of them need: names, ends of data, freshness."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.domain.sites import Site
from bot.domain.times import Slot, to_instant, to_slot
from bot.domain.usage import Usage
from bot.service.fleet import Fleet, Scope
from bot.service.options import PullOptions
from bot.service.plan import last_complete
from bot.service.ports import Progress, Transaction
from bot.service.queries.replies import Freshness, SiteRef

ENOUGH_KNOWN = 90
"""Percent of a window that must be known before it is compared with another, or goes on into the future."""
BEHIND = 10
"""Which part of a window a site's data may be behind and the window still waits for them."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Who asks, when, and about which fleet. `now` is an aware instant; `scope` holds the workspaces he may see.

    `pull` and `requests_per_minute` are how the API is read, `version` is the bot's. `shown` are alerts, by their ids,
    that a message shows which he points at: he may see them wherever they are. `is_beyond` says that their workspaces
    are in the scope for that reason alone.
    """

    fleet: Fleet
    scope: Scope
    now: datetime
    pull: PullOptions = field(default_factory=PullOptions)
    requests_per_minute: int = 60
    version: str = ""
    shown: frozenset[int] = frozenset()
    is_beyond: bool = False

    @property
    def at(self) -> Slot:
        return to_slot(self.now)

    @property
    def end(self) -> Slot:
        """End of the newest bucket that is complete now, whether or not it is known."""
        return last_complete(self.at, self.pull)

    @property
    def sees_everything(self) -> bool:
        return self.scope >= self.fleet.everything


@dataclass(frozen=True, slots=True)
class Known:
    """The visible sites, their names and how far their data reach, as one transaction sees them."""

    inquiry: Inquiry
    sites: Sequence[Site]
    labels: Mapping[int, str]
    progress: Mapping[int, Progress]
    end: Slot = field(init=False)
    """`Inquiry.end`, worked out once for all sites."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "end", self.inquiry.end)

    @classmethod
    async def read(cls, tx: Transaction, inquiry: Inquiry) -> Known:
        return cls.named(inquiry, await tx.progress.all())

    @classmethod
    def named(cls, inquiry: Inquiry, progress: Mapping[int, Progress] = MappingProxyType({})) -> Known:
        """Names alone, for what needs no data."""
        fleet, scope = inquiry.fleet, inquiry.scope
        return cls(inquiry, fleet.visible(scope), fleet.labels(scope), progress)

    def zone_of(self, keys: Collection[int | None]) -> ZoneInfo:
        """Whose clock counts of what is said of sites, by their keys: their own of one, else the fleet's."""
        site = self.inquiry.fleet.by_key(only) if len(set(keys)) == 1 and (only := next(iter(keys))) else None
        return site.timezone if site else self.inquiry.fleet.configuration.timezone

    def ref(self, site: Site) -> SiteRef:
        return SiteRef(site.workspace, site.name, self.labels[site.key], site.id, site.timezone)

    def pool_label(self, workspace: str, rule: str, what: str = "pool") -> str:
        """A pool, or a fleet, is named by its rule, and by its workspace where more than one is seen."""
        name = f"{what} of {rule}"
        return name if len(self.inquiry.scope) == 1 else f"{workspace}/{name}"

    def until(self, site: int) -> Slot | None:
        """End of the site's data, not after the last complete bucket; None where there are none."""
        row = self.progress.get(site)
        return min(row.watermark, self.end) if row and row.watermark is not None else None

    @property
    def known_from(self) -> Mapping[int, Slot]:
        """From when on the history of each site is there; those of which nothing is known are absent."""
        return {site: row.known_from for site, row in self.progress.items() if row.known_from is not None}

    def knows(self, site: int, slot: Slot) -> bool:
        """The history of a site is there from `slot` on; of one that nothing is known of, nothing is waited for."""
        row = self.progress.get(site)
        return row is None or row.known_from is None or row.known_from <= slot

    def common_end(self, length: int, sites: Iterable[Site] | None = None) -> Slot:
        """Where a window of `length` seconds ends that compares sites (all visible ones): where all their data reach.

        A site that is further behind the newest than a tenth of the window holds nobody back: it shows its gap.
        """
        compared = self.sites if sites is None else sites
        ends = [end for site in compared if (end := self.until(site.key)) is not None]
        newest = max(ends, default=self.inquiry.end)
        return min((end for end in ends if newest - end <= length // BEHIND), default=newest)

    def freshness(self, sites: Iterable[Site] | None = None, usages: Iterable[Usage] = ()) -> Freshness:
        """Of an answer about `sites` (all visible ones), which adds up `usages`."""
        asked = self.sites if sites is None else tuple(sites)
        ends = [end for site in asked if (end := self.until(site.key)) is not None]
        return Freshness(
            asked_at=self.inquiry.now,
            sites=len(asked),
            known=len(ends),
            oldest=to_instant(min(ends)) if ends else None,
            newest=to_instant(max(ends)) if ends else None,
            coverage=sum(usages, Usage()).coverage,
        )


def is_known_enough(known: int, expected: int) -> bool:
    return known * 100 >= expected * ENOUGH_KNOWN
