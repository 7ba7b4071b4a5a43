"""The Slack app: what it listens to."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.logger.messages import warning_token_skipped
from slack_bolt.response import BoltResponse

from bot.notify.slack_client import slack_client
from bot.notify.slack_files import Files
from bot.service.actions.act import Actions
from bot.service.ports import Clock, Pictures
from bot.service.queries.ask import Questions
from bot.slack.answering import Answering
from bot.slack.doorkeeper import Doorkeeper, Next
from bot.slack.drawing import Drawing
from bot.slack.home_tab import HomeTab
from bot.slack.listening import Listeners, listen
from bot.slack.membership import Membership, Scopes
from bot.slack.mentions import Mentions
from bot.slack.messages import OurMessages
from bot.slack.permissions import Permission
from bot.slack.picturing import AnswerPictures
from bot.slack.presses import Presses
from bot.slack.responding import Answers
from bot.slack.scopes import ChannelNames
from bot.slack.seals import Seal
from bot.slack.silencing import Silencing
from bot.slack.turns import PATIENCE, Turns
from bot.slack.usage import UsageCommand
from bot.slack.windows import Windows

GRACE = timedelta(seconds=5)


def _new_id() -> str:
    return secrets.token_hex(4)


@dataclass(frozen=True, slots=True)
class SlackApp:
    """Bolt's app, to be fed over HTTP (`slack_routes`) or by `SocketMode`, and what it has under way."""

    bolt: AsyncApp
    turns: Turns

    async def close(self, grace: timedelta = GRACE) -> None:
        """Let answers under way be sent. Stop what feeds the app before."""
        await self.turns.drain(grace)


@dataclass(frozen=True, slots=True)
class SlackOptions:
    """How the bot behaves in Slack. `may_act` are the user groups whose members may acknowledge and silence, none of
    them for everybody; `pictures` draws the charts of answers, which go without where there is none; `new_id` makes the
    ids under which failures are found in the log."""

    may_act: tuple[str, ...] = ()
    pictures: Pictures | None = None
    new_id: Callable[[], str] = _new_id
    patience: timedelta = PATIENCE


def build_app(
    token: str,
    api_url: str,
    questions: Questions,
    actions: Actions,
    clock: Clock,
    options: SlackOptions = SlackOptions(),
) -> SlackApp:
    """The app of one Slack workspace. `token` is its bot token; `api_url` ends in `/api/`. Nothing is sent yet.

    Who feeds the app verifies what he feeds it with: the app itself checks no signature.
    """
    bolt, client = _bolt(token, api_url), slack_client(token, api_url)
    _guard(bolt, Doorkeeper(client))
    names = ChannelNames(client, clock)
    scopes = Scopes(names, Membership(client, names, clock))
    answering = Answering(questions, actions, scopes, Permission(client, clock, options.may_act))
    pictures = AnswerPictures(options.pictures, Files(client, asyncio.sleep)) if options.pictures else None
    turns, drawing, windows = Turns(options.new_id, options.patience), Drawing(pictures), Windows(client)
    answers = Answers(drawing)
    home = HomeTab(answering, turns, client)
    silencing = Silencing(answering, turns, windows, Seal(token), home.publish)
    presses = Presses(answering, turns, drawing, answers, windows, silencing, home)
    mentions = Mentions(answering, turns, drawing, client, clock)
    usage = UsageCommand(answering, turns, answers)
    listen(bolt, Listeners(usage, presses, silencing, OurMessages(client), mentions, home))
    return SlackApp(bolt, turns)


def _bolt(token: str, api_url: str) -> AsyncApp:
    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """No call of Slack's API stands between a command and its acknowledgement, but the first one's."""
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    bolt = AsyncApp(
        name="usagebot",
        logger=_logger(),
        authorize=authorize,
        request_verification_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    bolt.client.token, bolt.client.base_url = token, api_url
    return bolt


def _guard(bolt: AsyncApp, doorkeeper: Doorkeeper) -> None:
    """Put him before every listener. Bolt looks at the names of a function's arguments, so a function it is."""

    @bolt.use
    async def admit(context: AsyncBoltContext, body: dict[str, Any], next_: Next) -> BoltResponse | None:
        return await doorkeeper(context, body, next_)


def _logger() -> logging.Logger:
    """Bolt's, without its remark that it leaves SLACK_BOT_TOKEN in the environment alone: that is meant."""
    logger = logging.getLogger("slack_bolt.usagebot")
    logger.filters[:] = [_is_news]
    return logger


def _is_news(record: logging.LogRecord) -> bool:
    return record.getMessage() != warning_token_skipped()
