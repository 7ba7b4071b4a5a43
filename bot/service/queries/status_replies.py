"""What is answered to a question for the bot's own health."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.service.queries.troubles import Trouble

if TYPE_CHECKING:  # it is among the replies itself
    from bot.service.queries.replies import Freshness


@dataclass(frozen=True, slots=True)
class LastPull:
    """The latest request of one outcome. `why` is what the API said, foreign text; "" of an answer."""

    outcome: str
    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class WorkspaceStatus:
    """One workspace's pulling. `backfilled` of `sites` have all the history that is wanted, or gave the rest up.
    `pulls` counts the last hour's requests by outcome; `oldest_site` is the site furthest behind."""

    name: str
    sites: int
    known: int
    backfilled: int
    oldest: datetime | None
    newest: datetime | None
    oldest_site: str
    answered: LastPull | None
    trouble: LastPull | None
    pulls: Mapping[str, int]
    requests_per_minute: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """Messages that wait to be delivered, and since when the oldest does."""

    waiting: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class RulesBroken:
    """The rules folder cannot be used, and older rules are in force. `why` is what the operators were told."""

    since: datetime
    why: str


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The bot's health. `backlog` and `rules_broken` are None, and `troubles` is empty, for those who do not see every
    workspace; so are the latter two where nothing is wrong with the rules folder, or the bot."""

    workspaces: tuple[WorkspaceStatus, ...]
    backlog: Backlog | None
    rule_version: str
    bot_version: str
    freshness: Freshness
    rules_broken: RulesBroken | None = None
    troubles: tuple[Trouble, ...] = ()
