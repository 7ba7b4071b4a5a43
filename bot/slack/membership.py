"""What a person may see outside of any channel: what the channels may see that the person is a member of."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.notify.slack_errors import FAILURES, call, code_of
from bot.notify.slack_posts import Channels
from bot.rules.model import Configuration
from bot.service.fleet import Fleet, Scope
from bot.service.ports import Clock
from bot.slack.scopes import Channel, ChannelNames, operators_channels, scope_of

log = structlog.get_logger(__name__)

REMEMBER = timedelta(minutes=5)
PAGES = 20
PAGE = 1000
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Crowd:
    """The members of a channel, as they were at `at`."""

    channel: Channel
    members: frozenset[str]
    at: datetime


class Membership:
    """Asks Slack who is in the channels that the rules name; what is not found out counts for nothing."""

    def __init__(self, client: AsyncWebClient, names: ChannelNames, clock: Clock) -> None:
        self._client = client
        self._names = names
        self._clock = clock
        self._known: dict[str, Crowd] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def scope(self, person: str, fleet: Fleet) -> Scope:
        """Everything where nothing is kept apart; else the workspaces of the channels that the person is in."""
        configuration = fleet.configuration
        if not any(workspace.channels for workspace in configuration.workspaces):
            return fleet.everything
        crowds = await self._crowds(configuration)
        scopes = [scope_of(crowd.channel, fleet) for crowd in crowds if person in crowd.members]
        return frozenset[str]().union(*scopes)

    async def _crowds(self, configuration: Configuration) -> Iterable[Crowd]:
        addresses = {address for workspace in configuration.workspaces for address in workspace.channels}
        addresses.update(operators_channels(configuration))
        channels = Channels(self._client)
        found = [self._crowd(address, channels, configuration) for address in sorted(addresses)]
        return [crowd for crowd in await asyncio.gather(*found) if crowd is not None]

    async def _crowd(self, address: str, channels: Channels, configuration: Configuration) -> Crowd | None:
        known = self._known.get(address)
        if known is not None and self._clock() - known.at < REMEMBER:
            return known
        try:
            async with self._slots:
                crowd = await self._asked(address, channels, configuration)
        except FAILURES as failure:
            log.warning("slack_members_unknown", channel=address, why=code_of(failure) or type(failure).__name__)
            return None
        self._known[address] = crowd
        return crowd

    async def _asked(self, address: str, channels: Channels, configuration: Configuration) -> Crowd:
        """By what the channel is called now: who renamed it took it out of the rules. Of one that is not there, which
        it takes all pages of all channels to know, nobody is a member."""
        id_ = await channels.id_of(address)
        if id_ is None:
            return Crowd(Channel(""), frozenset(), self._clock())
        channel = await self._names.channel(id_, "", configuration)
        return Crowd(channel, frozenset(await self._members(id_)), self._clock())

    async def _members(self, channel: str) -> list[str]:
        members: list[str] = []
        cursor = ""
        for _ in range(PAGES):
            answer = await call(self._client.conversations_members, channel=channel, limit=PAGE, cursor=cursor)
            members += map(str, answer.get("members") or ())
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        return members


class Scopes:
    """Which workspaces may be shown where somebody asks."""

    def __init__(self, names: ChannelNames, membership: Membership) -> None:
        self._names = names
        self._membership = membership

    async def of(self, channel: str, said: str, person: str, fleet: Fleet) -> Scope:
        """Of a channel by its id, whose name Slack `said` or did not; "" is the person's own Home tab."""
        if not channel:
            return await self._membership.scope(person, fleet)
        return scope_of(await self._names.channel(channel, said, fleet.configuration), fleet)
