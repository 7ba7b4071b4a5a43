"""The door to the questions: a command in, its reply out."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from bot.service.commands import (
    Alerts,
    Command,
    Explain,
    Help,
    Noise,
    Question,
    Quotas,
    Silences,
    SiteUsage,
    Status,
    Top,
)
from bot.service.explain.explain import explain
from bot.service.explain.model import Explained
from bot.service.fleet import Fleet, Scope
from bot.service.options import PullOptions
from bot.service.ports import Clock, History, Transaction
from bot.service.queries.alerts import open_alerts
from bot.service.queries.glance import glance
from bot.service.queries.inquiry import Inquiry
from bot.service.queries.noise import noise_report
from bot.service.queries.quotas import quota_table
from bot.service.queries.replies import NoScope, Reply
from bot.service.queries.silences import silence_list
from bot.service.queries.site import site_report
from bot.service.queries.status import status_report
from bot.service.queries.top import top_sites


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
            if isinstance(command, Explain):
                return await explain(tx, inquiry, command)
            return await _reply(tx, inquiry, command)


async def _reply(tx: Transaction, inquiry: Inquiry, command: Question) -> Reply:
    match command:
        case SiteUsage():
            return await site_report(tx, inquiry, command)
        case Top():
            return await top_sites(tx, inquiry, command)
        case Quotas():
            return await quota_table(tx, inquiry, command)
        case Silences():
            return await silence_list(tx, inquiry, command)
        case Noise():
            return await noise_report(tx, inquiry, command)
        case Help() | Alerts() | Status():
            return await _in_general(tx, inquiry, command)
        case _:
            assert_never(command)


async def _in_general(tx: Transaction, inquiry: Inquiry, command: Help | Alerts | Status) -> Reply:
    match command:
        case Help():
            return await glance(tx, inquiry)
        case Alerts():
            return await open_alerts(tx, inquiry)
        case Status():
            return await status_report(tx, inquiry)
        case _:
            assert_never(command)
