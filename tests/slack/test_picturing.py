"""An answer's chart, from its values to the block that shows it; and what goes wrong on the way costs the picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from slack_sdk.errors import SlackApiError
from structlog.testing import capture_logs

from bot.notify.answer_blocks import message
from bot.service.answers import Answer
from bot.service.charts.model import Ranking, Scale
from bot.service.ports import Picture
from bot.slack.picturing import AnswerPictures
from tests.fakes.easel import Easel
from tests.fakes.slack_limits import refusal
from tests.fakes.slack_view import seen

CHARTED = Answer("Largest sites", facts=(("Fleet", "3 TB"),), chart=Ranking("Largest", Scale.BYTES, ()))


@dataclass
class Shelf:
    """Takes files in, or fails, or never has them ready."""

    failure: Exception | None = None
    ready: bool = True
    files: list[bytes] = field(default_factory=list)

    async def upload(self, picture: Picture) -> str:
        if self.failure is not None:
            raise self.failure
        self.files.append(picture.png)
        return f"F{len(self.files)}"

    async def is_ready(self, file: str) -> bool:
        assert file
        return self.ready


async def test_a_chart_becomes_a_block_that_the_answer_shows() -> None:
    image = await AnswerPictures(Easel(), Shelf()).image(CHARTED)
    assert image == {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A chart of 3 sites"}
    drawn = message(CHARTED, image=image)
    assert seen(drawn).splitlines() == ["Largest sites", "Fleet: 3 TB", "(image: A chart of 3 sites)"]
    assert refusal(drawn) is None


async def test_an_answer_without_a_chart_draws_nothing() -> None:
    shelf = Shelf()
    assert await AnswerPictures(Easel(), shelf).image(Answer("Words")) is None
    assert shelf.files == []


@pytest.mark.parametrize(
    ("easel", "shelf"),
    [
        (Easel(hangs=True), Shelf()),
        (Easel(), Shelf(failure=SlackApiError("no", {"error": "missing_scope"}))),  # type: ignore[no-untyped-call]
        (Easel(), Shelf(failure=TimeoutError())),
        (Easel(), Shelf(ready=False)),
    ],
)
async def test_what_goes_wrong_is_logged_and_leaves_the_words_as_they_are(easel: Easel, shelf: Shelf) -> None:
    with capture_logs() as logs:
        assert await AnswerPictures(easel, shelf, timedelta(milliseconds=20)).image(CHARTED) is None
    assert [line["event"] for line in logs] == ["usage_picture_failed"]


async def test_a_picture_that_could_not_be_drawn_is_left_out_without_a_word() -> None:
    """Whoever draws has logged it."""
    assert await AnswerPictures(Easel(picture=None), Shelf()).image(CHARTED) is None
