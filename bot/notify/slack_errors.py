"""What a failed call of Slack's means for a delivery, and what an operator can do about it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.names import name
from bot.service.ports import Rejected, TryAgain

FAILURES = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError)
"""Everything a call of the web client raises for what the other side, or the way to it, does."""

TOKEN_REMEDY = "install the app again and set SLACK_BOT_TOKEN to its bot token"  # noqa: S105 - names a setting
MESSAGE_LOST = {
    "message_not_found": "The earlier message was deleted; this one takes its place.",
    "cant_update_message": "The earlier message cannot be edited any more; this one takes its place.",
    "edit_window_closed": "The earlier message cannot be edited any more; this one takes its place.",
}
"""Codes of `chat.update` whose remedy is a new message, and what that one says."""

BLOCKS_REFUSED = {"invalid_attachments", "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}
"""Codes that a simpler message may not meet."""

_CODE = re.compile(r"[a-z0-9_]{1,64}")
_SCOPES = re.compile(r"[a-z:._, ]{1,200}")
"""Neither can be a token, whose parts are joined by hyphens."""

_PASSING = {
    "fatal_error",
    "internal_error",
    "rate_limited",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
    # The thread's message went away between the edit and the reply: the next attempt finds that out and posts anew.
    "message_not_found",
    "thread_not_found",
}
_REMEDIES = {
    "account_inactive": f"the token's app or user is gone: {TOKEN_REMEDY}",
    "app_missing_action_url": "set the app's interactivity request URL",
    "cant_update_message": "the message belongs to another app",
    "channel_not_found": "the bot sees no channel {channel}: correct the receiver, or if it is private invite the bot: "
    "/invite @usagebot",
    "edit_window_closed": "the workspace forbids editing messages that old",
    "ekm_access_denied": "an administrator suspended posting in this channel",
    "invalid_auth": f"the token is not valid: {TOKEN_REMEDY}",
    "invalid_blocks": "please report this message as a bug",
    "is_archived": "the channel {channel} is archived: unarchive it or correct the receiver",
    "missing_scope": "add the scope {needed} to the app and install it again",
    "msg_too_long": "please report this message as a bug",
    "no_permission": "the app may not post in {channel}: ask an administrator",
    "not_allowed_token_type": f"it is a token of the wrong type: {TOKEN_REMEDY}",
    "not_authed": f"no token was sent: {TOKEN_REMEDY}",
    "not_in_channel": "invite the bot to {channel}: /invite @usagebot",
    "restricted_action": "the workspace restricts who posts in {channel}: ask an administrator",
    "restricted_action_read_only_channel": "{channel} is read-only: ask an administrator",
    "token_expired": f"the token has expired: {TOKEN_REMEDY}",
    "token_revoked": f"the token was revoked: {TOKEN_REMEDY}",
}


class ForeignAnswerError(SlackClientError):
    """What answered is not Slack's API: a proxy's page, most likely."""


async def call(method: Callable[..., Awaitable[AsyncSlackResponse]], **arguments: Any) -> AsyncSlackResponse:
    """Call a method of the web client. Raises only what is in `FAILURES`."""
    try:
        return await method(**arguments)
    except (AttributeError, ValueError):
        # The SDK stumbles over a body that is text, or JSON but no object, and no 5xx.
        raise ForeignAnswerError from None


def code_of(failure: BaseException) -> str:
    """Slack's error code, or "" where there is none, or none that is fit to be kept: what a proxy says in its place
    may repeat the request, and the token with it."""
    answer = _answer(failure)
    code = str(answer.get("error") or "") if answer is not None else ""
    return code if _CODE.fullmatch(code) else ""


def outcome_of(failure: Exception, channel: str) -> TryAgain | Rejected:
    """Whether it is worth another attempt. The words never hold a token: they are ours and Slack's code alone."""
    response = failure.response if isinstance(failure, SlackApiError) else None
    status = int(getattr(response, "status_code", getattr(response, "status", 200)))
    code = code_of(failure)
    if isinstance(failure, ForeignAnswerError):
        return TryAgain("something that is not Slack's API answered")
    if not isinstance(failure, SlackApiError):
        return TryAgain(f"Slack cannot be reached ({type(failure).__name__})")
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return TryAgain("Slack asks for fewer requests (429)", _retry_after(response))
    if status >= 500 or code in _PASSING:
        return TryAgain(f"Slack has a problem ({code or status})")
    if not code:
        return TryAgain(f"something that is not Slack's API answered ({status})")
    return Rejected(_reason(failure, code, name(channel)))


def _reason(failure: SlackApiError, code: str, channel: str) -> str:
    answer = _answer(failure)
    said = str(answer.get("needed") or "") if answer is not None else ""
    needed = said if _SCOPES.fullmatch(said) else "named by Slack"
    remedy = _REMEDIES.get(code, "see this code in Slack's documentation").format(channel=channel, needed=needed)
    return f"Slack refuses ({code}): {remedy}"


def _answer(failure: BaseException) -> AsyncSlackResponse | None:
    response = getattr(failure, "response", None)
    is_json = isinstance(response, AsyncSlackResponse) and isinstance(response.data, dict)
    return response if is_json else None


def _retry_after(response: object) -> timedelta | None:
    headers = getattr(response, "headers", {})
    wish = next((value for key, value in headers.items() if key.lower() == "retry-after"), "")
    return timedelta(seconds=int(wish)) if wish.isdecimal() and len(wish) < 6 else None
