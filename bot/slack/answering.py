"""What somebody asks or orders in Slack, in words or by a press, and what is said to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import structlog

from bot.domain.names import name as safe
from bot.notify.buttons import Target
from bot.service.actions.act import Actions
from bot.service.actions.replies import Done, Undone
from bot.service.answers import Answer, Unanswered, render
from bot.service.answers.dashboard import dashboard
from bot.service.answers.raising import how_to_raise
from bot.service.audit import SLACK, Actor
from bot.service.commands import Alerts, Command, Help, Mistake, Quotas, Status, Story, Why
from bot.service.explain.model import Explained
from bot.service.fleet import Scope
from bot.service.orders import Order, SetSilence
from bot.service.queries.ask import Questions
from bot.service.queries.pointed import Pointed
from bot.service.queries.reached import ShownBy
from bot.service.queries.replies import Glance, NoScope, OpenAlerts, QuotaTable, Reply
from bot.service.queries.status_replies import StatusReport
from bot.service.words import parse_command
from bot.slack.membership import Scopes
from bot.slack.permissions import Permission
from bot.slack.turns import Answered

log = structlog.get_logger(__name__)

PREFIX = "/usage"
HELP = "help"
"""What no words at all ask for."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where, as Slack says it in a request that was verified. `channel` is an id, "" on the Home tab;
    `said` the channel's name where Slack says that."""

    by: Actor
    channel: str = ""
    said: str = ""


def actor_of(id_: str, name: str = "") -> Actor:
    """A person; the name is that person's own text."""
    return Actor(safe(name or id_ or "somebody"), SLACK, id_)


NOTHING_SEEN = Answer(
    "There is nothing to see here yet.",
    notes=("This tab shows the workspaces of the channels that you are in, where the bot tells of them.",),
)
NOT_ASKED = Answer("That is no question, and a button that asks does nothing else.")


class Answering:
    """Asks the service, and orders of it, within what may be seen where somebody asks and what he may do."""

    def __init__(self, questions: Questions, actions: Actions, scopes: Scopes, permission: Permission) -> None:
        self._questions = questions
        self.permission = permission
        self._actions = actions
        self._scopes = scopes

    async def scope(self, asker: Asker) -> Scope:
        """The workspaces that may be shown there."""
        return await self._scopes.of(asker.channel, asker.said, asker.by.id, self._questions.fleet())

    async def to_words(self, text: str, asker: Asker, *, may_act: bool = True) -> Answered:
        """The answer to what was written. Words that a button brings back only ever ask."""
        asked = parse_command(text)
        if isinstance(asked, Mistake):
            log.info("usage_mistaken", why=asked.why.value, channel=asker.channel)
            return Answered(render(asked, self._zone, PREFIX))
        if isinstance(asked.command, Order):
            if not may_act:
                return Answered(NOT_ASKED)
            return await self.to_order(asked.command, asker, public=asked.public)
        answered = await self.to_question(asked.command, asker, await self.scope(asker), public=asked.public)
        return replace(answered, words=(text.strip() or HELP) if answered.is_meant else "", page=asked.page)

    async def to_question(self, command: Command, asker: Asker, scope: Scope, *, public: bool = False) -> Answered:
        return self._rendered(await self._questions.ask(command, scope), command, asker, public=public)

    async def to_order(
        self, order: Order, asker: Asker, on: ShownBy | None = None, *, public: bool = False
    ) -> Answered:
        """What came of it. `on` knows the message that was pressed, if any was."""
        refusal = await self.permission.refusal(asker.by)
        if refusal is not None:
            return Answered(refusal)
        reply = await self._actions.act(order, await self.scope(asker), asker.by, on)
        return self._rendered(reply, order, asker, public=public)

    def _rendered(
        self, reply: Reply | Explained | Done | Undone, command: Command | Order, asker: Asker, *, public: bool
    ) -> Answered:
        kind = type(reply).__name__
        log.info("usage_answered", command=type(command).__name__, reply=kind, channel=asker.channel, public=public)
        if isinstance(reply, NoScope):
            reply = replace(reply, place=asker.channel)
        # Whoever mistyped a name need not do so before everybody.
        is_meant = not isinstance(reply, Unanswered)
        return Answered(render(reply, self._zone, PREFIX), public and is_meant, is_meant)

    async def pointed_at(self, target: Target, asker: Asker, on: ShownBy | None = None) -> Pointed:
        """What a press, or a message, is about: as much of it as may be seen."""
        alert, group = (None, target.id) if target.is_group else (target.id, None)
        return await self._questions.pointed_at(alert, group, await self.scope(asker), on)

    async def objection(self, order: SetSilence, asker: Asker) -> Undone | None:
        """What is wrong with an order, before anything is looked up."""
        return self._actions.objection(order, await self.scope(asker))

    async def dashboard(self, asker: Asker) -> tuple[Answer, ...]:
        """What the Home tab shows."""
        scope = await self.scope(asker)
        replies = [await self._questions.ask(one, scope) for one in (Help(), Quotas(), Alerts(), Status())]
        match replies:
            case [Glance() as glance, QuotaTable() as quotas, OpenAlerts() as alerts, StatusReport() as status]:
                return dashboard(glance, quotas, alerts, status, self._zone, PREFIX)
            case _:
                return (NOTHING_SEEN,)

    async def to_history(self, pointed: Pointed, asker: Asker, *, is_why: bool) -> Answered:
        """Why the one alert was told, or all that happened to it. Words ask for other pages of it, where they are
        answered: not where only the message lets somebody see it."""
        id_ = pointed.alerts[0].view.id
        number = int(id_.removeprefix("A"))
        answered = await self.to_question(Why(number) if is_why else Story(number), asker, pointed.scope)
        is_askable = answered.is_meant and pointed.scope <= await self.scope(asker)
        return replace(answered, words=f"{'why' if is_why else 'history'} {id_}" if is_askable else "")

    def how_to_raise(self, pointed: Pointed) -> Answered:
        """Of what was pointed at."""
        zone = pointed.alerts[0].view.zone if pointed.site else self._zone
        today = self._questions.now.astimezone(zone).date()
        found = how_to_raise(pointed, self._questions.fleet(), today)
        return Answered(found.answer, is_meant=True, code=found.yaml)

    @property
    def _zone(self) -> ZoneInfo:
        return self._questions.fleet().configuration.timezone
