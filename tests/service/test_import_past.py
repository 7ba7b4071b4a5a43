"""What an import means to a bot that judges: the past wakes nobody, the current period counts at once."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.times import DAY, HOUR, Slot, Window, iso, to_slot
from bot.history.files.staging import staging
from bot.service.import_history import Imported, ImportHistory, ImportOptions
from bot.service.import_rows import Grid, Refused, RowText
from bot.service.options import PullOptions, RetentionOptions
from bot.service.past import OnConflict, edges_of
from bot.service.ports import Progress
from bot.service.reach import complete_since
from bot.service.retain import Retain
from bot.service.site_names import SiteNames
from tests.service.test_quotas_end_to_end import MEGA, STEP, Rig, Scripted, instant, rig

KEEP = RetentionOptions()
RULES = """
rules:
  - {name: lte, quota: 1 GB, per: month, starts: 1, at: [50%, 80%]}
  - {name: daily, quota: 100 MB, per: day, at: [50%]}
  - {name: burst, threshold: {over: 20 MB, within: 5m}}
"""
MONTHLY = "rules: [{name: lte, quota: 1 GB, per: month, starts: 1, at: [50%, 80%]}]"
YEARLY = "rules: [{name: yearly, quota: 100 GB, per: year, at: [50%]}]"


async def no_pause(_: float) -> None:
    return None


async def imported(
    bot: Rig, slots: Iterable[int], amount: int = 30 * MEGA, on_conflict: OnConflict = OnConflict.KEEP
) -> Imported:
    """An import of the same amount in each bucket, as the command does it."""
    now, refused = to_slot(bot.now), list[Refused]()
    options = ImportOptions(STEP, KEEP, on_conflict)
    work = ImportHistory(bot.history, SiteNames(bot.survey.fleet()), bot.clock, no_pause, options, refused.append)
    rows = ((line, RowText("cape-town", iso(slot), str(amount), "0")) for line, slot in enumerate(slots, 2))
    with staging() as stage:
        await work.stage(stage, 0, rows, Grid(STEP, now, edges_of(KEEP, now)))
        work.compare(stage)
        await work.write(stage)
    assert refused == []
    return work.done


def span(start: Slot, end: Slot) -> range:
    return range(start, end, STEP)


async def test_a_year_of_breaches_wakes_nobody() -> None:
    """Every imported bucket is over the threshold and every past day and month over its quota."""
    async with rig(RULES, Scripted(lambda _: 1000), instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 0, 10))
        month = to_slot(instant(0))
        await imported(bot, span(Slot(month - 380 * DAY), month)[::8], on_conflict=OnConflict.REPLACE)
        await bot.run(instant(9, 2))
        assert bot.people.told() == []


async def test_a_year_that_is_imported_before_the_first_start_wakes_nobody_either() -> None:
    async with rig(RULES, Scripted(lambda _: 1000), instant(9, 0, 3)) as bot:
        month = to_slot(instant(0))
        await imported(bot, span(Slot(month - 380 * DAY), month)[::8])
        await bot.run(instant(9, 2))
        assert bot.people.told() == []


async def test_usage_of_the_current_period_counts_at_once_and_is_told_once() -> None:
    """The API knows nothing older than an hour; the file knows the rest of the month, which is 80 % of the quota."""
    now = to_slot(instant(9, 0))
    api = Scripted(lambda slot: 1000 if slot >= now - HOUR else None)
    async with rig(MONTHLY, api, instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 0, 10))
        assert bot.people.told() == []
        await imported(bot, span(to_slot(instant(1)), to_slot(instant(2))), 3 * MEGA)
        await bot.tick()
        assert bot.people.told() == [("fired", "80")]
        await imported(bot, span(to_slot(instant(1)), to_slot(instant(2))), 3 * MEGA)
        await bot.run(instant(9, 2))
        assert bot.people.told() == [("fired", "80")]


async def test_thresholds_do_not_look_at_imported_buckets_even_within_what_was_judged() -> None:
    api = Scripted(lambda slot: None if slot % DAY < 12 * HOUR else 1000)
    rules = "rules: [{name: burst, threshold: {over: 20 MB, within: 5m}}]"
    async with rig(rules, api, instant(9, 13, 3)) as bot:
        await bot.run(instant(9, 14))
        await imported(bot, span(to_slot(instant(9)), to_slot(instant(9, 12))))
        await bot.run(instant(9, 16))
        assert bot.people.told() == []


async def test_what_was_imported_is_not_asked_of_the_api() -> None:
    """A yearly quota wants the history since January: 151 days, of which 31 come with the first answer."""
    for imports, requests in ((False, 6), (True, 1)):
        api = Scripted(lambda _: 1000)
        async with rig(YEARLY, api, instant(9, 0, 3)) as bot:
            if imports:
                await imported(bot, span(to_slot(instant(-160)), to_slot(instant(5))), 1000)
            await bot.tick()
            assert len(api.asked) == requests
            async with bot.history.reading() as tx:
                row = (await tx.progress.all())[1]
            assert row.known_from is not None
            assert row.known_from <= to_slot(instant(-151))


async def test_a_gap_in_the_import_is_still_asked_for() -> None:
    gap = span(to_slot(instant(-60)), to_slot(instant(-59)))
    async with rig(YEARLY, Scripted(lambda _: 1000), instant(9, 0, 3)) as bot:
        rows = [slot for slot in span(to_slot(instant(-160)), to_slot(instant(5))) if slot not in gap]
        await imported(bot, rows, 1000)
        await bot.tick()
        async with bot.history.reading() as tx:
            usage = await tx.buckets.usage([1], Window(Slot(gap.start), Slot(gap.stop)), STEP)
        assert (usage[1].known, usage[1].in_bytes) == (288, 288_000)


async def test_an_import_during_operation_lets_progress_reach_back_and_nothing_is_judged_twice() -> None:
    async with rig(MONTHLY, Scripted(lambda _: 1000), instant(9, 0, 3)) as bot:
        await bot.run(instant(9, 0, 10))
        async with bot.history.reading() as tx:
            before = (await tx.progress.all())[1]
        assert before.known_from is not None
        await imported(bot, span(Slot(before.known_from - 200 * DAY), before.known_from), 1000)
        async with bot.history.reading() as tx:
            after: Progress = (await tx.progress.all())[1]
            assert after.known_from is not None
            assert await complete_since(tx, 1, after.known_from, STEP) == after.known_from
        assert 0 <= after.known_from - (before.known_from - 200 * DAY) < HOUR
        assert (after.watermark, after.judged_until) == (before.watermark, before.judged_until)


async def test_nothing_is_counted_twice_when_the_api_answers_with_what_was_imported_and_swept() -> None:
    """Imported hours have no buckets; a later backfill of the same days by the API must not add to them."""
    start, end = to_slot(instant(-70)), to_slot(instant(-60))
    async with rig(YEARLY, Scripted(lambda _: 1000), instant(9, 0, 3), PullOptions(baseline=100 * DAY)) as bot:
        await imported(bot, list(span(start, end))[: 9 * 288 + 5], 1000)
        await bot.run(instant(9, 0, 10))
        await Retain(bot.history, bot.clock, KEEP).run()
        await imported(bot, span(start, end), 1000)
        async with bot.history.reading() as tx:
            usage = (await tx.buckets.usage([1], Window(start, end), STEP))[1]
        assert (usage.known, usage.in_bytes) == (10 * 288, 10 * 288 * 1000)
