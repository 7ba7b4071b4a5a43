"""Workspaces and sites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.domain.periods import Starts


@dataclass(frozen=True, slots=True)
class Workspace:
    """One Altostrat account. `key` is its number in the history."""

    key: int
    name: str


@dataclass(frozen=True, slots=True)
class Site:
    """The metered place, as the rules and the API together describe it.

    `key` is its number in the history, `id` its UUID at the API. `quota` (bytes) and `starts` are its own
    contract, for rules that say `quota: site`. The carrier bills `billing_factor` times what is counted.
    """

    key: int
    workspace: str
    id: str
    name: str
    timezone: ZoneInfo
    tags: Mapping[str, str] = field(default_factory=dict)
    quota: int | None = None
    starts: Starts | None = None
    billing_factor: Fraction = Fraction(1)

    @property
    def full_name(self) -> str:
        """`workspace/site`: how it is written where the short name is not unique."""
        return f"{self.workspace}/{self.name}"
