"""`/usage`: acknowledge, parse, ask or act, render, respond."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

import structlog
from slack_sdk.webhook import WebhookResponse

from bot.domain.names import name as safe
from bot.notify.answer_blocks import message
from bot.notify.slack_errors import FAILURES
from bot.service.actions.act import Actions
from bot.service.actions.replies import Done, Undone
from bot.service.answers import Answer, Unanswered, render
from bot.service.audit import SLACK, Actor
from bot.service.commands import Command, Mistake
from bot.service.explain.model import Explained
from bot.service.fleet import Scope
from bot.service.orders import ORDERS, Order
from bot.service.queries.ask import Questions
from bot.service.queries.replies import NoScope, Reply
from bot.service.words import parse_command
from bot.slack.scopes import ChannelNames, scope_of

log = structlog.get_logger(__name__)

PREFIX = "/usage"
PATIENCE = timedelta(seconds=20)
AT_ONCE = 4
"""Questions that are answered at the same time; the others wait."""
MOST_WAITING = 50


class Respond(Protocol):
    """Answers at the command's `response_url`."""

    async def __call__(
        self, *, text: str, blocks: list[dict[str, Any]], response_type: str
    ) -> WebhookResponse: ...  # pragma: no cover


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, and whether everybody in the channel sees it."""

    answer: Answer
    public: bool = False


class UsageCommand:
    """Answers `/usage`. What goes wrong is logged under an id, and people are told the id and nothing else."""

    def __init__(
        self,
        questions: Questions,
        actions: Actions,
        names: ChannelNames,
        new_id: Callable[[], str],
        patience: timedelta = PATIENCE,
    ) -> None:
        self._questions = questions
        self._actions = actions
        self._names = names
        self._new_id = new_id
        self._patience = patience.total_seconds()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._running: set[asyncio.Task[Any]] = set()

    async def __call__(
        self, ack: Callable[[], Awaitable[object]], respond: Respond, command: Mapping[str, Any]
    ) -> None:
        await ack()
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine always runs in one
        self._running.add(task)
        try:
            await self._send(respond, await self._answered(command))
        finally:
            self._running.discard(task)

    async def drain(self, grace: timedelta) -> None:
        """Let the answers under way be sent, within the grace; the rest are cut off."""
        running = self._running - {asyncio.current_task()}
        if running:
            _, late = await asyncio.wait(running, timeout=grace.total_seconds())
            for task in late:
                task.cancel()

    async def _answered(self, command: Mapping[str, Any]) -> Answered:
        if len(self._running) > MOST_WAITING:
            return Answered(Answer("Many questions are waiting just now.", notes=("Please ask again in a minute.",)))
        try:
            async with asyncio.timeout(self._patience), self._slots:
                return await self._reply(command)
        except TimeoutError:
            id_ = self._new_id()
            log.warning("usage_too_slow", error_id=id_, channel=command.get("channel_id"))
            return Answered(_apology("That took too long.", id_, command))
        except Exception:
            id_ = self._new_id()
            log.exception("usage_failed", error_id=id_, channel=command.get("channel_id"))
            return Answered(_apology("Sorry, that did not work.", id_, command))

    async def _reply(self, command: Mapping[str, Any]) -> Answered:
        fleet = self._questions.fleet()
        asked = parse_command(str(command.get("text") or ""))
        zone, place = fleet.configuration.timezone, str(command.get("channel_id") or "")
        if isinstance(asked, Mistake):
            log.info("usage_mistaken", why=asked.why.value, channel=place)
            return Answered(render(asked, zone, PREFIX))
        said = str(command.get("channel_name") or "")
        channel = await self._names.channel(place, said, fleet.configuration)
        reply = await self._done(asked.command, scope_of(channel, fleet), actor_of(command))
        kind = type(reply).__name__
        log.info("usage_answered", command=type(asked.command).__name__, reply=kind, channel=place, public=asked.public)
        if isinstance(reply, NoScope):
            reply = replace(reply, place=place)
        # Whoever mistyped a name need not do so before everybody.
        is_public = asked.public and not isinstance(reply, Unanswered)
        return Answered(render(reply, zone, PREFIX), is_public)

    async def _done(self, command: Command | Order, scope: Scope, by: Actor) -> Reply | Explained | Done | Undone:
        if isinstance(command, Order):
            return await self._actions.act(command, scope, by)
        return await self._questions.ask(command, scope)

    async def _send(self, respond: Respond, answered: Answered) -> None:
        """There is nobody left to tell of an answer that cannot be delivered, but the log."""
        drawn = message(answered.answer)
        response_type = "in_channel" if answered.public else "ephemeral"
        try:
            sent = await respond(text=drawn["text"], blocks=drawn["blocks"], response_type=response_type)
        except FAILURES as failure:
            log.warning("usage_not_delivered", why=type(failure).__name__)
            return
        if sent.status_code != 200:
            log.warning("usage_not_delivered", status=sent.status_code, why=sent.body[:200])


def actor_of(command: Mapping[str, Any]) -> Actor:
    """Who gave a command. Slack says it, in a request that was verified; the name is that person's own text."""
    id_ = str(command.get("user_id") or "")
    return Actor(safe(str(command.get("user_name") or id_ or "somebody")), SLACK, id_)


def _apology(title: str, id_: str, command: Mapping[str, Any]) -> Answer:
    """Of an order nobody knows whether it was carried out: the answer may be all that failed."""
    words = str(command.get("text") or "").split(maxsplit=1)
    said = "Your question was fine."
    if words and words[0].casefold() in ORDERS:
        said = "It may have been done: look, or write it again, which does no harm."
    return Answer(title, notes=(f"{said} The operators find the reason in the log, under {id_}.",))
