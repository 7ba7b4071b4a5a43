"""Whom the bot answers: people of the Slack workspace that its token belongs to, and nobody from elsewhere.

A channel shared by Slack Connect holds people of other companies, and an app may be installed in several workspaces by
mistake. Which channels see what is decided by `scopes`, for people who are let in here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.notify.slack_errors import FAILURES, call

log = structlog.get_logger(__name__)

PATIENCE = timedelta(seconds=2)
"""A command must be acknowledged within three seconds."""
STRANGER = "This bot answers people of its own Slack workspace alone."
UNSURE = "Slack did not say in time which workspace this bot belongs to. Please ask again in a moment."

Next = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Home:
    """The workspace that a token belongs to; with an `enterprise`, all workspaces of that organisation."""

    team: str
    enterprise: str = ""

    def admits(self, context: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
        """Whether the request came from here, and the person who made it belongs here."""
        if self.enterprise:
            return {context.get("enterprise_id"), context.get("actor_enterprise_id")} == {self.enterprise}
        person = body.get("user")
        teams = {context.get("team_id"), context.get("actor_team_id")}
        if isinstance(person, Mapping) and "team_id" in person:
            teams.add(person["team_id"])
        return bool(self.team) and teams == {self.team}


class Doorkeeper:
    """Bolt middleware before every listener, for commands, buttons and events alike."""

    def __init__(self, client: AsyncWebClient, patience: timedelta = PATIENCE) -> None:
        self._client = client
        self._patience = patience.total_seconds()
        self._home: Home | None = None

    async def __call__(self, context: AsyncBoltContext, body: dict[str, Any], next_: Next) -> BoltResponse | None:
        home = await self._known()
        if home is not None and home.admits(context, body):
            await next_()
            return None
        if home is not None:
            log.warning("slack_stranger_refused", team=context.team_id, person_of=context.actor_team_id)
        if "command" not in body:
            # Slack tells of an event once more, and whoever pressed or sent something of its failure.
            return BoltResponse(status=503 if home is None else 200)
        text = UNSURE if home is None else STRANGER
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": text})

    async def _known(self) -> Home | None:
        """Asked once; what fails is asked again at the next request."""
        if self._home is None:
            try:
                async with asyncio.timeout(self._patience):
                    answer = await call(self._client.auth_test)
                self._home = _home_of(answer)
            except FAILURES as failure:
                log.warning("slack_home_unknown", why=type(failure).__name__)
        return self._home


def _home_of(answer: AsyncSlackResponse) -> Home:
    """Of what `auth.test` says. Only an app installed for a whole organisation answers all of it."""
    enterprise = answer.get("enterprise_id") if answer.get("is_enterprise_install") is True else None
    return Home(str(answer.get("team_id") or ""), str(enterprise or ""))
