"""What an operator's configuration means, typed: the only form in which the rest of the bot knows rules."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.domain.periods import EPOCH_MONDAY, Calendar, Per, Starts
from bot.domain.sites import Site
from bot.domain.usage import Direction
from bot.rules.selectors import EVERYWHERE, Selector

UTC_ZONE = ZoneInfo("UTC")


class Severity(StrEnum):
    """How bad; compare with `rank`."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


class Medium(StrEnum):
    SLACK = "slack"
    EMAIL = "email"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One way to reach a receiver: a Slack channel (`#noc` or an id), a list of mail addresses, or the terminal."""

    medium: Medium
    addresses: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ":".join(filter(None, (self.medium.value, ",".join(self.addresses))))


@dataclass(frozen=True, slots=True)
class Receiver:
    name: str
    endpoints: tuple[Endpoint, ...]


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


@dataclass(frozen=True, slots=True)
class Quota:
    """Bytes granted for each billing period, and the percentages at which somebody is told.

    `limit` is None where each site's own quota counts (`quota: site`), and `starts` is None where each site's
    own start does. `steps` are ascending and exact; `severities` has one entry a step. `every` and `anchor`
    belong to `Per.DAYS`.
    """

    limit: int | None
    per: Per
    starts: Starts | None
    steps: tuple[Fraction, ...]
    severities: tuple[Severity, ...]
    every: int = 1
    anchor: date = EPOCH_MONDAY

    def limit_of(self, site: Site) -> int | None:
        """Whole bytes, or None for a site that has no quota of its own."""
        return self.limit if self.limit is not None else site.quota

    def calendar_of(self, site: Site) -> Calendar:
        starts = self.starts if self.starts is not None else (site.starts or Starts())
        return Calendar(self.per, site.timezone, starts, self.every, self.anchor)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A level that usage of the last `within` must not pass: strictly over, or strictly under.

    `limit` is whole bytes over `within`. `rate` keeps the operator's own words (bits a second) where he wrote
    a rate; it is only for showing.
    """

    limit: int
    within: timedelta
    under: bool = False
    rate: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `notify` is None where the defaults say who is told, and empty where nobody is."""

    name: str
    judge: Quota | Threshold
    sites: Selector = EVERYWHERE
    directions: tuple[Direction, ...] = (Direction.TOTAL,)
    severity: Severity = Severity.WARNING
    hold: timedelta = timedelta()
    keep_firing: timedelta = timedelta()
    notify: tuple[str, ...] | None = None

    @property
    def kind(self) -> str:
        return "quota" if isinstance(self.judge, Quota) else "threshold"

    @property
    def version(self) -> str:
        """Changes with what makes the rule true, and with nothing else: an alert of another version was right by
        another measure."""
        return hashlib.sha256(f"{self.judge!r} for {self.hold}".encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything the rules folder says. `version` is a digest of its text: the rule version in explanations."""

    version: str
    timezone: ZoneInfo = UTC_ZONE
    default_receivers: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    workspaces: tuple[WorkspaceRule, ...] = (WorkspaceRule("default"),)
    sites: tuple[SiteRule, ...] = ()
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()

    def receivers_of(self, rule: Rule) -> tuple[Receiver, ...]:
        """Who is told about a rule, in the order written."""
        names = rule.notify if rule.notify is not None else self.default_receivers
        return tuple(self.receivers[name] for name in names)

    def rule(self, name: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.name == name), None)


def version_of(texts: Iterable[tuple[str, str]]) -> str:
    """Twelve hexadecimal digits that change with any character of any file. `texts` are (file name, text)."""
    digest = hashlib.sha256()
    for name, text in sorted(texts):
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()[:12]
