"""The picture that a message in Slack shows: when it is drawn anew, and which file it is."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.alerts.model import Kind
from bot.notify.slack_codes import OPERATOR, PASSING
from bot.notify.slack_errors import FAILURES, code_of
from bot.notify.slack_files import Files, Sleep
from bot.service.ports import Clock, Picture, Pictures
from bot.service.views import AlertView, Notification

AT_MOST_EVERY = timedelta(hours=1)
"""A message whose alerts are as they were is given a new file that seldom."""
WITHIN = timedelta(seconds=20)
AT_ONCE = 4
"""So many charts are read and drawn at once: of a hundred messages that want one the others wait, or come again."""
SHUT_FOR = timedelta(hours=1)
"""So long no file is tried after Slack has refused one for want of a scope or the like."""
MUCH = 20
"""A value that has moved by one part in so many of its limit has moved by much."""
_NOT_YET = {"file_not_found"}
"""Codes of a file that Slack has been given a moment ago."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A file and what is in it: the picture's digest and words, how the alerts stood (`mark`), and when it was uploaded
    (seconds since 1970). One that Slack has not taken in yet is not `ready`, and not shown."""

    file: str
    digest: str
    mark: str
    alt: str
    at: int
    ready: bool = False

    @classmethod
    def parse(cls, found: object) -> Shown | None:
        """Of a group's ref; None of what is not ours."""
        try:
            said: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
            file, digest, mark, alt = (str(said[name]) for name in ("file", "digest", "mark", "alt"))
            return cls(file, digest, mark, alt, int(said["at"]), bool(said["ready"]))
        except (KeyError, TypeError, ValueError):
            return None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Hung:
    """What a message is to show; `again`: it may work later."""

    shown: Shown | None
    again: bool = False


class Gallery:
    """Pictures for messages. What goes wrong is logged, and costs a message no more than its picture."""

    def __init__(self, client: AsyncWebClient, pictures: Pictures, clock: Clock, sleep: Sleep) -> None:
        self._files = Files(client, sleep)
        self._pictures = pictures
        self._clock = clock
        self._shut_until = 0.0
        self._turn = asyncio.Semaphore(AT_ONCE)

    def wants(self, notification: Notification) -> bool:
        """Whether there may be something to show."""
        if notification.is_test or self._clock().timestamp() < self._shut_until:
            return False
        if notification.digest is not None:
            return notification.digest.chart is not None
        return any(alert.kind is not Kind.SELF for alert in notification.alerts)

    async def hang(self, notification: Notification, before: Shown | None) -> Hung:
        """The picture of how things stand, uploaded where it is not what the message shows already."""
        if not self.wants(notification):
            return Hung(before)
        try:
            async with asyncio.timeout(WITHIN.total_seconds()):
                async with self._turn:
                    picture = await self._pictures.of(notification)
                return await self._hung(notification, picture, before) if picture is not None else Hung(None)
        except FAILURES as failure:
            return self._failed(notification, failure, before)
        except Exception:  # noqa: BLE001 - no picture is worth more than the words that it goes with
            # Else the edit would be tried for a day, and whatever its message has to say would wait behind it.
            _log.exception("slack.picture_failed", group=notification.group)
            return Hung(before)

    async def _hung(self, notification: Notification, picture: Picture, before: Shown | None) -> Hung:
        mark, now = mark_of(notification.alerts), int(self._clock().timestamp())
        shown = before
        if before is None or not _will_do(before, picture, mark, now):
            file = await self._files.upload(picture)
            shown = Shown(file, picture.digest, mark, picture.alt, now)
        assert shown is not None  # noqa: S101 - it is what was before, or new
        if shown.ready:
            return Hung(shown)
        try:
            shown = replace(shown, ready=await self._files.is_ready(shown.file))
        except FAILURES as failure:
            # One that was uploaded is looked for again, and not uploaded again.
            return self._failed(notification, failure, shown if _passes(failure) else before)
        if not shown.ready:
            _log.warning("slack.picture_not_ready", group=notification.group)
        return Hung(shown, again=not shown.ready)

    def _failed(self, notification: Notification, failure: Exception, before: Shown | None) -> Hung:
        """What Slack refuses for a reason that is not known is not asked for again for this message."""
        code = code_of(failure)
        if code in OPERATOR:
            self._shut_until = self._clock().timestamp() + SHUT_FOR.total_seconds()
            remedy = OPERATOR[code].format(needed="files:write, files:read")
            _log.warning("slack.pictures_refused", code=code, remedy=remedy)
            return Hung(before)
        _log.warning("slack.picture_not_uploaded", group=notification.group, why=code or type(failure).__name__)
        return Hung(before, again=_passes(failure) or code in _NOT_YET)


def _passes(failure: Exception) -> bool:
    code = code_of(failure)
    return not code or code in PASSING


def _will_do(before: Shown, picture: Picture, mark: str, now: int) -> bool:
    """Whether what is there already says it, or was new not long ago."""
    is_young = 0 <= now - before.at < AT_MOST_EVERY.total_seconds()
    return before.digest == picture.digest or (before.mark == mark and is_young)


def mark_of(alerts: tuple[AlertView, ...]) -> str:
    """Changes where an alert's state, step or severity does, or its value by much."""
    said = [(one.id, one.state, one.step, one.severity, _part(one)) for one in alerts]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:12]


def _part(alert: AlertView) -> int:
    return alert.value * MUCH // alert.limit if alert.limit > 0 else 0
