"""One test of rules, typed and checked. Sites are named by their place in `Case.series`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.domain.block import Bytes, Mask
from bot.domain.times import Slot, Window
from bot.domain.usage import Direction
from bot.rules.model import Configuration, Severity
from bot.rules.problems import Place
from bot.rules.telling import Match


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The usage of one site from the test's start on: arrays of one length, a bucket each.

    Each direction may be unknown by itself, and holds zeros there, which mean nothing. `id` and `timezone` are None
    where the rules say, or nobody.
    """

    site: str
    workspace: str
    in_bytes: Bytes
    out_bytes: Bytes
    in_known: Mask
    out_known: Mask
    id: str | None = None
    timezone: ZoneInfo | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def known(self) -> Mask:
        """A bucket is known where both directions are."""
        return self.in_known & self.out_known

    @property
    def full_name(self) -> str:
        return f"{self.workspace}/{self.site}"


@dataclass(frozen=True, slots=True)
class LateUsage:
    """From `seen` on, the bucket at `slot` of a site holds these bytes."""

    site: int
    slot: Slot
    seen: Slot
    in_bytes: int
    out_bytes: int


@dataclass(frozen=True, slots=True)
class Quiet:
    """A silence, in force in `[starts_at, ends_at)`."""

    match: Match
    starts_at: Slot
    ends_at: Slot


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody acknowledges the alerts of a rule at a site (None: of the pool) at `at`."""

    rule: str
    site: int | None
    at: Slot


@dataclass(frozen=True, slots=True)
class ExpectedAlert:
    """An alert comes to be in `state`, by `transition`, at `at`: one of the two words may be None, which is any.

    So are the other fields, but `site`: None is the pool's alert.
    """

    place: Place
    at: Slot
    rule: str
    site: int | None
    state: str | None = None
    transition: str | None = None
    step: Fraction | None = None
    severity: Severity | None = None
    direction: Direction | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class ExpectedMessage:
    """One receiver is told anew at `at`, and each of the texts is in the message."""

    place: Place
    at: Slot
    receiver: str
    contains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One file. `window` is the time that the clock runs through, `bucket` is seconds.

    `places` says where each rule of the configuration stands.
    """

    name: str
    configuration: Configuration
    places: Mapping[str, Place]
    window: Window
    bucket: int
    series: tuple[Series, ...]
    late: tuple[LateUsage, ...] = ()
    silences: tuple[Quiet, ...] = ()
    acknowledged: tuple[Taken, ...] = ()
    alerts: tuple[ExpectedAlert, ...] = ()
    messages: tuple[ExpectedMessage, ...] = ()
