"""Buttons and menus: acknowledge at once, act or ask, answer whoever pressed and nobody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, assert_never

import structlog

from bot.notify.buttons import More, Press, Target, parse
from bot.service.answers import Answer
from bot.service.answers.several import history_of_several
from bot.service.orders import Order
from bot.service.queries.pointed import Pointed
from bot.slack.answering import PREFIX, Answering
from bot.slack.drawing import Drawing
from bot.slack.home_tab import HomeTab
from bot.slack.pressed import Pressed, asks_how_long, order_of, pressed_in
from bot.slack.responding import Answers, Respond
from bot.slack.silencing import Silencing
from bot.slack.turns import Answered, Turns
from bot.slack.windows import TITLE, Windows
from bot.slack.windows import window as view_of

log = structlog.get_logger(__name__)

STALE = Answer(
    "This button is not understood any more.", notes=("The words /usage alerts list what is open, with new ones.",)
)

GONE = Answer("What this message was about is not known any more.")


class Presses:
    """Does what buttons and menus say. The same press twice does no more than once: orders see to that."""

    def __init__(
        self,
        answering: Answering,
        turns: Turns,
        drawing: Drawing,
        answers: Answers,
        windows: Windows,
        silencing: Silencing,
        home: HomeTab,
    ) -> None:
        self._answering = answering
        self._turns = turns
        self._drawing = drawing
        self._answers = answers
        self._windows = windows
        self._silencing = silencing
        self._home = home

    async def __call__(self, ack: Callable[[], Awaitable[object]], respond: Respond, body: Mapping[str, Any]) -> None:
        await ack()
        pressed = pressed_in(body)
        if pressed is None:
            log.info("slack_press_unknown")
            return
        with self._turns.under_way():
            target = asks_how_long(pressed)
            if target is not None:
                await self._silencing.open(pressed.asker, pressed.trigger, pressed.ts, _known(target))
            elif pressed.asker.channel:
                await self._meant(pressed, respond)
            else:
                await self._at_home(pressed)

    async def _at_home(self, pressed: Pressed) -> None:
        """There is nowhere to answer on the Home tab: what was done is said above it, what was asked in a window."""
        order = order_of(pressed)
        window = await self._windows.open(pressed.trigger, TITLE) if order is None else None
        answered = await self._turns.answered(
            lambda: self._answered(pressed, order), pressed.asker.channel, is_order=order is not None
        )
        if order is not None:
            await self._home.publish(pressed.asker, answered.answer)
        elif window is not None:
            drawn = self._drawing.of(answered, public=True)
            await self._windows.show(window, view_of(TITLE, drawn["blocks"]))

    async def _meant(self, pressed: Pressed, respond: Respond) -> None:
        order = order_of(pressed)
        answered = await self._turns.answered(
            lambda: self._answered(pressed, order), pressed.asker.channel, is_order=order is not None
        )
        if pressed.press is Press.SHARE:
            answered = replace(answered, public=answered.is_meant)
        in_place = pressed.press in (Press.ASK, Press.BACK) and pressed.is_ephemeral
        await self._answers.to_a_press(respond, answered, in_place=in_place, thread=pressed.thread)

    async def _answered(self, pressed: Pressed, order: Order | None) -> Answered:
        if order is not None:
            return await self._answering.to_order(order, pressed.asker, pressed.on)
        match pressed.press:
            case Press.ASK | Press.BACK | Press.SHARE:
                return await self._answering.to_words(pressed.value, pressed.asker, may_act=False)
            case Press.MORE:
                return await self._more(pressed)
            case Press.ACKNOWLEDGE | Press.SILENCE:
                return Answered(STALE)
            case _:
                assert_never(pressed.press)

    async def _more(self, pressed: Pressed) -> Answered:
        """What the overflow menu offers."""
        found = parse(pressed.value)
        if found is None or found[1] not in tuple(More):
            return Answered(STALE)
        target, word = found
        pointed = await self._answering.pointed_at(target, pressed.asker, pressed.on)
        if not pointed.alerts:
            return Answered(GONE if target.is_group else Answer(f"There is no alert {target} here."))
        return await self._about(More(word), pointed, pressed)

    async def _about(self, more: More, pointed: Pointed, pressed: Pressed) -> Answered:
        match more:
            case More.RAISE:
                return self._answering.how_to_raise(pointed)
            case More.WHY | More.STORY if len(pointed.alerts) > 1:
                return Answered(history_of_several(pointed, PREFIX), is_meant=True)
            case More.WHY | More.STORY:
                return await self._answering.to_history(pointed, pressed.asker, is_why=more is More.WHY)
            case _:
                assert_never(more)


def _known(target: Target) -> Callable[[], Awaitable[Target | None]]:
    """What is found where nothing need be looked for."""

    async def find() -> Target:
        return target

    return find
