"""What an operator's configuration means, typed: the only form in which the rest of the bot knows rules."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain.periods import Starts
from bot.domain.usage import Direction
from bot.rules.kinds import Judge, NoData, Percentile, Quota, Spike, Threshold, kind_of, kinds_of
from bot.rules.measures import measure
from bot.rules.selectors import EVERYWHERE, Selector
from bot.rules.telling import (
    PLAINLY,
    SIX_A_DAY,
    Endpoint,
    Flapping,
    Medium,
    MuteTiming,
    Receiver,
    Report,
    Route,
    Severity,
    Telling,
)

__all__ = [
    "UTC_ZONE",
    "Configuration",
    "Endpoint",
    "Flapping",
    "Medium",
    "NoData",
    "Percentile",
    "Quota",
    "Receiver",
    "Rule",
    "Severity",
    "SiteRule",
    "Spike",
    "Telling",
    "Threshold",
    "WorkspaceRule",
    "version_of",
]

UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class WorkspaceRule:
    """A workspace as configured. `token_env` names the setting that holds its token, never the token."""

    name: str
    token_env: str = "ALTOSTRAT_TOKEN"  # noqa: S105 - the name of a setting
    requests_per_minute: int | None = None
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteRule:
    """What the configuration says of one site; None where it leaves a thing to the API or the defaults."""

    id: str
    name: str | None = None
    workspace: str = "default"
    timezone: ZoneInfo | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    quota: int | None = None
    starts: Starts | None = None
    billing_factor: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `notify` is None where routes and defaults say who is told, and empty where nobody is; `telling` goes
    with it, and is the defaults' where there is no `notify`. `place` is where it is written (`fleet.yaml:12`), "" where
    that is not known, and no part of what it says."""

    name: str
    judge: Judge
    sites: Selector = EVERYWHERE
    directions: tuple[Direction, ...] = (Direction.TOTAL,)
    severity: Severity = Severity.WARNING
    hold: timedelta = timedelta()
    keep_firing: timedelta = timedelta()
    notify: tuple[str, ...] | None = None
    telling: Telling = PLAINLY
    place: str = field(default="", compare=False, repr=False)

    @property
    def kind(self) -> str:
        return kind_of(self.judge)

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of alert that the rule can make."""
        return kinds_of(self.judge)

    @property
    def is_pool(self) -> bool:
        """Whether its sites count together, and its alerts are those of their pool, without a site."""
        return isinstance(self.judge, Quota | Percentile) and self.judge.pool

    @property
    def version(self) -> str:
        """Changes with what makes any alert of the rule true, and with nothing else: an alert of another version was
        right by another measure."""
        return _digest(self.judge, self.hold, tuple(self.kinds))

    def version_of(self, kind: str) -> str:
        """As `version`, of one kind of alert: a pace stays as it is when the rule is given a forecast."""
        return _digest(self.judge, self.hold, (kind,))


@lru_cache(maxsize=4096)
def _digest(judge: Judge, hold: timedelta, kinds: tuple[str, ...]) -> str:
    """Remembered: it is asked for each alert of each pass."""
    text = "\n".join(measure(judge, hold, kind) for kind in kinds)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything the rules folder says. `version` is a digest of its text: the rule version in explanations. `flapping`
    is None where nothing is ever kept quiet for it."""

    version: str
    timezone: ZoneInfo = UTC_ZONE
    default_receivers: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    workspaces: tuple[WorkspaceRule, ...] = (WorkspaceRule("default"),)
    sites: tuple[SiteRule, ...] = ()
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    routes: tuple[Route, ...] = ()
    mute_timings: Mapping[str, MuteTiming] = field(default_factory=dict)
    reports: tuple[Report, ...] = ()
    flapping: Flapping | None = SIX_A_DAY

    def rule(self, name: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.name == name), None)


def version_of(texts: Iterable[tuple[str, str]]) -> str:
    """Twelve hexadecimal digits that change with any character of any file. `texts` are (file name, text)."""
    digest = hashlib.sha256()
    for name, text in sorted(texts):
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()[:12]
