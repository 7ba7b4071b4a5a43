"""One question or order from the terminal: the history and the rules as they are, no request to the API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.app.build import actions_of, questions_of, system_clock
from bot.app.existing import existing_history
from bot.app.options import pull_options
from bot.history.store import SqlHistory
from bot.rules.model import Configuration
from bot.service.actions.replies import Done, Undone
from bot.service.audit import Actor
from bot.service.commands import Command
from bot.service.explain.model import Explained
from bot.service.orders import Order
from bot.service.queries.replies import Reply
from bot.service.survey import Survey
from bot.settings import Settings


async def ask_once(settings: Settings, configuration: Configuration, command: Command) -> Reply | Explained:
    """The reply to whoever sits at this machine: he sees every workspace. Raises HistoryError."""
    async with _fleet_of(settings, configuration) as (history, survey):
        questions = questions_of(settings, history, survey, system_clock)
        return await questions.ask(command, survey.fleet().everything)


async def act_once(settings: Settings, configuration: Configuration, order: Order, by: Actor) -> Done | Undone:
    """What came of an order by whoever sits at this machine. A bot that runs notices it within a minute. Raises
    HistoryError, and then nothing was done."""
    async with _fleet_of(settings, configuration) as (history, survey):
        return await actions_of(history, survey, system_clock).act(order, survey.fleet().everything, by)


@asynccontextmanager
async def _fleet_of(settings: Settings, configuration: Configuration) -> AsyncIterator[tuple[SqlHistory, Survey]]:
    bucket = pull_options(settings).bucket
    async with existing_history(settings, "start `usagebot run`, or check DATABASE_URL") as history:
        survey = Survey(history, {}, configuration, system_clock, bucket)
        await survey.load()
        yield history, survey
