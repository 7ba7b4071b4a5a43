"""Pictures of answers: drawn, taken to Slack, and shown when the words have long been there."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Protocol

import structlog

from bot.notify.blocks import Image, image_block
from bot.notify.slack_errors import FAILURES, code_of
from bot.service.answers import Answer
from bot.service.ports import Picture, Pictures

log = structlog.get_logger(__name__)

WITHIN = timedelta(seconds=15)
"""For drawing, uploading, and until Slack has taken it in. Whoever asked has the words, and reads them."""


class Uploads(Protocol):
    """Takes pictures to Slack, where nobody sees them but where a message shows them. Raises what is in `FAILURES`."""

    async def upload(self, picture: Picture) -> str:
        """The file's id."""

    async def is_ready(self, file: str) -> bool:
        """Whether a message can show it; waits for that, within bounds."""


class AnswerPictures:
    """Makes the block that shows an answer's chart. What goes wrong is logged, and the answer stays without."""

    def __init__(self, pictures: Pictures, uploads: Uploads, within: timedelta = WITHIN) -> None:
        self._pictures = pictures
        self._uploads = uploads
        self._within = within.total_seconds()

    async def image(self, answer: Answer) -> dict[str, Any] | None:
        """A block for `answer_blocks.message`; None of an answer without a chart, or where it cannot be shown."""
        if answer.chart is None:
            return None
        try:
            async with asyncio.timeout(self._within):
                picture = await self._pictures.drawn(answer.chart)
                return await self._uploaded(picture) if picture is not None else None
        except FAILURES as failure:
            log.warning("usage_picture_failed", why=code_of(failure) or type(failure).__name__)
        return None

    async def _uploaded(self, picture: Picture) -> dict[str, Any] | None:
        file = await self._uploads.upload(picture)
        if not await self._uploads.is_ready(file):
            log.warning("usage_picture_failed", why="Slack has not taken the file in")
            return None
        return image_block(Image(file, picture.alt))
