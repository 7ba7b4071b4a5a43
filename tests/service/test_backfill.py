"""`usagebot history backfill`: what is asked of the API, and what it leaves in the history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.domain.times import DAY, Slot, Window, to_slot
from bot.service.backfill import Backfill, Filled
from bot.service.options import PullOptions, RetentionOptions
from bot.service.ports import Declined, Listed, ListOutcome, PullOutcome, Unauthorized, Unavailable
from tests.service.test_import_past import imported, span
from tests.service.test_quotas_end_to_end import MEGA, STEP, Rig, Scripted, instant, rig

RULES = """
rules:
  - {name: lte, quota: 1 GB, per: month, starts: 1, at: [50%]}
  - {name: burst, threshold: {over: 20 MB, within: 5m}}
"""
START = instant(-150)


@dataclass
class Moody:
    """An API that refuses windows longer than `longest` days, and answers with `outcomes` first."""

    api: Scripted
    longest: int = 366
    outcomes: Sequence[PullOutcome] = ()

    async def usage(self, sites: Sequence[str], window: Window) -> PullOutcome:
        if self.outcomes:
            first, *self.outcomes = self.outcomes
            return first
        if window.end - window.start > self.longest * DAY:
            return Declined("too long", 400)
        return await self.api.usage(sites, window)

    async def list_sites(self, known: Collection[str] = ()) -> ListOutcome:
        return Listed([])


async def filled(bot: Rig, source: Moody, until: Slot | None = None, most: int = 1000) -> Filled:
    work = Backfill(bot.history, {"default": source}, bot.clock, PullOptions(), RetentionOptions())
    gaps = await work.gaps(bot.survey.fleet().sites, to_slot(START), until)
    for gap in gaps:
        gap.windows = gap.windows[-most:]
    return await work.run(gaps, lambda _: None)


async def known(bot: Rig, start: Slot, end: Slot) -> tuple[int, int]:
    async with bot.history.reading() as tx:
        usage = (await tx.buckets.usage([1], Window(start, end), STEP))[1]
    return usage.known, usage.in_bytes


async def known_from(bot: Rig) -> Slot | None:
    async with bot.history.reading() as tx:
        return (await tx.progress.all())[1].known_from


async def test_it_asks_for_what_is_missing_newest_first_and_wakes_nobody() -> None:
    api = Scripted(lambda slot: 30 * MEGA if slot < to_slot(instant(-30)) else 1000)
    async with rig(RULES, api, instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 0, 10))
        before, first = list(api.asked), await known_from(bot)
        assert first is not None
        done = await filled(bot, Moody(api))
        asked = api.asked[len(before) :]
        assert [window.end for window in asked] == sorted((window.end for window in asked), reverse=True)
        assert asked[0].end == first
        assert done.outcomes == {"answered": -(-(first - to_slot(START)) // (31 * DAY))}
        assert await known_from(bot) == to_slot(START)
        assert (await known(bot, to_slot(START), first))[0] == (first - to_slot(START)) // STEP
        await bot.run(instant(9, 2))
        assert bot.people.told() == []


async def test_it_goes_on_where_it_was_and_asks_for_nothing_twice() -> None:
    api = Scripted(lambda _: 1000)
    async with rig(RULES, api, instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 0, 10))
        await filled(bot, Moody(api), most=2)
        await filled(bot, Moody(api))
        assert len(set(api.asked)) == len(api.asked)
        asked = len(api.asked)
        await filled(bot, Moody(api))
        assert len(api.asked) == asked
        assert (await known(bot, to_slot(START), to_slot(instant(9))))[1] == (159 * 288) * 1000


async def test_what_an_import_filled_is_not_asked_for() -> None:
    api = Scripted(lambda _: 1000)
    async with rig(RULES, api, instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 0, 10))
        await imported(bot, span(to_slot(instant(-90)), to_slot(instant(-60))), 1000)
        before = len(api.asked)
        await filled(bot, Moody(api))
        inside = Window(to_slot(instant(-90)), to_slot(instant(-60)))
        assert [window for window in api.asked[before:] if window.overlap(inside)] == []
        assert (await known(bot, to_slot(START), to_slot(instant(9))))[1] == (159 * 288) * 1000


async def test_an_end_before_what_is_known_claims_nothing_of_what_lies_between() -> None:
    api = Scripted(lambda _: 1000)
    async with rig(RULES, api, instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 0, 10))
        first = await known_from(bot)
        await filled(bot, Moody(api), until=to_slot(instant(-120)))
        assert await known_from(bot) == first
        assert (await known(bot, to_slot(START), to_slot(instant(-120))))[0] == 30 * 288
        await filled(bot, Moody(api))
        assert await known_from(bot) == to_slot(START)


async def test_a_site_that_was_never_asked_for_is_filled_too() -> None:
    api = Scripted(lambda _: 1000)
    async with rig(RULES, api, instant(9, 0, 3)) as bot:
        await filled(bot, Moody(api))
        assert await known_from(bot) == to_slot(START)
        assert (await known(bot, to_slot(START), to_slot(instant(9))))[1] == (159 * 288) * 1000
        await bot.run(instant(9, 1))
        assert bot.people.told() == []


async def test_a_site_that_was_never_asked_for_does_not_begin_in_the_past() -> None:
    """Else all that follows would be judged as news: here three months of breaches."""
    api = Scripted(lambda slot: 30 * MEGA if slot < to_slot(instant(8)) else 1000)
    async with rig("rules: [{name: burst, threshold: {over: 20 MB, within: 5m}}]", api, instant(9, 0, 3)) as bot:
        await filled(bot, Moody(api), until=to_slot(instant(-90)))
        assert await known_from(bot) == to_slot(instant(8))
        assert (await known(bot, to_slot(START), to_slot(instant(-90))))[0] == 60 * 288
        await bot.run(instant(9, 1))
        assert bot.people.told() == []


async def test_an_answer_that_the_running_bot_has_overtaken_takes_nothing_back() -> None:
    """The site is seen first by the backfill's plan, then by the bot, which tells of a peak; then comes the answer."""
    peak = range(to_slot(instant(9, 1)), to_slot(instant(9, 1, 30)))
    api = Scripted(lambda slot: 30 * MEGA if slot in peak else 1000)
    async with rig("rules: [{name: burst, threshold: {over: 20 MB, within: 5m}}]", api, instant(9, 0, 3)) as bot:
        work = Backfill(bot.history, {"default": Moody(api)}, bot.clock, PullOptions(), RetentionOptions())
        gaps = await work.gaps(bot.survey.fleet().sites, to_slot(START), None)
        await bot.run(instant(9, 1, 20))
        assert bot.people.told() == [("fired", "")]
        await work.run(gaps, lambda _: None)
        await bot.assess.run()
        await bot.run(instant(9, 2, 30))
        assert bot.people.told() == [("fired", ""), ("resolved", "")]
        assert await known_from(bot) == to_slot(START)


async def test_long_windows_that_are_refused_are_asked_for_in_halves() -> None:
    api = Scripted(lambda _: 1000)
    async with rig(RULES, api, instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 0, 10))
        done = await filled(bot, Moody(api, longest=10))
        assert done.outcomes["declined"] == 2
        assert await known_from(bot) == to_slot(START)


async def test_a_refused_token_costs_one_request_and_an_outage_three() -> None:
    async with rig(RULES, Scripted(lambda _: 1000), instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 0, 10))
        done = await filled(bot, Moody(bot.api, outcomes=[Unauthorized("no")] * 9))
        assert (done.outcomes, done.left) == ({"unauthorized": 1}, {"default": "no"})
        done = await filled(bot, Moody(bot.api, outcomes=[Unavailable("down")] * 9))
        assert done.outcomes["unavailable"] == 1
