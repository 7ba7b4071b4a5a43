from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.domain.periods import Per, Starts
from bot.domain.sites import Site
from bot.domain.times import DAY, HOUR, Slot, Window, to_slot
from bot.domain.usage import Bucket
from bot.rules.kinds import Planned
from bot.rules.model import Configuration, Quota, Rule, Severity
from bot.service.options import PullOptions
from bot.service.plan import Want, backfill_target, backfill_want, last_complete, live_want
from bot.service.ports import OUTSIDE, Answered, Declined, Progress, Unauthorized, Unavailable
from bot.service.write import Fetched, advanced

NOW = to_slot(datetime(2026, 6, 20, 10, 3, tzinfo=UTC))
END = to_slot(datetime(2026, 6, 20, 10, 0, tzinfo=UTC))
OPTIONS = PullOptions()
SITE = Site(7, "default", "3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10", "cape-town", ZoneInfo("Africa/Johannesburg"))
CAUGHT_UP = Progress(7, Slot(END - 40 * DAY), Slot(END - 300), None, Slot(END - 300), None, Slot(END - 1200))


def test_a_bucket_is_complete_when_it_has_settled() -> None:
    assert last_complete(NOW, OPTIONS) == END
    assert last_complete(Slot(END + 119), OPTIONS) == END - 300


def test_a_new_site_is_asked_for_a_whole_chunk_since_that_costs_the_same() -> None:
    want = live_want(SITE, None, END, OPTIONS, OPTIONS.chunk)
    assert want == Want(SITE, Window(Slot(END - 31 * DAY), END), is_live=True, is_first=True)


def test_an_ordinary_tick_reads_the_trailing_hour_again() -> None:
    want = live_want(SITE, CAUGHT_UP, END, OPTIONS, OPTIONS.chunk)
    assert want is not None
    assert want.window == Window(Slot(END - 300 - HOUR), END)


def test_once_an_hour_two_days_are_read_again() -> None:
    want = live_want(SITE, replace(CAUGHT_UP, reread_at=Slot(END - HOUR)), END, OPTIONS, OPTIONS.chunk)
    assert want is not None
    assert want.is_reread
    assert want.window.start == END - 300 - 2 * DAY


def test_nothing_is_asked_twice_within_a_bucket() -> None:
    assert live_want(SITE, replace(CAUGHT_UP, watermark=END), END, OPTIONS, OPTIONS.chunk) is None


def test_a_watermark_that_a_wrong_clock_set_into_the_future_is_not_believed() -> None:
    want = live_want(SITE, replace(CAUGHT_UP, watermark=Slot(END + DAY)), END, OPTIONS, OPTIONS.chunk)
    assert want is not None
    assert want.window == Window(Slot(END - HOUR), END)
    after = advanced(replace(CAUGHT_UP, watermark=Slot(END + DAY)), fetched(LIVE, Answered([])), None, OPTIONS)
    assert after.watermark == END


def test_after_a_long_outage_the_window_begins_where_the_known_ends() -> None:
    want = live_want(SITE, replace(CAUGHT_UP, watermark=Slot(END - 5 * DAY)), END, OPTIONS, OPTIONS.chunk)
    assert want is not None
    assert want.window.start <= END - 5 * DAY
    assert want.window.end == END


def test_the_trailing_window_never_reaches_before_what_is_known() -> None:
    young = replace(CAUGHT_UP, known_from=Slot(END - 600))
    want = live_want(SITE, young, END, OPTIONS, OPTIONS.chunk)
    assert want is not None
    assert want.window.start == END - 600


def quota(per: Per) -> Configuration:
    rule = Rule("q", Quota(10**9, per, Starts(day=15), (Fraction(80),), (Severity.WARNING,)))
    return Configuration("v", rules=(rule,))


def test_backfill_reaches_the_start_of_the_longest_current_billing_period() -> None:
    assert backfill_target(SITE, Configuration("v"), END, OPTIONS) == END - 28 * DAY
    assert backfill_target(SITE, quota(Per.MONTH), END, OPTIONS) == END - 28 * DAY
    january = to_slot(datetime(2026, 1, 14, 22, 0, tzinfo=UTC))
    assert backfill_target(SITE, quota(Per.YEAR), END, OPTIONS) == january


def test_backfill_takes_the_newest_missing_chunk_and_then_stops() -> None:
    young = replace(CAUGHT_UP, known_from=Slot(END - DAY))
    want = backfill_want(SITE, young, Slot(END - 28 * DAY), 7 * DAY)
    assert want == Want(SITE, Window(Slot(END - 8 * DAY), Slot(END - DAY)), is_live=False)
    assert backfill_want(SITE, CAUGHT_UP, Slot(END - 28 * DAY), 7 * DAY) is None


def test_a_backfill_that_was_given_up_is_not_tried_again() -> None:
    given_up = replace(CAUGHT_UP, known_from=Slot(END - DAY), gave_up_before=Slot(END - DAY))
    assert backfill_want(SITE, given_up, Slot(END - 28 * DAY), 7 * DAY) is None


LIVE = Want(SITE, Window(Slot(END - HOUR), END), is_live=True)
OLD = Want(SITE, Window(Slot(END - 41 * DAY), Slot(END - 40 * DAY)), is_live=False)


def fetched(want: Want, outcome: Answered | Unavailable | Declined | Unauthorized) -> Fetched:
    return Fetched(want, outcome, NOW, NOW)


def test_an_answer_moves_the_watermark_and_makes_the_new_span_due() -> None:
    after = advanced(CAUGHT_UP, fetched(LIVE, Answered([Bucket(END - 300, 1, 1)])), Slot(END - 300), OPTIONS)
    assert (after.watermark, after.dirty_from) == (END, END - 300)


def test_an_answer_without_rows_moves_the_watermark_too_since_it_was_asked_and_answered() -> None:
    after = advanced(CAUGHT_UP, fetched(LIVE, Answered([])), None, OPTIONS)
    assert (after.watermark, after.dirty_from) == (END, END - 300)


def test_an_answer_that_another_one_overtook_takes_no_watermark_back() -> None:
    overtaken = replace(fetched(LIVE, Answered([])), answered_at=Slot(NOW + 600))
    after = advanced(replace(CAUGHT_UP, watermark=Slot(END + 300)), overtaken, Slot(END - 600), OPTIONS)
    assert (after.watermark, after.dirty_from) == (END + 300, END - 600)


def test_a_revised_bucket_makes_everything_since_it_due() -> None:
    after = advanced(CAUGHT_UP, fetched(LIVE, Answered([])), Slot(END - 3000), OPTIONS)
    assert after.dirty_from == END - 3000


def test_what_is_due_stays_due_until_it_is_judged() -> None:
    waiting = replace(CAUGHT_UP, dirty_from=Slot(END - 9000))
    assert advanced(waiting, fetched(LIVE, Answered([])), None, OPTIONS).dirty_from == END - 9000


def test_a_failure_moves_nothing() -> None:
    for outcome in (Unavailable("down"), Unauthorized("no"), Declined("gone", 404)):
        assert advanced(CAUGHT_UP, fetched(LIVE, outcome), None, OPTIONS) == CAUGHT_UP


def test_the_first_answer_makes_only_the_newest_bucket_due_so_that_the_past_is_not_announced() -> None:
    first = Want(SITE, Window(Slot(END - 31 * DAY), END), is_live=True, is_first=True)
    after = advanced(Progress(7), fetched(first, Answered([])), Slot(END - 9 * DAY), OPTIONS)
    assert (after.known_from, after.watermark, after.dirty_from) == (END - 31 * DAY, END, END - 300)


def test_backfilled_history_makes_the_site_due_without_judging_the_past_again() -> None:
    after = advanced(CAUGHT_UP, fetched(OLD, Answered([])), Slot(END - 41 * DAY), OPTIONS)
    assert (after.known_from, after.dirty_from) == (END - 41 * DAY, CAUGHT_UP.watermark)


def test_history_that_the_api_declines_for_good_is_given_up_and_the_quota_judged_without_it() -> None:
    after = advanced(CAUGHT_UP, fetched(OLD, Declined("gone", 404)), None, OPTIONS)
    assert (after.gave_up_before, after.dirty_from) == (END - 40 * DAY, CAUGHT_UP.watermark)


def test_a_long_window_that_is_declined_with_400_is_not_given_up_but_shortened() -> None:
    long = Want(SITE, Window(Slot(END - 70 * DAY), Slot(END - 40 * DAY)), is_live=False)
    assert advanced(CAUGHT_UP, fetched(long, Declined("window", 400)), None, OPTIONS) == CAUGHT_UP


EMPTY_IS_ZERO = PullOptions(empty_is_zero=True)


def test_left_out_rows_are_unknown_unless_the_operator_says_that_they_are_zero() -> None:
    assert fetched(LIVE, Answered([])).asked(OPTIONS) is None
    assert fetched(LIVE, Answered([])).asked(EMPTY_IS_ZERO) == range(END - HOUR, END, 300)


def test_only_complete_buckets_of_an_answered_window_can_be_zero() -> None:
    ahead = Want(SITE, Window(Slot(END - HOUR), Slot(END + HOUR)), is_live=True)
    assert fetched(ahead, Answered([])).asked(EMPTY_IS_ZERO) == range(END - HOUR, END, 300)
    for outcome in (Unavailable("down"), Unauthorized("no"), Declined("gone", 404)):
        assert fetched(LIVE, outcome).asked(EMPTY_IS_ZERO) is None


def test_an_answer_with_rows_that_cannot_be_read_makes_no_zeros_since_they_may_be_the_missing_ones() -> None:
    assert fetched(LIVE, Answered([], {"bad_time": 1})).asked(EMPTY_IS_ZERO) is None
    assert fetched(LIVE, Answered([], {OUTSIDE: 1})).asked(EMPTY_IS_ZERO) is not None


def test_a_rollover_needs_the_period_before_and_what_is_possible_the_four_weeks_before_the_period() -> None:
    def target(**more: object) -> Slot:
        yearly = quota(Per.YEAR).rules[0]
        assert isinstance(yearly.judge, Quota)
        rule = replace(yearly, judge=replace(yearly.judge, **more))  # type: ignore[arg-type]
        return backfill_target(SITE, Configuration("v", rules=(rule,)), END, OPTIONS)

    january = to_slot(datetime(2026, 1, 14, 22, tzinfo=UTC))
    assert target(rollover=1) == january - 365 * DAY
    assert target(possible=True) == january - 28 * DAY
    assert target(rollover=1, possible=True) == january - 365 * DAY
    assert target(pool=True) == january + 2 * HOUR  # a pool's year begins in the zone of the defaults


def test_a_planned_quota_needs_its_period_too() -> None:
    planned = quota(Per.YEAR).rules[0]
    assert isinstance(planned.judge, Quota)
    judge = replace(planned.judge, limit=None, plan=(Planned(date(2026, 1, 1), 5),))
    found = backfill_target(SITE, Configuration("v", rules=(replace(planned, judge=judge),)), END, OPTIONS)
    assert found == to_slot(datetime(2026, 1, 14, 22, tzinfo=UTC))
