"""What becomes of a whole fleet that fires at once, as Slack shows it."""

from __future__ import annotations

from random import Random
from zoneinfo import ZoneInfo

from bot.demo.clock import HandClock
from bot.domain.sites import Site
from bot.domain.times import to_instant
from bot.history.store import SqlHistory
from bot.notify.slack import SlackNotifier
from bot.service.deliver import Deliver
from bot.service.fleet import Fleet
from tests.fakes.slack import FakeSlack
from tests.service.telling.stage import Stage

SITES = tuple(
    Site(key, "default", f"{key:08}-0000-4000-8000-000000000000", f"site-{key}", ZoneInfo("UTC"))
    for key in range(1, 301)
)
HEAD = """
version: 1
defaults: {receivers: [noc]}
receivers: {noc: {slack: "#noc"}}
rules: [{name: lte, quota: 1 GB, at: [50%]}]
"""


async def test_300_alerts_of_one_cycle_are_one_message_and_one_request() -> None:
    history = SqlHistory("sqlite://")
    await history.open()
    async with FakeSlack() as slack:
        slack.add_channel("noc")
        stage = Stage(history)
        stage.configure("", HEAD)
        stage.fleet = Fleet(SITES, stage.fleet.configuration)
        stage.is_down = True
        await stage.fire(*range(1, 301))
        clock = HandClock(to_instant(stage.now))
        notifier = SlackNotifier(slack.client())
        random = Random(1)  # noqa: S311 - jitter that is the same at every run
        outcomes = await Deliver(history, notifier, lambda: stage.fleet, clock, random, owner="one").run()
        (text,) = slack.visible("noc")
        assert outcomes == {"slack:delivered": 1}
        assert "300" in text
        assert "+270 more" in text
        assert [call.method for call in slack.calls] == ["chat.postMessage"]
    await history.close()
