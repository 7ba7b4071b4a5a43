"""An answer's chart, from its values to the block that shows it; and what goes wrong on the way costs the picture."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookResponse
from structlog.testing import capture_logs

from bot.notify.answer_blocks import message
from bot.service.answers import Answer
from bot.service.charts.model import Ranking, Scale
from bot.service.ports import Picture
from bot.slack.drawing import Drawing
from bot.slack.picturing import AnswerPictures
from bot.slack.responding import Place, respond_with
from bot.slack.turns import Answered
from tests.fakes.easel import Easel
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import refuses
from tests.fakes.slack_limits import refusal
from tests.fakes.slack_view import seen
from tests.slack.door import Door, opened_door
from tests.slack.world import MB, World, at

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


@pytest.fixture
async def door(world: World, slack: FakeSlack) -> AsyncIterator[Door]:
    await world.fill(1, at("2026-10-31T22:00"), in_bytes=60 * MB)
    async with opened_door(world, slack, pictures=Easel()) as door:
        yield door


async def test_the_chart_of_an_answer_follows_its_words_in_their_place(door: Door) -> None:
    body = door.command("site cape-town")
    assert await door.post(body, door.signed(body)) == (200, "")
    await door.app.close()
    words, pictured = door.slack.responses
    assert "(image" not in seen(words)
    assert words.get("replace_original") is None
    assert pictured["replace_original"] is True
    assert pictured["response_type"] == "ephemeral"
    assert "(image: A chart of 3 sites)" in seen(pictured)
    assert seen(words).splitlines() == [line for line in seen(pictured).splitlines() if "(image" not in line]


async def test_a_file_that_cannot_be_uploaded_costs_the_picture_alone(door: Door) -> None:
    door.slack.fail("files.getUploadURLExternal", refuses("missing_scope"))
    with capture_logs() as logs:
        assert "cape-town" in await door.said("site cape-town")
    assert [line["why"] for line in logs if line["event"] == "usage_picture_failed"] == ["missing_scope"]


async def test_where_the_pressed_message_stays_the_chart_comes_beneath_the_answer() -> None:
    answered = Answered(CHARTED, public=True, is_meant=True)
    drawing = Drawing(AnswerPictures(Easel(), Shelf()))
    sent: list[dict[str, Any]] = []

    async def respond(**content: Any) -> WebhookResponse:
        sent.append(content)
        return WebhookResponse(url="", status_code=200, body="ok", headers={})

    await respond_with(drawing, respond, answered, Place(in_place=False))
    assert [content["replace_original"] for content in sent] == [False, False]
    assert [seen(content) for content in sent] == ["Largest sites\nFleet: 3 TB", "(image: A chart of 3 sites)"]
