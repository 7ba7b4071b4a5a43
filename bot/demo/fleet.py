"""The sites of a simulated workspace, and what happens to them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.demo.effects import Effect
from bot.demo.shapes import Profile
from bot.demo.story import Story

_NAMESPACE = uuid.UUID("3f6f0f5e-3c0a-5d5b-9a58-6b1d3f0a7c11")


def site_id(name: str) -> str:
    """A site's UUID: derived from its name alone, so that rules and tests may name it."""
    return str(uuid.uuid5(_NAMESPACE, name))


@dataclass(frozen=True, slots=True)
class DemoSite:
    """One site as the API lists it, and what its traffic is made of.

    `id` is its UUID; `busy` the inbound bytes of a five-minute bucket at a busy moment; `quota` (bytes) and
    `billing_day` (1 to 28, local midnight) are its contract where it is metered.
    """

    id: str
    pid: str
    name: str
    serial_number: str
    created_at: datetime
    timezone: ZoneInfo
    tags: Mapping[str, str]
    profile: Profile
    busy: int
    quota: int | None = None
    billing_day: int | None = None


@dataclass(frozen=True, slots=True)
class Fleet:
    """Sites, and what happens to them: everything that the traffic is a pure function of.

    `effects` is keyed by a site's place in `sites`, `holidays` by the name of a zone.
    """

    seed: int
    sites: tuple[DemoSite, ...]
    effects: Mapping[int, tuple[Effect, ...]] = field(default_factory=dict)
    holidays: Mapping[str, frozenset[date]] = field(default_factory=dict)
    stories: tuple[Story, ...] = ()

    def index(self, name: str) -> int:
        """A site's place in `sites` by its name. Raises ValueError if no site is called so."""
        return [site.name for site in self.sites].index(name)

    def site(self, name: str) -> DemoSite:
        """A site by its name. Raises ValueError if no site is called so."""
        return self.sites[self.index(name)]
