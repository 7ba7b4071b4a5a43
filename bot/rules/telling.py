"""Who is told of an alert, and how: receivers, routes, mute timings, escalation, digests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.rules.selectors import EVERYWHERE, Selector


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
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One way to reach a receiver: a Slack channel (`#noc` or an id), a list of mail addresses, the terminal, or the
    name of the setting that holds a URL to post to.

    `secret` names the setting that holds what a webhook is signed with, or is "". It is no part of what the endpoint
    is: a message that is under way goes on when a secret is added.
    """

    medium: Medium
    addresses: tuple[str, ...] = ()
    secret: str = field(default="", compare=False)

    def __str__(self) -> str:
        return ":".join(filter(None, (self.medium.value, ",".join(self.addresses))))


@dataclass(frozen=True, slots=True)
class Receiver:
    """`fallback` names the receiver that is told what cannot be delivered to this one, None where nobody is named."""

    name: str
    endpoints: tuple[Endpoint, ...]
    fallback: str | None = None


class GroupBy(StrEnum):
    """What alerts of one message have in common; none of these is one message for everything a route takes."""

    RULE = "rule"
    SITE = "site"
    WORKSPACE = "workspace"
    SEVERITY = "severity"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class Escalation:
    """Tell `notify` too, unless somebody acknowledged within `after` of the alert's first notification."""

    after: timedelta
    notify: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """How alerts are gathered into messages and repeated. `repeat_every` None is never; `mute` names mute timings."""

    group_by: tuple[GroupBy, ...] = (GroupBy.RULE,)
    group_wait: timedelta = timedelta()
    group_interval: timedelta = timedelta(minutes=5)
    repeat_every: timedelta | None = None
    send_resolved: bool = True
    mute: tuple[str, ...] = ()
    escalate: Escalation | None = None


PLAINLY = Telling()


@dataclass(frozen=True, slots=True)
class Match:
    """Which alerts: all that is given must match, each is "any of". `rules` are globs; `kinds` are words such as
    `quota`, `forecast`, `pace`, `threshold`, `spike`, `percentile`, `no_data`."""

    rules: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    directions: tuple[str, ...] = ()
    sites: Selector = EVERYWHERE


EVERYTHING = Match()


@dataclass(frozen=True, slots=True)
class Route:
    """Where matching alerts go. `notify` is None where the defaults say; `goes_on` is `continue`."""

    match: Match = EVERYTHING
    notify: tuple[str, ...] | None = None
    telling: Telling = PLAINLY
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class MuteTiming:
    """Recurring local times at which routes that name it stay quiet.

    `days` are weekdays 0–6, all where empty. `times` are spans of the local clock, all day where empty; one that
    ends before it begins runs over midnight and belongs to the day on which it begins.
    """

    name: str
    days: frozenset[int] = frozenset()
    times: tuple[tuple[time, time], ...] = ()
    timezone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class Flapping:
    """What begins and ends more than `changes` times `within` a span flaps: it is quiet until no more than half as
    many changes lie within the span."""

    changes: int = 6
    within: timedelta = timedelta(hours=24)

    @property
    def seconds(self) -> int:
        return int(self.within.total_seconds())

    @property
    def calm(self) -> int:
        """So many changes within the span are calm."""
        return self.changes // 2


SIX_A_DAY = Flapping()


class Rhythm(StrEnum):
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Report:
    """A digest of the week or month before: `day` is a weekday 0–6 of a weekly one, a day of the month 1–31 of a
    monthly one. `workspaces` are globs, none for all that the receivers may see."""

    rhythm: Rhythm
    receivers: tuple[str, ...]
    day: int
    time: time
    timezone: ZoneInfo | None = None
    name: str = ""
    workspaces: tuple[str, ...] = ()
