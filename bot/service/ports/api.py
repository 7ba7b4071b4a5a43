"""The usage API, as the use cases see it: what it may answer is a closed set."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from bot.domain.times import Window
from bot.domain.usage import Bucket
from bot.rules.sites import ListedSite

OUTSIDE = "outside"
"""The reason of rows that are refused because they belong to other slots than those asked for."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The API answered for the window. `refused` counts rows that were rubbish, by reason; the rest are kept.

    `buckets` are unique by slot, ascending, aligned and inside the window.
    """

    buckets: Sequence[Bucket]
    refused: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether a slot without a bucket had no row, rather than one that could not be read."""
        return not self.refused.keys() - {OUTSIDE}


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No answer that counts, and asking again later may help: 429, 5xx, time-outs, broken or foreign bodies."""

    why: str
    after: timedelta | None = None


ABOUT_THE_QUESTION = frozenset({400, 422})
"""Statuses that find fault with what was asked, such as too long a window: another question may be answered."""


@dataclass(frozen=True, slots=True)
class Declined:
    """The API refuses this request for good: 400, 403, 404, 422. `status` is the HTTP status."""

    why: str
    status: int


@dataclass(frozen=True, slots=True)
class Unauthorized:
    """The token is refused, also after it was read again. Nothing else will be answered either."""

    why: str


PullOutcome = Answered | Unavailable | Declined | Unauthorized


@dataclass(frozen=True, slots=True)
class Listed:
    """Sites that the API lists; `notes` say what could not be had (no such endpoint, a bad row)."""

    sites: Sequence[ListedSite]
    notes: Sequence[str] = ()


ListOutcome = Listed | Unavailable | Declined | Unauthorized


class UsageSource(Protocol):
    """One workspace's usage API, inside its own request budget. Never raises for what the API does."""

    async def usage(self, sites: Sequence[str], window: Window) -> PullOutcome:
        """Usage of `window` summed over the UUIDs in `sites`."""

    async def list_sites(self, known: Collection[str] = ()) -> ListOutcome:
        """The sites that the API lists; what costs a request a site is not asked again of ids in `known`."""
