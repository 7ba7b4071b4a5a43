"""What a request to the simulated API asks for, read as strictly as the API's description is written."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from multidict import MultiMapping

from bot.demo.shapes import STEP
from bot.domain.times import Slot, floor, to_slot

_DOCS = "https://docs.altostrat.io/errors/"
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?")
_LONGEST_INTERVAL = 31 * 24 * 60
_DEFAULT_SPAN = timedelta(hours=4)


class RefusedError(Exception):
    """The request is answered with an error: `status`, `headers`, and as `body` the envelope of the description."""

    def __init__(self, status: int, code: str, message: str, *, kind: str = "invalid_request_error") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers: Mapping[str, str] = {}
        self.body = {"type": kind, "code": code, "message": message, "doc_url": _DOCS + code}


def not_found() -> RefusedError:
    return RefusedError(404, "resource_missing", "No such resource.")


def unauthenticated(*, bare: bool) -> RefusedError:
    """401; `bare` gives the other body that the API is known for."""
    message = "The request lacks valid authentication credentials."
    error = RefusedError(401, "token_invalid", message, kind="authentication_error")
    error.body = {"message": "Unauthenticated."} if bare else error.body
    return error


def over_budget(headers: Mapping[str, str]) -> RefusedError:
    error = RefusedError(429, "rate_limit_exceeded", "Too many requests.", kind="rate_limit_error")
    error.headers = headers
    return error


@dataclass(frozen=True, slots=True)
class Question:
    """Rows asked for: buckets of `interval` seconds that overlap `[start, end)`; of every site if none is named."""

    start: datetime
    end: datetime
    interval: int
    site_ids: tuple[str, ...]

    @property
    def first(self) -> Slot:
        """The first bucket: the one that holds the start, whole."""
        return floor(to_slot(self.start), self.interval)


def read_question(query: MultiMapping[str], now: datetime, zone: tzinfo, longest: timedelta | None) -> Question:
    """Read the parameters of the usage request; times that name no zone are in `zone`.

    Raises RefusedError (400) for a time that is none, an end that is not after its start, a window longer than
    `longest`, an interval that is not a positive multiple of five minutes (to 31 days), and an id that is no UUID.
    """
    start = _instant(query, "start_time", zone) or now - _DEFAULT_SPAN
    end = _instant(query, "end_time", zone) or now
    if end <= start:
        raise RefusedError(400, "parameter_invalid", "The end_time must be a date after start_time.")
    if longest is not None and end - start > longest:
        raise RefusedError(400, "parameter_invalid", f"The window must not be longer than {longest}.")
    return Question(start, end, _interval(query), _site_ids(query.getall("site_ids[]", ())))


def _instant(query: MultiMapping[str], name: str, zone: tzinfo) -> datetime | None:
    text = query.get(name)
    if text is None:
        return None
    error = RefusedError(400, "parameter_invalid", f"The {name} is not a valid date.")
    if not _ISO.fullmatch(text):
        raise error
    try:
        instant = datetime.fromisoformat(text)
        instant = instant if instant.tzinfo else instant.replace(tzinfo=zone)
        to_slot(instant)
    except (ValueError, OverflowError):
        raise error from None
    else:
        return instant


def _interval(query: MultiMapping[str]) -> int:
    text = query.get("bucket_interval_minutes", "5")
    minutes = int(text) if re.fullmatch(r"[0-9]{1,6}", text) else 0
    if not 0 < minutes <= _LONGEST_INTERVAL or minutes * 60 % STEP:
        message = "The bucket_interval_minutes must be a positive multiple of 5."
        raise RefusedError(400, "parameter_invalid", message)
    return minutes * 60


def _site_ids(texts: Sequence[str]) -> tuple[str, ...]:
    """Canonical and each once: a site that is named twice is not counted twice."""
    return tuple(dict.fromkeys(map(read_site_id, texts)))


def read_site_id(text: str) -> str:
    """A UUID in its usual form, in lower case. Raises RefusedError (400) for anything else."""
    try:
        parsed = str(uuid.UUID(text))
    except ValueError:
        parsed = None
    # The uuid module also reads braces, URNs and bare digits.
    if parsed is None or parsed != text.lower():
        raise RefusedError(400, "parameter_invalid", "The provided 'siteId' is not a valid UUID.")
    return parsed
