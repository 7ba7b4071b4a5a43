"""Asking Slack: who the token is, what it may do, and whether each channel is there. Nothing is posted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.app.doctor import slack_verdicts as verdicts
from bot.app.doctor.findings import Finding
from bot.app.doctor.slack_verdicts import TELL, Channel
from bot.domain.names import name
from bot.notify.slack_errors import FAILURES, call, code_of, outcome_of
from bot.rules.model import Configuration, Medium
from bot.settings import Settings

PAGES = 10
MOST_CHANNELS = 30
SCOPES = "x-oauth-scopes"
Hear = Callable[[Mapping[str, str]], None]


def channels_of(configuration: Configuration) -> dict[str, list[str]]:
    """Address → the receivers and workspaces that name it."""
    users: defaultdict[str, list[str]] = defaultdict(list)
    for receiver in configuration.receivers.values():
        for endpoint in receiver.endpoints:
            if endpoint.medium is Medium.SLACK:
                for address in endpoint.addresses:
                    users[address].append(f"receiver {receiver.name}")
    for workspace in configuration.workspaces:
        for address in workspace.channels:
            users[address].append(f"workspace {workspace.name}")
    return dict(users)


async def slack_findings(
    client: AsyncWebClient, settings: Settings, configuration: Configuration, hear: Hear
) -> AsyncIterator[Finding]:
    """Never raises for what Slack does. `hear` is given the headers of the first answer, in lower case."""
    try:
        who = await call(client.auth_test)
    except FAILURES as failure:
        yield TELL.problem("bot token", *_refused(failure, ""))
    else:
        hear({key.lower(): str(value) for key, value in who.headers.items()})
        yield TELL.ok("bot token", f"{name(str(who.get('user')))} in {name(str(who.get('team')))}")
        listens = settings.slack_app_token is not None or settings.slack_signing_secret is not None
        for finding in verdicts.scopes(_granted(who), listens=listens):
            yield finding
        async for finding in _channels(client, channels_of(configuration)):
            yield finding
    if settings.slack_app_token is not None:
        yield await _app_token(client, settings.slack_app_token.get_secret_value())
    elif settings.slack_signing_secret is not None:
        yield verdicts.signing_secret(settings.slack_signing_secret.get_secret_value())


async def _app_token(client: AsyncWebClient, token: str) -> Finding:
    """Slack gives an address for Socket Mode, which nobody opens: it lapses by itself."""
    try:
        await call(client.apps_connections_open, app_token=token)
    except FAILURES as failure:
        said, remedy = _refused(failure, "")
        wanted = "SLACK_APP_TOKEN must be an app-level token with the scope connections:write, and Socket Mode be on"
        return TELL.problem("app token", said, wanted if code_of(failure) else remedy)
    return TELL.ok("app token", "Slack gives an address for Socket Mode")


async def _channels(client: AsyncWebClient, users: Mapping[str, Sequence[str]]) -> AsyncIterator[Finding]:
    try:
        listed = await _listed(client) if any(address.startswith("#") for address in users) else []
    except FAILURES as failure:
        yield TELL.warning("channels", *_refused(failure, "by name"))
        listed = None
    for address in list(users)[:MOST_CHANNELS]:
        if address.startswith("#"):
            if listed is not None:
                found = next((one for one in listed if one.name == address[1:]), None)
                yield verdicts.channel(address, users[address], found)
            continue
        yield await _by_id(client, address, users[address])
    if (more := len(users) - MOST_CHANNELS) > 0:
        yield TELL.skipped("channels", f"{more} more were not asked about")


async def _by_id(client: AsyncWebClient, address: str, users: Sequence[str]) -> Finding:
    try:
        answer = await call(client.conversations_info, channel=address)
    except FAILURES as failure:
        if code_of(failure) == "channel_not_found":
            return verdicts.channel(address, users, None)
        return TELL.warning("channel", *_refused(failure, address))
    return verdicts.channel(address, users, _channel(answer.get("channel") or {}))


async def _listed(client: AsyncWebClient) -> list[Channel]:
    """Public channels, and those private ones that the bot is in, where it may see them."""
    try:
        return await _pages(client, "public_channel,private_channel")
    except FAILURES as failure:
        if code_of(failure) != "missing_scope":
            raise
        return await _pages(client, "public_channel")


async def _pages(client: AsyncWebClient, types: str) -> list[Channel]:
    found: list[Channel] = []
    cursor = ""
    for _ in range(PAGES):
        page = await call(client.conversations_list, types=types, limit=1000, cursor=cursor)
        found += [_channel(one) for one in page.get("channels") or ()]
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            break
    return found


def _channel(said: Mapping[str, Any]) -> Channel:
    member = said.get("is_member")
    return Channel(
        str(said.get("id")),
        str(said.get("name") or ""),
        member if isinstance(member, bool) else None,
        bool(said.get("is_archived")),
    )


def _granted(answer: AsyncSlackResponse) -> set[str] | None:
    header = next((str(value) for key, value in answer.headers.items() if key.lower() == SCOPES), None)
    return None if header is None else {scope.strip() for scope in header.split(",") if scope.strip()}


def _refused(failure: BaseException, channel: str) -> tuple[str, str]:
    """What was refused, and the remedy: `outcome_of` says both in one sentence."""
    why = outcome_of(failure, channel).why if isinstance(failure, Exception) else type(failure).__name__
    said, _, remedy = why.partition(": ")
    return said, (remedy[:1].upper() + remedy[1:]) or "Check SLACK_API_URL and the network, then try again"
