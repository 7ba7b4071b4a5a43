"""One question from the terminal: the history as it is, the rules as they are, no request to the API."""

from __future__ import annotations

from bot.app.build import pull_options, questions_of, system_clock
from bot.app.existing import existing_history
from bot.rules.model import Configuration
from bot.service.commands import Command
from bot.service.explain.model import Explained
from bot.service.queries.replies import Reply
from bot.service.survey import Survey
from bot.settings import Settings


async def ask_once(settings: Settings, configuration: Configuration, command: Command) -> Reply | Explained:
    """The reply to whoever sits at this machine: he sees every workspace. Raises HistoryError."""
    bucket = pull_options(settings).bucket
    async with existing_history(settings, "start `usagebot run`, or check DATABASE_URL") as history:
        survey = Survey(history, {}, configuration, system_clock, bucket)
        scope = (await survey.load()).everything
        return await questions_of(settings, history, survey, system_clock).ask(command, scope)
