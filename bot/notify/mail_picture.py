"""The chart of a mail: drawn before it is sent, for a little while."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.message import EmailMessage

import structlog

from bot.service.ports import Picture, Pictures
from bot.service.views import Notification

WITHIN = timedelta(seconds=3)
"""A mail cannot be added to: without a picture by then it goes without."""
FILE = "usage.png"
_log = structlog.get_logger(__name__)


async def picture_of(pictures: Pictures | None, notification: Notification) -> Picture | None:
    if pictures is None or notification.is_test:
        return None
    try:
        async with asyncio.timeout(WITHIN.total_seconds()):
            return await pictures.of(notification)
    except TimeoutError:
        _log.warning("email.picture_late", group=notification.group)
        return None


def attach(message: EmailMessage, picture: Picture, content_id: str, boundary: str) -> None:
    """Put the picture beside the HTML of the message, its last part, which shows it by `content_id` ("a@b"). It is no
    attachment to people."""
    page = message.get_payload(-1)
    assert isinstance(page, EmailMessage)  # noqa: S101 - as it was made
    page.add_related(
        picture.png, maintype="image", subtype="png", cid=f"<{content_id}>", filename=FILE, disposition="inline"
    )
    page.set_boundary(boundary)
