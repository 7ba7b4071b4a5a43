"""What the app listens to: the same whether Slack comes by HTTP or by Socket Mode."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.service.answers import Answer
from bot.slack.answering import PREFIX
from bot.slack.home_tab import HomeTab
from bot.slack.mentions import Mentions
from bot.slack.messages import OurMessages, root_of
from bot.slack.pressed import asker_in
from bot.slack.presses import Presses
from bot.slack.silence_form import CALLBACK
from bot.slack.silencing import Silencing
from bot.slack.usage import UsageCommand

SHORTCUT = "usagebot.silence_message"
"""The `callback_id` of the message shortcut, as the manifest has it."""
NOT_OURS = Answer(
    "That is none of the bot's alert messages.",
    notes=("Use the shortcut on a message that tells of alerts, or write /usage silence.",),
)
_ANYTHING = re.compile("")
"""Whatever is pressed is acknowledged, also what an older version laid out."""


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who is called for what."""

    usage: UsageCommand
    presses: Presses
    silencing: Silencing
    messages: OurMessages
    mentions: Mentions
    home: HomeTab


def listen(bolt: AsyncApp, to: Listeners) -> None:
    """Bolt looks at the names of a function's arguments, so functions they are."""
    _listen_to_presses(bolt, to)
    _listen_to_events(bolt, to)

    async def command(ack: AsyncAck, respond: AsyncRespond, command: dict[str, Any]) -> None:
        await to.usage(ack, respond, command)

    bolt.command(PREFIX)(command)


def _listen_to_presses(bolt: AsyncApp, to: Listeners) -> None:
    async def press(ack: AsyncAck, respond: AsyncRespond, body: dict[str, Any]) -> None:
        await to.presses(ack, respond, body)

    async def shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        message, asker = body.get("message") or {}, asker_in(body)

        async def find() -> Any:
            return await to.messages.target_of(asker.channel, message)

        await to.silencing.open(asker, str(body.get("trigger_id") or ""), root_of(message), find, NOT_OURS)

    async def sent(ack: AsyncAck, body: dict[str, Any]) -> None:
        await to.silencing.submitted(ack, body)

    bolt.action(_ANYTHING)(press)
    bolt.message_shortcut(SHORTCUT)(shortcut)
    bolt.view(CALLBACK)(sent)


def _listen_to_events(bolt: AsyncApp, to: Listeners) -> None:
    """Bolt acknowledges them by itself, and at once."""

    async def said(body: dict[str, Any]) -> None:
        await to.mentions(body)

    async def opened(event: dict[str, Any]) -> None:
        await to.home.opened(event)

    bolt.event("app_mention")(said)
    bolt.event("message")(said)
    bolt.event("app_home_opened")(opened)
