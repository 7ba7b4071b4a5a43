"""Silence end to end: what is silent, since when, for how long, and what is not silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.alerts.model import Alert, Change, Kind, Reason, Transition
from bot.domain.times import DAY, Slot, Window, iso, to_slot
from bot.rules.model import Configuration, NoData, Rule
from bot.rules.sites import ListedSite
from bot.service.options import PullOptions
from bot.service.ports import Answered, Listed, ListOutcome, PullOutcome, Unavailable
from tests.service.test_quotas_end_to_end import MEGA, SITE, STEP, Rig, Scripted, configuration, instant, rig

SOON = PullOptions(baseline=DAY, chunk=4 * DAY)
HALF_HOUR = NoData(timedelta(minutes=30))
DARK = to_slot(instant(9, 1))
"""The site is silent from here on."""
OTHER = "22222222-2222-4222-8222-222222222222"


def watching(no_data: NoData = HALF_HOUR, **more: object) -> Configuration:
    rule = replace(Rule("silent-site", no_data), **more)  # type: ignore[arg-type]
    return replace(configuration("rules: []"), rules=(rule,))


def silent_during(start: Slot, end: Slot) -> Scripted:
    return Scripted(lambda slot: None if start <= slot < end else MEGA)


@dataclass
class Failing(Scripted):
    """Answers nothing at all during `down`."""

    down: Window | None = None

    async def usage(self, sites: Sequence[str], window: Window) -> PullOutcome:
        if self.down is not None and window.end in self.down:
            return Unavailable("503")
        return await super().usage(sites, window)


@dataclass
class Two(Scripted):
    """A second site that always has a row, so that rows of the first one which are left out are zeros."""

    own: list[str] = field(default_factory=lambda: [SITE])

    async def usage(self, sites: Sequence[str], window: Window) -> PullOutcome:
        if list(sites) == [SITE]:
            return await super().usage(sites, window)
        return Answered(Scripted(lambda _: MEGA).buckets(window))

    async def list_sites(self, known: object = ()) -> ListOutcome:
        return Listed(
            [ListedSite("default", id_, name, "UTC") for id_, name in ((SITE, "cape-town"), (OTHER, "durban"))]
        )


async def alert(bot: Rig, number: int = 1) -> Alert:
    async with bot.history.reading() as tx:
        found = await tx.alerts.get(number)
    assert found is not None
    return found


async def moves(bot: Rig, number: int = 1) -> list[Transition]:
    async with bot.history.reading() as tx:
        return list(await tx.alerts.transitions(number))


async def test_a_site_is_silent_at_the_bucket_end_at_which_nothing_came_for_so_long() -> None:
    async with rig(watching(), silent_during(DARK, to_slot(instant(12))), instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 1, 30))
        assert bot.people.told() == []
        await bot.run(instant(9, 1, 33))
        assert bot.people.told() == [("fired", "")]
        found = await alert(bot)
    assert found.key.kind is Kind.NO_DATA
    assert iso(found.since) == "2026-06-10T01:30:00Z"
    assert (found.value, found.limit) == (30 * 60, 30 * 60)


async def test_it_is_told_for_how_long_the_site_was_silent() -> None:
    back = to_slot(instant(9, 5, 10))
    async with rig(watching(), silent_during(DARK, back), instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 6))
        assert bot.people.told() == [("fired", ""), ("resolved", "")]
        found = await alert(bot)
    assert iso(found.resolved_at or Slot(0)) == "2026-06-10T05:15:00Z"
    assert timedelta(seconds=found.value) == timedelta(hours=4, minutes=10)


async def test_an_api_that_does_not_answer_makes_nobody_silent() -> None:
    """And what it has to say afterwards shows that nobody was."""
    api = Failing(lambda _: MEGA, down=Window(DARK, to_slot(instant(9, 4))))
    async with rig(watching(), api, instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 3, 50))
        assert bot.people.told() == []
        await bot.run(instant(9, 5))
        assert bot.people.told() == []


async def test_silence_that_an_outage_hid_is_told_when_it_is_over() -> None:
    api = Failing(
        lambda slot: None if DARK <= slot < to_slot(instant(9, 3)) else MEGA, down=Window(DARK, to_slot(instant(9, 4)))
    )
    async with rig(watching(), api, instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 5))
        assert bot.people.told() == [("fired", ""), ("resolved", "")]
        assert bot.people.seen[0].news[0].late_by > timedelta(hours=2)


async def test_a_bot_that_was_off_finds_the_same_silence() -> None:
    async with rig(watching(), silent_during(DARK, to_slot(instant(12))), instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 1, 10))
        bot.now = instant(9, 8, 3)
        await bot.start(watching())
        await bot.run(instant(9, 8, 10))
        assert bot.people.told() == [("fired", "")]
        found = await alert(bot)
    assert iso(found.since) == "2026-06-10T01:30:00Z"
    assert timedelta(seconds=found.value) == timedelta(hours=7, minutes=5)


async def test_data_that_only_came_late_withdraws_the_silence() -> None:
    late = dict.fromkeys(range(DARK, to_slot(instant(9, 1, 45)), STEP), MEGA)
    async with rig(watching(), silent_during(DARK, to_slot(instant(9, 1, 45))), instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 1, 40))
        assert bot.people.told() == [("fired", "")]
        bot.api.revised.update(late)
        await bot.run(instant(9, 2, 10))
        assert bot.people.told() == [("fired", ""), ("corrected", "")]
        found = await alert(bot)
    assert found.reason is Reason.DATA_REVISED


async def test_late_data_that_leaves_a_silence_long_enough_changes_nothing_for_people() -> None:
    async with rig(watching(), silent_during(DARK, to_slot(instant(9, 3))), instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 1, 40))
        bot.api.revised[DARK] = MEGA
        await bot.run(instant(9, 4))
        assert bot.people.told() == [("fired", ""), ("resolved", "")]
        found = await alert(bot)
    assert timedelta(seconds=found.value) == timedelta(hours=1, minutes=55)


async def test_gaps_of_the_past_that_a_first_start_brings_are_told_to_nobody() -> None:
    async with rig(watching(), silent_during(to_slot(instant(3)), to_slot(instant(5))), instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 2))
        assert bot.people.told() == []


async def test_a_site_that_is_silent_when_the_bot_starts_says_since_when() -> None:
    gone = to_slot(instant(4, 7, 20))
    async with rig(watching(), silent_during(gone, to_slot(instant(30))), instant(9, 0, 33)) as bot:
        await bot.run(instant(9, 0, 40))
        assert bot.people.told() == [("fired", "")]
        found = await alert(bot)
    assert timedelta(seconds=found.value) == timedelta(days=4, hours=17, minutes=15)


async def test_a_site_that_was_never_heard_of_is_not_watched_until_it_is() -> None:
    first, gone = to_slot(instant(9, 3)), to_slot(instant(9, 4))
    api = Scripted(lambda slot: MEGA if first <= slot < gone else None)
    async with rig(watching(), api, instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 4, 20))
        assert bot.people.told() == []
        await bot.run(instant(9, 5))
        assert bot.people.told() == [("fired", "")]
        found = await alert(bot)
    assert iso(found.since) == "2026-06-10T04:30:00Z"


async def test_zeros_are_heard_unless_the_rule_says_that_they_are_silence() -> None:
    for zero_is_silent, told in ((False, []), (True, [("fired", "")])):
        rules = watching(replace(HALF_HOUR, zero_is_silent=zero_is_silent))
        async with rig(rules, Scripted(lambda slot: 0 if slot >= DARK else MEGA), instant(9, 0, 33), SOON) as bot:
            await bot.run(instant(9, 2))
            assert bot.people.told() == told


async def test_rows_that_are_left_out_as_zeros_are_silence_where_zeros_are() -> None:
    """ALTOSTRAT_EMPTY_SLOTS=zero."""
    api, options = Two(lambda slot: None if slot >= DARK else MEGA), replace(SOON, empty_is_zero=True)
    async with rig(watching(), api, instant(9, 0, 33), options) as bot:
        await bot.run(instant(9, 2))
        assert bot.people.told() == []
    async with rig(watching(replace(HALF_HOUR, zero_is_silent=True)), api, instant(9, 0, 33), options) as bot:
        await bot.run(instant(9, 2))
        assert bot.people.told() == [("fired", "")]


async def test_a_word_between_two_silences_does_not_end_an_alert_that_keeps_firing() -> None:
    """One bucket in the middle; the silence after it, too short to alert by itself, is not quiet either."""
    word = to_slot(instant(9, 3))
    api = Scripted(lambda slot: None if slot >= DARK and slot != word and slot < to_slot(instant(9, 5)) else MEGA)
    async with rig(watching(keep_firing=timedelta(minutes=15)), api, instant(9, 0, 33), SOON) as bot:
        await bot.run(instant(9, 6))
        assert bot.people.told() == [("fired", ""), ("resolved", "")]
        assert [move.change for move in await moves(bot)] == [Change.FIRED, Change.RESOLVED]
        assert iso((await alert(bot)).resolved_at or Slot(0)) == "2026-06-10T05:20:00Z"
