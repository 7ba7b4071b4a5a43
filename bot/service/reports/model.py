"""What a digest says. Instants are aware UTC, bytes are whole, and of lists that may be long the worst are kept and all
are counted. Only what its reader may see is in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.alerts.model import Kind
from bot.domain.usage import Direction, Usage
from bot.rules.telling import Rhythm

if TYPE_CHECKING:  # these are among the replies themselves
    from bot.service.queries.replies import Freshness, OpenAlert, QuotaState, SiteRef


@dataclass(frozen=True, slots=True)
class Told:
    """Which report this is. It was due `due_at`, and is told late where `is_late`."""

    report: str
    due_at: datetime
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class RanOut:
    """A quota of which all was used up at an instant of the window. A pool is named in place of a site."""

    site: str
    rule: str
    direction: Direction
    at: datetime
    limit: int
    pool: int = 0


@dataclass(frozen=True, slots=True)
class Quotas:
    """Of all `known` quotas as they stand now, `over` are used up and `near`; `first` are those that run out first."""

    known: int = 0
    over: int = 0
    near: int = 0
    first: tuple[QuotaState, ...] = ()


@dataclass(frozen=True, slots=True)
class KindTold:
    """Alerts of one kind that were told in the window, or fired in it and were held back; `critical` are among both.
    `worst` is one of them, as it stands now."""

    kind: Kind
    told: int
    held: int
    critical: int
    worst: OpenAlert


@dataclass(frozen=True, slots=True)
class RuleTold:
    """How often one rule told, or was held back, of how many sites (a pool or fleet counts as one)."""

    rule: str
    told: int
    held: int
    sites: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A site of which a part of the window is not known."""

    site: str
    known: int
    expected: int

    @property
    def coverage(self) -> float:
        return self.known / self.expected


@dataclass(frozen=True, slots=True)
class Sites:
    """How well `all` sites are known. `new` were first listed in the window; of the others `gaps` are known below
    95 %, of `dark` ones nothing is known, and `idle` ones used nothing. Lists hold the worst, or first; counts all."""

    all: int
    new_count: int = 0
    gap_count: int = 0
    dark_count: int = 0
    idle_count: int = 0
    new: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    dark: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests to the API that were made in the window, and how many of them failed, by outcome. What was made before
    `since` is not counted any more; None where all of the window is."""

    made: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class TroubleTold:
    """What was wrong with the bot: what was said of it, from when to when (None: it goes on)."""

    note: str
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Largest:
    site: SiteRef
    total: int
    change: Fraction | None


@dataclass(frozen=True, slots=True)
class DigestReport:
    """The week or month `[start, end)` of `zone`. `before` is the usage of the one before that, `change` in percent and
    None where too little is known of either. `troubles` is None for those who are no operators. `told` is None of
    what somebody asked for."""

    rhythm: Rhythm
    zone: ZoneInfo
    start: datetime
    end: datetime
    workspaces: tuple[str, ...]
    usage: Usage
    before: Usage
    change: Fraction | None
    sites: Sites
    quotas: Quotas
    ran_out: tuple[RanOut, ...]
    ran_out_count: int
    alerts: tuple[KindTold, ...]
    rules: tuple[RuleTold, ...]
    rule_count: int
    largest: tuple[Largest, ...]
    requests: Requests
    troubles: tuple[TroubleTold, ...] | None
    trouble_count: int
    freshness: Freshness
    told: Told | None = None
