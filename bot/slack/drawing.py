"""Answers as Slack's blocks, as rich as this Slack workspace takes them."""

from __future__ import annotations

import re
from typing import Any

import structlog

from bot.notify.answer_blocks import Asked, Block, has_native, message
from bot.notify.slack_errors import BLOCKS_REFUSED
from bot.slack.picturing import AnswerPictures
from bot.slack.turns import Answered

log = structlog.get_logger(__name__)

_MANNER = re.compile(r"(?:\s+|^)(?:public|page\s+\d{1,9})\s*$", re.IGNORECASE)
"""What is said of the manner of an answer, and is no part of the question."""


class Drawing:
    """Draws with Slack's own tables until they are refused once; from then on, in this process, without."""

    def __init__(self, pictures: AnswerPictures | None = None) -> None:
        self._pictures = pictures
        self._has_tables = True

    async def image(self, answered: Answered) -> Block | None:
        """The block that shows the chart; None where there is none to show. It takes its time: after the words."""
        if self._pictures is None or answered.page > 1:
            return None
        return await self._pictures.image(answered.answer)

    def of(self, answered: Answered, *, public: bool, image: Block | None = None) -> dict[str, Any]:
        """`text` and `blocks`. With `public` all of the channel are to see it."""
        asked = Asked(question_of(answered.words), answered.page, public)
        drawn = message(answered.answer, asked, native=self._has_tables, image=image)
        if answered.code:
            code = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": answered.code}]}
            drawn["blocks"] = [*drawn["blocks"], {"type": "rich_text", "elements": [code]}]
        return drawn

    def is_simpler_now(self, answered: Answered, refusal: str) -> bool:
        """Whether it is worth drawing anew, since `refusal`, what Slack says, may be of its own tables."""
        if not self._has_tables or refusal not in BLOCKS_REFUSED or not has_native(answered.answer):
            return False
        log.warning("slack_tables_refused", why=refusal)
        self._has_tables = False
        return True


def question_of(text: str) -> str:
    """The words that ask for the same again."""
    words = text.strip()
    while words != (words := _MANNER.sub("", words)):
        pass
    return words
