"""The picture of a message comes after its words, by an edit that is a row like any other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest

from bot.domain.periods import Per
from bot.domain.times import HOUR, Slot, to_instant
from bot.notify.slack import SlackNotifier
from bot.rules.model import Endpoint, Medium, Receiver
from bot.service.charts.model import BurnDown, Chart
from bot.service.charts.pictures import ChartPictures
from bot.service.deliver import Deliver
from bot.service.pictured import AFTER, AGAIN_AFTER
from bot.service.ports import Delivered, OutboxRow, Picture
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_faults import hangs
from tests.service.delivery.postroom import Postroom
from tests.service.judged import Judged, judged, quota_rule, site

FAST = "slack:#fast"
UNPICTURED = Delivered("here", unpictured=True)
TOWN = site(1, "Cape Town")
START = 20_600 * 24 * HOUR


async def test_the_picture_follows_soon_and_other_news_of_the_lane_go_first(post: Postroom) -> None:
    (mine,) = await post.post(FAST)
    post.outcomes[FAST] = [UNPICTURED]
    await post.deliver_as().run()
    (other,) = await post.post(FAST)
    post.wait(AFTER - 1)
    await post.deliver_as().run()
    assert post.told == [(FAST, other)]
    post.wait(1)
    await post.deliver_as("another replica, or the next life").run()
    assert post.told == [(FAST, other), (FAST, mine)]
    assert await post.standings([mine]) == ["delivered", "delivered"]


async def test_what_an_edit_could_not_add_is_tried_again_later(post: Postroom) -> None:
    await post.post(FAST)
    post.outcomes[FAST] = [UNPICTURED, UNPICTURED]
    await post.deliver_as().run()
    post.wait(AFTER)
    await post.deliver_as().run()
    post.wait(AGAIN_AFTER - 1)
    await post.deliver_as().run()
    assert post.told == []
    post.wait(1)
    await post.deliver_as().run()
    assert len(post.told) == 1


@pytest.mark.parametrize(("loud", "due"), [(False, AFTER), (True, 300)])
async def test_an_edit_that_waits_adds_the_picture_sooner_and_news_that_wait_are_left_alone(
    post: Postroom, loud: bool, due: int
) -> None:
    (mine,) = await post.post(FAST)
    later = OutboxRow(mine, (), loud, post.now, Slot(post.now + 300), lane=FAST)
    async with post.history.writing() as tx:
        await tx.outbox.save(later)
    post.outcomes[FAST] = [UNPICTURED]
    start = post.now
    await post.deliver_as().run()
    async with post.history.reading() as tx:
        (row,) = [row for row in await tx.outbox.rows_of(mine) if row.settled_at is None]
    assert (row.loud, row.due_at) == (loud, start + due)


@dataclass
class Sketches:
    """A painter whose pictures are the charts' own words."""

    seen: list[Chart] = field(default_factory=list)

    async def drawn(self, chart: Chart) -> Picture | None:
        self.seen.append(chart)
        png = repr(chart).encode()
        return Picture(png, "a chart", 720, 360, str(hash(png)))


@dataclass
class Office:
    """A bot that judges, and tells a channel of it, by processes that may be killed."""

    bot: Judged
    slack: FakeSlack
    painter: Sketches = field(default_factory=Sketches)
    counted: list[str] = field(default_factory=list)
    lives: int = 0

    async def life(self) -> Deliver:
        """Another process."""
        self.lives += 1
        fleet, clock = lambda: self.bot.fleet, lambda: to_instant(self.bot.now)
        pictures = ChartPictures(self.bot.history, fleet, self.painter, self.counted.append)
        notifier = SlackNotifier(self.slack.client(), pictures, clock, _at_once)
        random = Random(1)  # noqa: S311 - jitter that is the same at every run
        return Deliver(self.bot.history, notifier, fleet, clock, random, owner=str(self.lives))

    async def killed_at(self, method: str) -> None:
        """A process delivers until it calls this method, and is gone before it hears of an answer."""
        running = asyncio.create_task((await self.life()).run())
        async with asyncio.timeout(10):
            while not self.slack.called(method):
                assert not running.done()
                await asyncio.sleep(0.005)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    def images(self) -> list[dict[str, Any]]:
        (message,) = self.slack.messages("noc")
        return [one for part in message["attachments"] for one in part["blocks"] if one["type"] == "image"]


async def _at_once(_: float) -> None:
    return None


@asynccontextmanager
async def office() -> AsyncIterator[Office]:
    async with judged([quota_rule(100, Per.DAY)], [TOWN], START, HOUR) as bot, FakeSlack() as slack:
        slack.add_channel("noc")
        slack.now = to_instant(START)
        receiver = Receiver("noc", (Endpoint(Medium.SLACK, ("#noc",)),))
        bot.fleet = replace(bot.fleet, configuration=replace(bot.fleet.configuration, receivers={"noc": receiver}))
        await bot.feed(TOWN, START, [30, 30])
        yield Office(bot, slack)


async def test_an_alert_is_told_and_then_shown_with_the_chart_of_its_own_usage() -> None:
    async with office() as it:
        await (await it.life()).run()
        assert it.images() == []
        it.bot.now += AFTER
        await (await it.life()).run()
        (image,) = it.images()
        (chart,) = it.painter.seen
        assert isinstance(chart, BurnDown)
        assert chart.used[-1][1] == 60
        (file,) = it.slack.files.complete
        assert image["slack_file"] == {"id": file.id}
        assert it.counted == ["drawn"]
        it.bot.now += HOUR
        await (await it.life()).run()
        assert len(it.slack.called("chat.update")) == 1


STEPS = (
    "chat.postMessage",
    "files.getUploadURLExternal",
    "upload",
    "files.completeUploadExternal",
    "files.info",
    "chat.update",
)


@pytest.mark.parametrize("takes_effect", [False, True])
@pytest.mark.parametrize("step", STEPS)
async def test_killed_at_any_step_there_is_one_message_with_its_picture_in_the_end(
    step: str, takes_effect: bool
) -> None:
    async with office() as it:
        it.slack.fail(step, hangs(takes_effect=takes_effect))
        if step != "chat.postMessage":
            await (await it.life()).run()
            it.bot.now += AFTER
        await it.killed_at(step)
        for _ in range(3):  # a lease, the words, the picture
            it.bot.now += 60
            await (await it.life()).run()
        assert len(it.images()) == 1
        assert it.slack.thread("noc") == []
        async with it.bot.history.reading() as tx:
            assert await tx.outbox.backlog() == (0, None)
