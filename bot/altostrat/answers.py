"""What a response means: every status and every body has its place among the outcomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from bot.altostrat.bodies import Foreign, decode
from bot.service.ports import Declined, Unauthorized, Unavailable

Quoted = Callable[[str], str]
"""Makes other people's text fit to be shown: `Tokens.quoted`."""

_REMEDIES = {
    403: "the token lacks the permission",
    404: "check the site's id, the base URL and the path",
}
_MAY_PASS = frozenset({408, 425, 429})
_SECONDS = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)


def failure(status: int, location: str, body: bytes, quoted: Quoted) -> Unavailable | Declined | Unauthorized:
    """The outcome of any response whose status is not 200."""
    what = f"{status} {_phrase(status)}".strip()
    said = _message(body, quoted)
    why = f"{what}: {said}" if said else what
    if status == HTTPStatus.UNAUTHORIZED:
        return Unauthorized(why)
    if status in _MAY_PASS or status >= 500 or status < 300:
        return Unavailable(why)
    if status < 400:
        target = quoted(location.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0])
        return Declined(f"{what}: the API sends us on to {target or 'nowhere'}; check the base URL", status)
    remedy = _REMEDIES.get(status)
    return Declined(f"{why} ({remedy})" if remedy else why, status)


def rows_of(body: bytes) -> list[object] | Foreign:
    """The JSON array that a body must be."""
    value = decode(body)
    if isinstance(value, list | Foreign):
        return value
    if isinstance(value, dict):
        keys = ", ".join(key for key in sorted(map(str, value))[:5] if key.isascii() and key.isidentifier())
        return Foreign(f"an object came instead of a list of rows (its keys: {keys or 'none'})", may_pass=False)
    return Foreign("the body is JSON, but not a list of rows", may_pass=False)


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """How long the API asks us to wait; None where it does not say, or says what nobody can read."""
    if header is None:
        return None
    if _SECONDS.fullmatch(header.strip()):
        return timedelta(seconds=float(header))
    try:
        date = parsedate_to_datetime(header)
        # "-0000" is parsed as naive, and means UTC.
        wait = (date if date.tzinfo else date.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
    return max(wait, timedelta())


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """What a response says that the time is; None where it does not, or nobody can read it."""
    try:
        said = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return said if said.tzinfo else said.replace(tzinfo=UTC)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _message(body: bytes, quoted: Quoted) -> str:
    """`parameter_invalid: …` of `{type, code, message, doc_url}`, the text of `{"message": …}`, or the title and
    detail of a gateway's problem (RFC 9457)."""
    value = decode(body)
    if not isinstance(value, dict):
        return ""
    parts = [value.get(key) for key in ("code", "message", "title", "detail")]
    return quoted(": ".join(part for part in parts if isinstance(part, str) and part))
