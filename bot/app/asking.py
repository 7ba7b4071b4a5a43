"""One question from the terminal: the history as it is, the rules as they are, no request to the API."""

from __future__ import annotations

from bot import __version__
from bot.app.build import pull_options, system_clock
from bot.history.address import missing_file
from bot.history.errors import HistoryError
from bot.history.store import SqlHistory
from bot.rules.model import Configuration
from bot.service.commands import Command
from bot.service.queries.ask import Questions
from bot.service.queries.replies import Reply
from bot.service.survey import Survey
from bot.settings import Settings


async def ask_once(settings: Settings, configuration: Configuration, command: Command) -> Reply:
    """The reply to whoever sits at this machine: he sees every workspace. Raises HistoryError."""
    options, per_minute = pull_options(settings), settings.altostrat_requests_per_minute
    url = settings.database_url.get_secret_value()
    missing = missing_file(url)
    if missing is not None:
        raise HistoryError(f"there is no history at {missing} yet", "start `usagebot run`, or check DATABASE_URL")
    history = SqlHistory(url)
    await history.open()
    try:
        survey = Survey(history, {}, configuration, system_clock, options.bucket)
        scope = (await survey.load()).everything
        questions = Questions(history, survey.fleet, system_clock, options, per_minute, __version__)
        return await questions.ask(command, scope)
    finally:
        await history.close()
