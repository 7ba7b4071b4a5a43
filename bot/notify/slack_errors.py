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
from bot.notify.slack_codes import OF_THE_TOKEN, Meaning, meaning_of, remedy_of
from bot.service.ports import Rejected, TryAgain

FAILURES = (SlackClientError, aiohttp.ClientError, TimeoutError, OSError)
"""Everything a call of the web client raises for what the other side, or the way to it, does."""

WHERE_NOT_SAID = timedelta(seconds=5)
"""How long a channel is left alone that asks for fewer requests and does not say for how long."""
MESSAGE_LOST = {
    "message_not_found": "The earlier message was deleted; this one takes its place.",
    "cant_update_message": "The earlier message cannot be edited any more; this one takes its place.",
    "edit_window_closed": "The earlier message cannot be edited any more; this one takes its place.",
}
"""Codes of `chat.update` whose remedy is a new message, and what that one says."""

THREAD_REFUSED = {
    "cannot_reply_to_message",
    "cant_broadcast_message",
    "restricted_action_non_threadable_channel",
    "restricted_action_thread_locked",
}
"""Codes of a reply that a message of its own does not meet."""

BLOCKS_REFUSED = {"invalid_attachments", "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}
"""Codes that a simpler message may not meet."""

_CODE = re.compile(r"[a-z0-9_]{1,64}")
_SCOPES = re.compile(r"[a-z:._, ]{1,200}")
"""Neither can be a token, whose parts are joined by hyphens."""


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
        return TryAgain("Slack asks for fewer requests (429)", _retry_after(response) or WHERE_NOT_SAID)
    if status >= 500:
        return TryAgain(f"Slack has a problem ({code or status})")
    if not code:
        return TryAgain(f"something that is not Slack's API answered ({status})")
    return _meant(failure, code, channel)


def may_do_without_picture(failure: SlackApiError, channel: str) -> bool:
    """Whether Slack may take the same message without its picture: what it refuses for good, or for a reason that is
    not known here, unless that is the token's or the message is lost."""
    outcome, code = outcome_of(failure, channel), code_of(failure)
    is_passing = isinstance(outcome, TryAgain) and not outcome.needs_operator
    return not is_passing and code not in OF_THE_TOKEN and code not in MESSAGE_LOST


def _meant(failure: SlackApiError, code: str, channel: str) -> TryAgain | Rejected:
    match meaning_of(code):
        case Meaning.PASSING:
            return TryAgain(f"Slack has a problem ({code})")
        case Meaning.PERMANENT:
            return Rejected(_reason(failure, code, name(channel)))
        case Meaning.OPERATOR:
            return TryAgain(_reason(failure, code, name(channel)), needs_operator=True)


def _reason(failure: SlackApiError, code: str, channel: str) -> str:
    answer = _answer(failure)
    said = str(answer.get("needed") or "") if answer is not None else ""
    needed = said if _SCOPES.fullmatch(said) else "named by Slack"
    return f"Slack refuses ({code}): {remedy_of(code).format(channel=channel, needed=needed)}"


def _answer(failure: BaseException) -> AsyncSlackResponse | None:
    response = getattr(failure, "response", None)
    is_json = isinstance(response, AsyncSlackResponse) and isinstance(response.data, dict)
    return response if is_json else None


def _retry_after(response: object) -> timedelta | None:
    headers = getattr(response, "headers", {})
    wish = next((value for key, value in headers.items() if key.lower() == "retry-after"), "")
    return timedelta(seconds=int(wish)) if wish.isdecimal() and len(wish) < 6 else None
