"""Silences by a window: opened from a menu or a message, checked as it is sent, carried out like any other order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

import structlog

from bot.alerts.model import Kind
from bot.notify.buttons import Target
from bot.service.answers import Answer
from bot.service.commands import Mistake
from bot.service.orders import SetSilence
from bot.service.queries.pointed import Pointed
from bot.slack.answering import Answering, Asker
from bot.slack.objections import Errors, of_a_mistake, of_an_objection, of_nothing_meant
from bot.slack.pressed import asker_in, matching_of, shown_at
from bot.slack.seals import Origin, Seal
from bot.slack.silence_form import TITLE, Written, form, written_in
from bot.slack.turns import Answered, Turns
from bot.slack.windows import View, Windows, showing, waiting

log = structlog.get_logger(__name__)

CHECK_WITHIN = 1.5
"""Seconds of Slack's three in which what is wrong is said at its field; later it is said in place of the window."""
OLD = Answer("This window cannot be used any more.", notes=("Nothing was done. Open it again, please.",))
GONE = Answer("What this is about is not known any more.", notes=("The words /usage alerts list what is open.",))

AfterHome = Callable[[Asker], Awaitable[None]]


class Ack(Protocol):
    async def __call__(
        self,
        *,
        response_action: str | None = None,
        view: View | None = None,
        errors: Errors | None = None,
    ) -> object: ...  # pragma: no cover


class Silencing:
    """The window "Silence alerts"."""

    def __init__(self, answering: Answering, turns: Turns, windows: Windows, seal: Seal, after_home: AfterHome) -> None:
        self._answering = answering
        self._turns = turns
        self._windows = windows
        self._seal = seal
        self._after_home = after_home

    async def open(
        self, asker: Asker, trigger: str, ts: str, find: Callable[[], Awaitable[Target | None]], missing: Answer = GONE
    ) -> None:
        """Open it about what `find` finds, pressed on the message `ts`; or say that it is `missing`."""
        with self._turns.under_way():
            id_ = await self._windows.open(trigger, TITLE)
            if id_ is not None:
                await self._fill(id_, asker, ts, find, missing)

    async def _fill(
        self, id_: str, asker: Asker, ts: str, find: Callable[[], Awaitable[Target | None]], missing: Answer
    ) -> None:
        async def view() -> View:
            target = await find()
            return showing(TITLE, missing) if target is None else await self._filled(asker, ts, target)

        found = await self._turns.answered(view, asker.channel, is_order=False)
        await self._windows.show(id_, showing(TITLE, found.answer) if isinstance(found, Answered) else found)

    async def _filled(self, asker: Asker, ts: str, target: Target) -> View:
        refusal = await self._answering.permission.refusal(asker.by)
        if refusal is not None:
            return showing(TITLE, refusal)
        scope = await self._answering.scope(asker)
        pointed = await self._answering.pointed_at(target, asker, shown_at(asker.channel, ts))
        if not pointed.alerts:
            return showing(TITLE, GONE)
        # What can be seen for the sake of the message alone, or is no site's, can be silenced as it is, and no more.
        is_fixed = not pointed.scope <= scope or any(one.view.kind is Kind.SELF for one in pointed.alerts)
        sealed = self._seal.sealed(Origin(asker.channel, ts, target, is_fixed), asker.by.id)
        matching = None if is_fixed else pointed.matching
        return form(matching, _about(pointed), has_workspaces=len(scope) > 1, metadata=sealed)

    async def submitted(self, ack: Ack, body: Mapping[str, Any]) -> None:
        """Somebody sends it."""
        view = body.get("view") or {}
        asker = asker_in(body)
        origin = self._seal.opened(str(view.get("private_metadata") or ""), asker.by.id)
        if origin is None:
            log.warning("slack_view_unsealed", user=asker.by.id)
            await ack(response_action="update", view=showing(TITLE, OLD))
            return
        asker, written = replace(asker, channel=origin.channel), written_in(view)
        with self._turns.under_way():
            errors = await self._errors(written, origin, asker)
            if errors:
                await ack(response_action="errors", errors=errors)
                return
            await ack(response_action="update", view=waiting(TITLE))
            await self._carry_out(written, origin, asker, str(view.get("id") or ""))

    async def _errors(self, written: Written, origin: Origin, asker: Asker) -> Errors:
        """What can be said in time, at the field that it is about."""
        if isinstance(written.term, Mistake):
            return of_a_mistake(written.term)
        if written.matching is None or origin.is_fixed:
            return {}
        if not written.names_anything:
            return of_nothing_meant()
        order = SetSilence(written.matching, written.term, written.reason)
        try:
            async with asyncio.timeout(CHECK_WITHIN):
                objection = await self._answering.objection(order, asker)
        except TimeoutError:
            return {}
        return of_an_objection(objection) if objection is not None else {}

    async def _carry_out(self, written: Written, origin: Origin, asker: Asker, view: str) -> None:
        assert not isinstance(written.term, Mistake)  # noqa: S101 - it was sent back
        is_fixed = written.matching is None or origin.is_fixed
        if is_fixed and origin.target is None:
            await self._windows.show(view, showing(TITLE, OLD))
            return
        matching = matching_of(origin.target) if is_fixed and origin.target else written.matching
        assert matching is not None  # noqa: S101 - one of the two is there
        order = SetSilence(matching, written.term, written.reason)
        on = shown_at(origin.channel, origin.ts) if is_fixed else None
        answered = await self._turns.answered(
            lambda: self._answering.to_order(order, asker, on), asker.channel, is_order=True
        )
        await self._windows.show(view, showing(TITLE, answered.answer))
        if not asker.channel:
            await self._after_home(asker)


def _about(pointed: Pointed) -> str:
    """What was pointed at, in a line."""
    first = pointed.alerts[0]
    name = first.label or first.view.site or "usagebot"
    if len(pointed.alerts) == 1:
        return f"{first.view.id}: {name}, rule {first.view.rule}"
    return f"{len(pointed.alerts)} alerts of {', '.join(pointed.rules)}"
