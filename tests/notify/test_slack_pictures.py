"""Words first, then the picture: uploaded once, shown when Slack is ready, and never in the way of what is told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.alerts.model import State
from bot.notify.blocks import Image, root
from bot.notify.slack import SlackNotifier
from bot.notify.slack_files import is_slacks
from bot.notify.slack_pictures import AT_ONCE
from bot.notify.wording import compose
from bot.service.charts.model import Chart
from bot.service.ports import Delivered, Picture
from bot.service.views import Notification
from tests.fakes.slack import TOKEN, FakeSlack
from tests.fakes.slack_faults import Fault, drops, rate_limited, refuses, server_error
from tests.fakes.slack_limits import TOGETHER, UPDATED_TEXT, refusal
from tests.notify.builders import HOSTILE, NOW, fleet, news, quota, telling, trouble

GETS, SENDS, ENDS, LOOKS = "files.getUploadURLExternal", "upload", "files.completeUploadExternal", "files.info"


@dataclass
class FakePictures:
    """Draws what it is told to; None is a picture that fails."""

    png: bytes | None = b"\x89PNG one"
    asked: list[Notification] = field(default_factory=list)

    async def of(self, notification: Notification) -> Picture | None:
        self.asked.append(notification)
        return Picture(self.png, "Usage of <!channel> Cape Town", 720, 360, self.png.hex()) if self.png else None

    async def drawn(self, chart: Chart) -> Picture | None:
        raise NotImplementedError


@dataclass
class Desk:
    """A notifier with pictures, its clock, and the message it tells of."""

    slack: FakeSlack
    pictures: FakePictures = field(default_factory=FakePictures)
    now: datetime = NOW
    waits: list[float] = field(default_factory=list)
    ref: str | None = None

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.notifier = SlackNotifier(self.slack.client(), self.pictures, lambda: self.now, self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def tell(self, notification: Notification | None = None, **more: Any) -> Delivered:
        outcome = await self.attempt(notification, **more)
        assert isinstance(outcome, Delivered), outcome
        self.ref = outcome.ref
        return outcome

    async def attempt(self, notification: Notification | None = None, **more: Any) -> object:
        told = notification or telling(news(quota()))
        return await self.notifier.deliver(replace(told, ref=self.ref, **more))

    async def edit(self, number: int = 13, **more: Any) -> Delivered:
        """The quiet edit that follows."""
        return await self.tell(telling(**{"alerts": (quota(),), "loud": False, "id": number, **more}))

    def shown(self) -> list[dict[str, Any]]:
        """The images of the channel's first message."""
        message = self.slack.messages("noc")[0]
        blocks = [block for part in message["attachments"] for block in part["blocks"]]
        return [block for block in blocks if block["type"] == "image"]


@pytest.fixture
async def desk(slack: FakeSlack) -> Desk:
    return Desk(slack)


async def test_words_come_first_and_the_picture_with_the_edit_after_them(desk: Desk) -> None:
    told = await desk.tell()
    assert told.unpictured
    assert (desk.pictures.asked, desk.shown()) == ([], [])
    edited = await desk.edit()
    assert not edited.unpictured
    (image,) = desk.shown()
    (file,) = desk.slack.files.complete
    assert image == {"type": "image", "slack_file": {"id": file.id}, "alt_text": "Usage of <!channel> Cape Town"}
    assert (file.content, file.alt, file.channels) == (desk.pictures.png, "Usage of <!channel> Cape Town", "")
    assert len(desk.slack.called("chat.postMessage")) == 1
    assert len(desk.slack.called("chat.update")) == 1  # the words were there already


async def test_the_picture_is_between_the_facts_and_what_can_be_done(desk: Desk) -> None:
    await desk.tell()
    await desk.edit()
    (message,) = desk.slack.messages("noc")
    kinds = [block["type"] for block in message["attachments"][0]["blocks"]]
    assert kinds[-3:] == ["image", "actions", "context"]


async def test_it_waits_until_slack_has_taken_the_file_in(desk: Desk) -> None:
    desk.slack.files.slow_for = 3
    await desk.tell()
    await desk.edit()
    assert (len(desk.slack.called(LOOKS)), desk.waits) == (4, [0.0, 0.5, 1.0, 1.0])
    assert desk.shown()


async def test_a_file_that_takes_long_is_shown_later_and_not_uploaded_again(desk: Desk) -> None:
    desk.slack.files.slow_for = 8
    await desk.tell()
    assert (await desk.edit()).unpictured
    assert desk.shown() == []
    assert not (await desk.edit(14)).unpictured
    assert len(desk.slack.files.all) == len(desk.shown()) == 1


async def test_the_same_picture_is_uploaded_once_and_stays_through_news(desk: Desk) -> None:
    await desk.tell()
    await desk.edit()
    before = desk.shown()
    worse = telling(news(quota(percent=100, gigabytes=500)), id=14)
    assert (await desk.tell(worse)).unpictured
    assert desk.shown() == before
    desk.now += timedelta(hours=2)
    await desk.tell(replace(worse, loud=False, news=(), id=15))
    assert desk.shown() == before
    assert len(desk.slack.files.all) == 1


@pytest.mark.parametrize(
    ("later", "alert", "files"),
    [
        (timedelta(minutes=50), quota(), 1),
        (timedelta(minutes=61), quota(), 2),
        (timedelta(minutes=5), quota(gigabytes=452), 2),
        (timedelta(minutes=5), quota(percent=100, gigabytes=402), 2),
    ],
)
async def test_another_picture_is_uploaded_once_an_hour_unless_the_alert_changed(
    desk: Desk, later: timedelta, alert: Any, files: int
) -> None:
    await desk.tell()
    await desk.edit()
    desk.now, desk.pictures.png = desk.now + later, b"another"
    await desk.tell(telling(alerts=(alert,), loud=False, id=14))
    assert len(desk.slack.files.all) == files
    assert desk.shown()[0]["slack_file"]["id"] == list(desk.slack.files.all)[-1]


async def test_a_picture_that_fails_costs_the_message_nothing_and_takes_an_old_one_away(desk: Desk) -> None:
    await desk.tell()
    desk.pictures.png = None
    assert await desk.edit() == Delivered(desk.ref)
    assert desk.slack.called("chat.update") == []
    desk.pictures.png = b"one"
    await desk.edit(14)
    desk.pictures.png = None
    await desk.edit(15)
    assert desk.shown() == []


PAGE = Fault(200, "<html>", {})
WRONG = [
    *((step, fault) for step in (GETS, SENDS, ENDS, LOOKS) for fault in (rate_limited(30), server_error(), Fault(302))),
    *((step, drops()) for step in (GETS, SENDS, ENDS)),  # a look, which changes nothing, is repeated by the client
    *((step, PAGE) for step in (GETS, ENDS, LOOKS)),  # what an upload is answered with is not read
]


@pytest.mark.parametrize(("step", "fault"), WRONG)
async def test_whatever_goes_wrong_with_a_file_the_edit_goes_out_and_it_is_tried_again(
    desk: Desk, step: str, fault: Fault
) -> None:
    await desk.tell()
    desk.slack.fail(step, fault)
    with capture_logs() as logs:
        assert (await desk.edit(alerts=(replace(quota(), acknowledged_by="Ana"),))).unpictured
    assert "slack.picture_not_uploaded" in [line["event"] for line in logs]
    assert "Ana" in desk.slack.visible("noc")[0]
    assert not (await desk.edit(14)).unpictured
    assert desk.shown()


async def test_it_is_tried_three_times(desk: Desk) -> None:
    await desk.tell()
    desk.slack.fail(GETS, *[server_error()] * 5)
    assert [(await desk.edit(13 + n)).unpictured for n in range(4)] == [True, True, False, False]
    assert desk.shown() == []


async def test_without_the_scope_it_is_said_once_and_not_tried_for_an_hour(desk: Desk) -> None:
    desk.slack.fail(GETS, *[refuses("missing_scope", needed="files:write")] * 2)
    await desk.tell()
    with capture_logs() as logs:
        assert not (await desk.edit()).unpictured
        assert not (await desk.edit(14)).unpictured
        assert not (await desk.tell(telling(news(quota()), id=15))).unpictured
    (said,) = [line for line in logs if line["event"] == "slack.pictures_refused"]
    assert "files:write" in said["remedy"]
    assert len(desk.slack.called(GETS)) == 1
    desk.now += timedelta(hours=1)
    assert (await desk.tell(telling(news(quota()), id=16))).unpictured


@pytest.mark.parametrize(("code", "again"), [("file_not_found", True), ("storage_is_full_of_cats", False)])
async def test_a_refusal_is_about_this_file_alone_unless_it_is_about_the_app(
    desk: Desk, code: str, again: bool
) -> None:
    await desk.tell()
    desk.slack.fail(ENDS, refuses(code))
    assert (await desk.edit()).unpictured is again
    assert (await desk.tell(telling(news(quota()), id=15))).unpictured


async def test_where_slack_refuses_the_block_the_message_stands_without_it(desk: Desk) -> None:
    await desk.tell()
    desk.slack.fail("chat.update", refuses("invalid_blocks"))
    assert not (await desk.edit()).unpictured
    assert desk.shown() == []
    (message,) = desk.slack.messages("noc")
    assert message["blocks"][0]["type"] == "header"  # and not the plainest of blocks


async def test_a_file_that_somebody_deleted_takes_nothing_of_the_news_along(desk: Desk) -> None:
    await desk.tell()
    await desk.edit()
    desk.slack.files.all.clear()
    await desk.tell(telling(news(quota(percent=100, gigabytes=500)), id=14))
    (message,) = desk.slack.messages("noc")[:1]
    assert message["blocks"][0]["type"] == "header"
    await desk.tell(telling(alerts=(quota(percent=100, gigabytes=500),), loud=False, id=15))
    assert len(desk.slack.files.all) == 1


async def test_an_edit_whose_picture_cannot_be_shown_says_its_words_once_and_keeps_the_file(desk: Desk) -> None:
    await desk.tell()
    desk.slack.fail("chat.update", rate_limited(10))
    assert (await desk.edit()).unpictured
    assert not (await desk.edit(14)).unpictured
    assert len(desk.slack.files.all) == len(desk.shown()) == 1


@pytest.mark.parametrize("code", ["restricted_action", "some_new_refusal_of_pictures"])
async def test_whatever_slack_has_against_a_message_with_its_picture_the_news_go_out_without(
    desk: Desk, code: str
) -> None:
    await desk.tell()
    await desk.edit()
    desk.slack.fail("chat.update", refuses(code))
    await desk.tell(telling(news(quota(percent=100, gigabytes=500)), id=14))
    assert "100" in desk.slack.visible("noc")[0]
    assert desk.shown() == []


async def test_for_a_message_that_somebody_deleted_nothing_is_drawn_or_uploaded(desk: Desk) -> None:
    over = replace(quota(), state=State.RESOLVED)
    await desk.tell()
    desk.slack.fail("chat.update", *[refuses("message_not_found")] * 3)
    assert not (await desk.edit(alerts=(over,))).unpictured
    assert (desk.pictures.asked, desk.slack.files.all) == ([], {})


async def test_a_message_that_is_deleted_as_its_picture_is_taken_up_is_not_tried_again(desk: Desk) -> None:
    await desk.tell()
    desk.slack.fail("chat.update", refuses("message_not_found"))
    assert not (await desk.edit()).unpictured


@pytest.mark.parametrize("fault", [rate_limited(30), server_error()])
async def test_a_file_that_nobody_knows_to_be_ready_is_not_uploaded_again(desk: Desk, fault: Fault) -> None:
    await desk.tell()
    desk.slack.fail(LOOKS, fault)
    assert (await desk.edit()).unpictured
    assert not (await desk.edit(14)).unpictured
    assert len(desk.slack.files.all) == len(desk.shown()) == 1


async def test_a_mistake_of_ours_about_a_picture_costs_no_more_than_it(desk: Desk) -> None:
    """Else the edit would be tried for a day, and the news of the same message wait behind it."""
    await desk.tell()
    with capture_logs() as logs, pytest.MonkeyPatch.context() as patched:
        patched.setattr("bot.notify.slack_pictures.mark_of", lambda _: 1 // 0)
        assert not (await desk.edit(alerts=(replace(quota(), acknowledged_by="Ana"),))).unpictured
    assert "slack.picture_failed" in [line["event"] for line in logs]
    assert "Ana" in desk.slack.visible("noc")[0]


async def test_of_what_is_about_the_bot_no_picture_is_drawn(desk: Desk) -> None:
    assert not (await desk.tell(telling(news(trouble("the token is refused"))))).unpictured
    assert not (await desk.tell(telling(alerts=(trouble("…"),), loud=False, id=13))).unpictured
    assert desk.pictures.asked == []


async def test_the_token_does_not_go_to_the_address_of_the_upload(desk: Desk) -> None:
    await desk.tell()
    await desk.edit()
    (sent,) = desk.slack.called(SENDS)
    assert TOKEN not in str(sent)


async def test_nothing_is_uploaded_to_a_host_that_is_not_slacks(desk: Desk) -> None:
    await desk.tell()
    desk.slack.files.host = desk.slack.origin.replace("127.0.0.1", "localhost")
    assert (await desk.edit()).unpictured
    assert desk.slack.called(SENDS) == []


@pytest.mark.parametrize(
    ("url", "is_fine"),
    [
        ("https://files.slack.com/upload/v1/x", True),
        ("https://files.slack-gov.com/upload/v1/x", True),
        ("http://127.0.0.1:8080/upload", True),
        ("http://files.slack.com/upload/v1/x", False),
        ("https://slack.com.evil.test/upload", False),
        ("https://evilslack.com/upload", False),
        ("https://me@files.slack.com/upload", False),
        ("http://127.0.0.1:8081/upload", False),
        ("", False),
        ("https://[", False),
    ],
)
def test_which_addresses_are_slacks(url: str, is_fine: bool) -> None:
    assert is_slacks(url, "http://127.0.0.1:8080/api/") is is_fine


@pytest.mark.parametrize("takes_effect", [True, False])
@pytest.mark.parametrize("method", ["chat.update", GETS, SENDS, ENDS, LOOKS])
async def test_killed_anywhere_in_an_edit_it_is_one_message_with_one_picture_in_the_end(
    desk: Desk, method: str, takes_effect: bool
) -> None:
    """The outcome of the attempt is lost with the process; the next one is told that there was an attempt."""
    await desk.tell()
    desk.slack.fail(method, drops(takes_effect=takes_effect))
    taken = telling(alerts=(replace(quota(), acknowledged_by="Ana"),), loud=False, id=13)
    await desk.attempt(taken)  # whatever it says
    desk.restart()
    await desk.tell(replace(taken, attempted_before=NOW))
    assert len(desk.slack.messages("noc")) == len(desk.shown()) == 1
    assert desk.slack.thread("noc") == []


async def test_of_many_messages_at_once_a_few_are_drawn_at_a_time_and_each_is(slack: FakeSlack) -> None:
    drawing: list[int] = [0]
    most: list[int] = []

    class Slow(FakePictures):
        async def of(self, notification: Notification) -> Picture | None:
            drawing[0] += 1
            most.append(drawing[0])
            await asyncio.sleep(0)
            drawing[0] -= 1
            return await FakePictures.of(self, notification)

    desk = Desk(slack, Slow())
    await desk.tell()
    edits = [telling(alerts=(quota(),), loud=False, id=13 + n) for n in range(12)]
    outcomes = await asyncio.gather(*(desk.attempt(edit) for edit in edits))
    assert {isinstance(one, Delivered) for one in outcomes} == {True}
    assert (len(most), max(most)) == (12, AT_ONCE)


@pytest.mark.parametrize("number", [1, 30, 300])
def test_a_message_with_a_picture_is_within_slacks_limits(number: int) -> None:
    hostile = [replace(one, site=HOSTILE) for one in fleet(number)]
    for told in (telling(*map(news, fleet(number))), telling(*map(news, hostile))):
        shown = root(compose(told), picture=Image("F0123456789", HOSTILE * 9))
        assert refusal(shown, text_limit=UPDATED_TEXT, together=TOGETHER) is None
