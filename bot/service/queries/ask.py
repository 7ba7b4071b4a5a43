"""The door to the questions: a command in, its reply out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from bot.service.actions.replies import NoSuchAlert
from bot.service.commands import (
    Alerts,
    Command,
    Compare,
    Digest,
    Explain,
    Help,
    Noise,
    OneRule,
    Overall,
    Quotas,
    RuleList,
    Silences,
    SiteUsage,
    Status,
    Story,
    Told,
    Top,
    Usages,
    WhatIf,
    Why,
)
from bot.service.explain.explain import explain
from bot.service.explain.model import Explained, NoSuchRule
from bot.service.explain.why import why
from bot.service.fleet import Fleet, Scope
from bot.service.options import PullOptions
from bot.service.ports import Clock, History, Transaction
from bot.service.queries.alerts import open_alerts
from bot.service.queries.compare import comparison
from bot.service.queries.glance import glance
from bot.service.queries.inquiry import Inquiry
from bot.service.queries.noise import noise_report
from bot.service.queries.pointed import Pointed, pointed_at
from bot.service.queries.quotas import quota_table
from bot.service.queries.reached import ShownBy
from bot.service.queries.replies import NoScope, Reply
from bot.service.queries.rules import rule_report, rule_table
from bot.service.queries.silences import silence_list
from bot.service.queries.site import site_report
from bot.service.queries.status import status_report
from bot.service.queries.story import story
from bot.service.queries.top import top_sites
from bot.service.queries.whatif import what_if
from bot.service.reports.digest import digest_asked


class Questions:
    """Answers questions about the fleet as it is at that moment.

    `fleet` gives the current one, `clock` the instant; `pull` and `requests_per_minute` are how the API is read,
    `version` is the bot's: what the status shows.
    """

    def __init__(
        self,
        history: History,
        fleet: Callable[[], Fleet],
        clock: Clock,
        pull: PullOptions | None = None,
        requests_per_minute: int = 60,
        version: str = "",
    ) -> None:
        self._history = history
        self.fleet = fleet
        self._clock = clock
        self._pull = pull or PullOptions()
        self._requests_per_minute = requests_per_minute
        self._version = version

    async def ask(self, command: Command, scope: Scope) -> Reply | Explained:
        """The reply, of the workspaces in `scope` alone. What the history raises comes through."""
        if not scope:
            return NoScope()
        inquiry = Inquiry(self.fleet(), scope, self._clock(), self._pull, self._requests_per_minute, self._version)
        async with self._history.reading() as tx:
            return await _reply(tx, inquiry, command)

    async def pointed_at(self, alert: int | None, group: int | None, scope: Scope, on: ShownBy | None) -> Pointed:
        """What a person points at, by an alert's id or a group's, in the message that is pressed `on` or anywhere."""
        inquiry = Inquiry(self.fleet(), scope, self._clock())
        async with self._history.reading() as tx:
            return await pointed_at(tx, inquiry, alert, group, on)

    @property
    def now(self) -> datetime:
        return self._clock()


async def _reply(tx: Transaction, inquiry: Inquiry, command: Command) -> Reply | Explained:
    match command:
        case Explain():
            return await explain(tx, inquiry, command)
        case Why():
            return await why(tx, inquiry, command)
        case SiteUsage() | Top() | Compare() | Quotas() | WhatIf():
            return await _usages(tx, inquiry, command)
        case Alerts() | Story() | Silences() | Noise():
            return await _told(tx, inquiry, command)
        case _:
            return await _overall(tx, inquiry, command)


async def _usages(tx: Transaction, inquiry: Inquiry, command: Usages) -> Reply:
    match command:
        case SiteUsage():
            return await site_report(tx, inquiry, command)
        case Top():
            return await top_sites(tx, inquiry, command)
        case Compare():
            return await comparison(tx, inquiry, command)
        case Quotas():
            return await quota_table(tx, inquiry, command)
        case WhatIf():
            return await what_if(tx, inquiry, command)
        case _:
            assert_never(command)


async def _told(tx: Transaction, inquiry: Inquiry, command: Told) -> Reply | NoSuchAlert:
    match command:
        case Alerts():
            return await open_alerts(tx, inquiry)
        case Story():
            return await story(tx, inquiry, command)
        case Silences():
            return await silence_list(tx, inquiry, command)
        case Noise():
            return await noise_report(tx, inquiry, command)
        case _:
            assert_never(command)


async def _overall(tx: Transaction, inquiry: Inquiry, command: Overall) -> Reply | NoSuchRule:
    match command:
        case Help():
            return await glance(tx, inquiry)
        case Digest():
            return await digest_asked(tx, inquiry, command)
        case RuleList():
            return await rule_table(tx, inquiry)
        case OneRule():
            return await rule_report(tx, inquiry, command)
        case Status():
            return await status_report(tx, inquiry)
        case _:
            assert_never(command)
