"""Which workspaces a Slack channel may see.

A channel that a workspace lists sees the workspaces that list it, and only those. Operators' channels see all. Once
any workspace lists channels, every other channel sees nothing: a customer's new channel must not see the others
because somebody forgot it. As long as no workspace lists any, there is nothing to keep apart and everybody sees all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.notify.slack_errors import FAILURES
from bot.rules.model import Configuration, Medium
from bot.service.fleet import Fleet, Scope
from bot.service.ports import Clock

log = structlog.get_logger(__name__)

REMEMBER = timedelta(minutes=10)
"""How long a channel's name is taken as known: channels are renamed, seldom."""
_NAMELESS = {"privategroup", "directmessage", ""}
"""What a slash command says in place of the name of a channel that is not public."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a command was given. `name` has no `#`; "" where it is not known, and then only the id counts."""

    id: str
    name: str = ""

    def is_among(self, addresses: Iterable[str]) -> bool:
        """Whether one of them is this channel's id or `#name`."""
        return any(address == self.id or (self.name and address == f"#{self.name}") for address in addresses)


def scope_of(channel: Channel, fleet: Fleet) -> Scope:
    """The workspaces that may be shown in the channel. A binding counts for more than the operators' list."""
    workspaces = fleet.configuration.workspaces
    if not any(workspace.channels for workspace in workspaces):
        return fleet.everything
    bound = frozenset(workspace.name for workspace in workspaces if channel.is_among(workspace.channels))
    if bound:
        return bound
    return fleet.everything if channel.is_among(operators_channels(fleet.configuration)) else frozenset()


def operators_channels(configuration: Configuration) -> tuple[str, ...]:
    """The Slack channels of the operators' receivers."""
    names = configuration.operators or configuration.default_receivers
    endpoints = [endpoint for name in names for endpoint in configuration.receivers[name].endpoints]
    return tuple(address for end in endpoints if end.medium is Medium.SLACK for address in end.addresses)


def needs_names(configuration: Configuration) -> bool:
    """Whether a channel's name decides anything: some channel is written by name, and channels are kept apart."""
    listed = [address for workspace in configuration.workspaces for address in workspace.channels]
    return bool(listed) and any(address.startswith("#") for address in (*listed, *operators_channels(configuration)))


class ChannelNames:
    """Names of channels. Of a public one Slack says it with each command; of others it has to be asked."""

    def __init__(self, client: AsyncWebClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._known: dict[str, tuple[str, datetime]] = {}

    async def channel(self, id_: str, said: str, configuration: Configuration) -> Channel:
        """The channel with its name, where that matters and can be found out. Never raises for what Slack does."""
        if not needs_names(configuration):
            return Channel(id_)
        return Channel(id_, said if said not in _NAMELESS else await self._asked(id_))

    async def _asked(self, id_: str) -> str:
        """Of direct messages there is nothing to ask. What fails is not remembered."""
        if id_.startswith("D"):
            return ""
        name, since = self._known.get(id_, ("", None))
        if since is not None and self._clock() - since < REMEMBER:
            return name
        try:
            answer = await self._client.conversations_info(channel=id_)
        except FAILURES as failure:
            log.warning("slack_channel_unknown", channel=id_, why=type(failure).__name__)
            return ""
        name = str((answer.get("channel") or {}).get("name") or "")
        self._known[id_] = (name, self._clock())
        return name
