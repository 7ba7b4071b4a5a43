"""The whole path, over real HTTP, on a hand-driven clock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.alerts.model import Change
from bot.demo.api import SimulatedApi
from bot.demo.clock import HandClock
from bot.demo.faults import Down, Failing, NoRows, Revised, Unauthorised
from bot.domain.block import Block
from bot.domain.times import Window, to_slot
from bot.service.options import PullOptions
from bot.service.ports import ListOutcome, PullOutcome, Rejected, TryAgain, Unavailable, UsageSource
from bot.service.pull import Pull
from tests.acceptance.world import FLEET, SHORT, TOKEN, TRAFFIC, Remembering, World, at, truth, world

CAPE_TOWN = FLEET.site("Cape Town")
DURBAN = FLEET.site("Durban North")

QUOTA = f"""
version: 1
defaults: {{timezone: Africa/Johannesburg, receivers: [noc]}}
operators: [noc]
receivers: {{noc: {{terminal: true}}}}
sites:
  - {{id: {CAPE_TOWN.id}, name: Cape Town, quota: 500 GB, starts: {CAPE_TOWN.billing_day}}}
rules:
  - name: lte
    sites: {{name: Cape Town}}
    quota: site
    per: month
    starts: site
    at: [20%, 30%, 80%, 100%]
"""

BURST = """
version: 1
defaults: {timezone: Africa/Johannesburg, receivers: [noc]}
operators: [noc]
receivers: {noc: {terminal: true}}
rules:
  - name: burst
    sites: {name: Durban North}
    threshold: {over: 25 GB, within: 1h}
    direction: in
"""

NONE = """
version: 1
operators: [noc]
receivers: {noc: {terminal: true}}
"""


def period_start(moment: datetime) -> datetime:
    """Start of Cape Town's billing period, as an operator would work it out: local midnight, two hours before UTC's."""
    assert CAPE_TOWN.billing_day is not None
    return moment.replace(day=CAPE_TOWN.billing_day, month=6, hour=0, minute=0) - timedelta(hours=2)


async def test_a_first_start_backfills_and_announces_once_the_highest_step_with_right_numbers(
    database: str, clock: HandClock
) -> None:
    async with world(database, QUOTA, clock) as bot:
        await bot.tick()
        assert bot.people.loud() == [("lte", "Cape Town", "fired", "30")]
        alert = bot.people.seen[0].alerts[0]
        assert alert.value == truth("Cape Town", period_start(clock.now), at(31, 8))
        assert set(alert.steps) == {20, 30}
        assert alert.coverage == 1.0
        await bot.run(at(31, 10))
        assert len(bot.people.loud()) == 1


async def test_the_times_of_the_steps_are_those_of_the_buckets_that_reached_them(
    tmp_path: Path, clock: HandClock
) -> None:
    async with world(tmp_path, QUOTA, clock) as bot:
        await bot.tick()
        for step, reached in bot.people.seen[0].alerts[0].steps.items():
            level = 500 * 10**9 * step / 100
            assert truth("Cape Town", period_start(clock.now), reached) >= level
            assert truth("Cape Town", period_start(clock.now), reached - timedelta(minutes=5)) < level


async def test_a_second_start_announces_nothing_again(database: str, clock: HandClock) -> None:
    async with world(database, QUOTA, clock) as bot:
        await bot.tick()
    clock.advance(timedelta(minutes=30))
    async with world(database, QUOTA, clock) as bot:
        await bot.run(at(31, 10))
        assert bot.people.loud() == []


async def test_a_spike_is_told_at_its_bucket_and_its_end_too(database: str, clock: HandClock) -> None:
    story = next(s for s in FLEET.stories if s.name == "spike")
    clock.now = story.starts_at.replace(minute=3) - timedelta(hours=3)
    async with world(database, BURST, clock, options=SHORT) as bot:
        await bot.run(story.starts_at + timedelta(hours=4), timedelta(minutes=5))
        assert [change for _, _, change, _ in bot.people.loud()] == ["fired", "resolved"]
        told = bot.people.seen[0].news[0]
        hour = block_of("Durban North", told.at - timedelta(hours=1), told.at)
        before = block_of("Durban North", told.at - timedelta(minutes=65), told.at - timedelta(minutes=5))
        assert int(hour.in_bytes.sum()) == told.value > 25 * 10**9 >= int(before.in_bytes.sum())
        assert told.late_by < timedelta(minutes=10)


def block_of(site: str, start: datetime, end: datetime) -> Block:
    return TRAFFIC.block([FLEET.index(site)], Window.of(start, end))


async def stored(bot: World, site: str, start: datetime, end: datetime) -> tuple[int, int]:
    """(bytes, known buckets) of the history."""
    key = next(s.key for s in bot.survey.fleet().sites if s.name == site)
    async with bot.history.reading() as tx:
        usage = (await tx.buckets.usage([key], Window.of(start, end), 300))[key]
    return usage.in_bytes + usage.out_bytes, usage.known


@pytest.mark.parametrize("fault", [Down(), Failing(503)], ids=["refused", "failing"])
async def test_an_api_that_is_down_for_a_day_leaves_no_hole(
    tmp_path: Path, clock: HandClock, fault: Down | Failing
) -> None:
    async with world(tmp_path, NONE, clock, options=SHORT) as bot:
        await bot.tick()
        bot.api.faults.switch_on(fault)
        for _ in range(24):
            clock.advance(timedelta(hours=1))
            await bot.tick()
        assert (await stored(bot, "Sandton", at(31, 9), at(32, 8)))[1] == 0
        bot.api.faults.switch_off()
        clock.advance(timedelta(hours=1))
        await bot.tick()
        assert await stored(bot, "Sandton", at(31, 0), at(32, 8)) == (truth("Sandton", at(31), at(32, 8)), 384)


async def test_a_bot_that_was_off_for_a_day_leaves_no_hole(database: str, clock: HandClock) -> None:
    async with world(database, NONE, clock, options=SHORT) as bot:
        await bot.tick()
    clock.advance(timedelta(days=1))
    async with world(database, NONE, clock, options=SHORT) as bot:
        await bot.tick()
        assert await stored(bot, "Sandton", at(31), at(32, 8)) == (truth("Sandton", at(31), at(32, 8)), 384)


async def test_an_outage_of_the_api_does_not_resolve_a_firing_alert(tmp_path: Path, clock: HandClock) -> None:
    story = next(s for s in FLEET.stories if s.name == "spike")
    clock.now = story.starts_at.replace(minute=43)
    async with world(tmp_path, BURST, clock, options=SHORT) as bot:
        await bot.run(story.starts_at + timedelta(minutes=50), timedelta(minutes=5))
        assert [change for _, _, change, _ in bot.people.loud()] == ["fired"]
        bot.api.faults.switch_on(NoRows(clock.now - timedelta(minutes=5), clock.now + timedelta(days=1)))
        await bot.run(clock.now + timedelta(hours=3), timedelta(minutes=15))
        assert [change for _, _, change, _ in bot.people.loud()] == ["fired"]


async def test_a_clock_that_is_stepped_back_and_forth_loses_and_repeats_nothing(
    database: str, clock: HandClock
) -> None:
    async with world(database, QUOTA, clock) as bot:
        await bot.tick()
        for hours in (-1, 2, -3, 4):
            clock.advance(timedelta(hours=hours))
            await bot.tick()
        start, end = at(31), clock.now.replace(minute=0)
        assert await stored(bot, "Cape Town", start, end) == (truth("Cape Town", start, end), 10 * 12)
        assert len(bot.people.loud()) == 1


@pytest.mark.parametrize("hours", [-1, -24 * 365 * 50])
async def test_an_alert_that_fires_outlives_a_clock_that_is_set_back_behind_its_beginning(
    tmp_path: Path, clock: HandClock, hours: int
) -> None:
    story = next(s for s in FLEET.stories if s.name == "spike")
    clock.now = story.starts_at.replace(minute=43)
    async with world(tmp_path, BURST, clock, options=SHORT) as bot:
        await bot.run(story.starts_at + timedelta(minutes=45), timedelta(minutes=5))
        assert [change for _, _, change, _ in bot.people.loud()] == ["fired"]
        requests = sum(bot.api.counts.values())
        clock.advance(timedelta(hours=hours))
        for _ in range(6):
            await bot.tick()
            clock.advance(timedelta(minutes=5))
        assert sum(bot.api.counts.values()) == requests
        clock.now = story.starts_at + timedelta(minutes=55)
        await bot.run(story.starts_at + timedelta(hours=4), timedelta(minutes=5))
        assert [change for _, _, change, _ in bot.people.loud()] == ["fired", "resolved"]


async def test_a_revision_that_takes_a_told_step_back_withdraws_it_on_the_message_that_told_it(
    database: str, clock: HandClock
) -> None:
    api = SimulatedApi(FLEET, clock, token=TOKEN)
    api.faults.switch_on(Revised(percent=400, after=timedelta(0)), site_id=CAPE_TOWN.id)
    daily = QUOTA.replace("per: month\n    starts: site", "per: day").replace("quota: site", "quota: 40 GB")
    async with world(database, daily, clock, api=api) as bot:
        await bot.run(at(31, 9))
        told = bot.people.loud()
        assert [(change, step) for _, _, change, step in told] == [("fired", "30")]
        api.faults.switch_off()
        await bot.run(at(31, 12))
        corrected = [news for n in bot.people.seen for news in n.news if news.change is Change.CORRECTED]
        assert [str(news.step) for news in corrected] == ["30"]
        assert corrected[0].was is not None
        assert corrected[0].was > corrected[0].value
        assert {n.group for n in bot.people.seen} == {bot.people.seen[0].group}


async def test_a_refused_token_is_told_to_the_operators_once_and_its_renewal_too(
    database: str, clock: HandClock
) -> None:
    token = [TOKEN]
    async with world(database, NONE, clock, options=SHORT, token=lambda: token[0]) as bot:
        await bot.tick()
        bot.api.token = "another-token"
        before = sum(bot.api.counts.values())
        for _ in range(6):
            clock.advance(timedelta(minutes=5))
            await bot.tick()
        assert sum(bot.api.counts.values()) - before <= 6
        assert [change for _, _, change, _ in bot.people.loud()] == ["fired"]
        assert "token" in bot.people.seen[0].alerts[0].note
        token[0] = "another-token"
        clock.advance(timedelta(minutes=5))
        await bot.tick()
        clock.advance(timedelta(minutes=5))
        await bot.tick()
        assert [change for _, _, change, _ in bot.people.loud()] == ["fired", "resolved"]


async def test_a_401_in_the_other_shape_counts_too(tmp_path: Path, clock: HandClock) -> None:
    async with world(tmp_path, NONE, clock, options=SHORT) as bot:
        bot.api.faults.switch_on(Unauthorised(bare=True))
        await bot.tick()
        assert [change for _, _, change, _ in bot.people.loud()] == ["fired"]


class Recent:
    """The API, but history older than a day is unavailable until `is_open`."""

    def __init__(self, source: UsageSource, clock: HandClock) -> None:
        self._source, self._clock = source, clock
        self.is_open = False

    async def usage(self, sites: Sequence[str], window: Window) -> PullOutcome:
        is_old = window.end < to_slot(self._clock.now) - 3600
        return Unavailable("not now") if is_old and not self.is_open else await self._source.usage(sites, window)

    async def list_sites(self, known: Collection[str] = ()) -> ListOutcome:
        return await self._source.list_sites(known)


async def test_a_quota_is_not_judged_before_its_periods_history_is_complete(tmp_path: Path, clock: HandClock) -> None:
    async with world(tmp_path, QUOTA, clock) as bot:
        recent = Recent(bot.source, clock)
        bot.pull = Pull(bot.history, {"default": recent}, bot.survey.fleet, clock, PullOptions(chunk=86400))
        for _ in range(3):
            pulled, assessed = await bot.tick()
            assert (assessed.sites, pulled.backfilling) == (12, 12)
            clock.advance(timedelta(minutes=5))
        assert bot.people.loud() == []
        recent.is_open = True
        pulled, _ = await bot.tick()
        assert pulled.backfilling == 0
        assert bot.people.loud() == [("lte", "Cape Town", "fired", "30")]


async def test_a_delivery_that_fails_for_now_is_made_later_and_once(database: str, clock: HandClock) -> None:
    people = Remembering(outcomes=[TryAgain("no"), TryAgain("wait", timedelta(seconds=90))])
    async with world(database, QUOTA, clock, people=people) as bot:
        await bot.tick()
        assert people.seen == []
        clock.advance(timedelta(seconds=30))
        await bot.deliver.run()
        clock.advance(timedelta(seconds=89))
        await bot.deliver.run()
        assert people.seen == []
        clock.advance(timedelta(seconds=3))
        await bot.deliver.run()
        await bot.deliver.run()
        assert people.loud() == [("lte", "Cape Town", "fired", "30")]


async def test_a_delivery_that_can_never_work_is_told_to_the_operators(tmp_path: Path, clock: HandClock) -> None:
    people = Remembering(outcomes=[Rejected("the channel is gone")])
    async with world(tmp_path, QUOTA, clock, people=people) as bot:
        await bot.tick()
        await bot.deliver.run()
        notes = [alert.note for n in people.seen for alert in n.alerts]
        assert len(notes) == 1
        assert "the channel is gone" in notes[0]


async def test_a_removed_rule_closes_its_alerts_and_tells_nobody(database: str, clock: HandClock) -> None:
    async with world(database, QUOTA, clock) as bot:
        await bot.tick()
    clock.advance(timedelta(minutes=10))
    async with world(database, NONE, clock, options=SHORT) as bot:
        await bot.tick()
        assert bot.people.loud() == []
        async with bot.history.reading() as tx:
            assert await tx.alerts.open() == []


async def test_a_token_that_is_refused_from_the_start_is_told_although_no_site_is_known(
    tmp_path: Path, clock: HandClock
) -> None:
    token = ["stale"]
    async with world(tmp_path, NONE, clock, options=SHORT, token=lambda: token[0]) as bot:
        await bot.tick()
        assert [change for _, _, change, _ in bot.people.loud()] == ["fired"]
        assert bot.survey.is_missing_any
        token[0] = TOKEN
        await bot.survey.run()
        assert not bot.survey.is_missing_any
        clock.advance(timedelta(minutes=5))
        await bot.tick()
        assert [change for _, _, change, _ in bot.people.loud()] == ["fired", "resolved"]
