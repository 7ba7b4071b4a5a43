"""What is made of rows: their zone, their interval, how late they are, and what a missing one means."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.app.doctor.budgets import budget, sweep
from bot.app.doctor.empty import Span, counted_in, empty_slots
from bot.app.doctor.findings import Finding, Standing
from bot.app.doctor.revisions import still_changing
from bot.app.doctor.rows import Rows, interval, readable, rows_in
from bot.app.doctor.zones import Newest, lateness, zone_of_rows
from bot.domain.times import Slot, Window, to_slot
from bot.domain.usage import Bucket

NOW = datetime(2026, 6, 20, 10, 3, tzinfo=UTC)
SLOT = to_slot(datetime(2026, 6, 20, 10, 0, tzinfo=UTC))
"""The bucket of the present."""
UTC_ZONE, SAST, KOLKATA = map(ZoneInfo, ("UTC", "Africa/Johannesburg", "Asia/Kolkata"))
DAY = Window(Slot(SLOT - 86400), SLOT)
SETTLE = timedelta(minutes=2)


def newest(minutes_shifted: int = 0, zone: ZoneInfo = UTC_ZONE) -> Newest:
    """The newest row of an API whose zone is so much ahead of the one that is set."""
    return Newest(SLOT + minutes_shifted * 60, 300, NOW, zone)


def buckets(*slots: int, step: int = 300) -> Rows:
    return Rows([Bucket(SLOT - step * back, 5, 3) for back in sorted(slots, reverse=True)], {})


def test_a_newest_row_of_the_present_confirms_the_zone() -> None:
    assert zone_of_rows(newest(), "default").standing is Standing.OK
    assert zone_of_rows(newest(-15), "default").standing is Standing.OK


@pytest.mark.parametrize(
    ("shifted", "late", "name"),
    [
        (120, 0, "Africa/Johannesburg"),
        (120, 12, "Africa/Johannesburg"),
        (330, 5, "Asia/Kolkata"),
        (345, 3, "Kathmandu"),
    ],
)
def test_a_row_of_the_future_proposes_a_zone_that_is_ahead(shifted: int, late: int, name: str) -> None:
    finding = zone_of_rows(newest(shifted - late), "default")
    assert finding.standing is Standing.PROBLEM
    assert "future" in finding.text
    assert name in finding.remedy


def test_the_zone_of_the_sites_is_proposed_before_another_with_the_same_offset() -> None:
    maputo = ZoneInfo("Africa/Maputo")
    assert "Africa/Maputo" in zone_of_rows(replace(newest(120), sites_zones=(maputo,)), "default").remedy


@pytest.mark.parametrize(("shifted", "name"), [(-240, "America/New_York"), (-300, "America/Chicago")])
def test_a_row_hours_behind_is_late_or_of_another_zone_and_nobody_claims_to_know(shifted: int, name: str) -> None:
    finding = zone_of_rows(newest(shifted), "default")
    assert finding.standing is Standing.WARNING
    assert "cannot tell" in finding.text
    assert name in finding.remedy
    assert "dashboard" in finding.remedy


def test_an_age_that_no_zone_explains_is_lateness() -> None:
    finding = zone_of_rows(newest(-3 * 1440), "default")
    assert "no zone fits" in finding.remedy
    assert "ALTOSTRAT_TIMEZONE=" not in finding.remedy


def test_the_shift_counts_from_the_zone_that_is_set() -> None:
    assert "ALTOSTRAT_TIMEZONE=Asia/Kolkata" in zone_of_rows(newest(210, SAST), "default").remedy
    assert "ALTOSTRAT_TIMEZONE=UTC" in zone_of_rows(newest(-120, SAST), "default").remedy


def test_where_the_future_cannot_be_asked_for_the_finding_says_what_it_cannot_see() -> None:
    assert "cannot be seen" in zone_of_rows(replace(newest(), into_future=False), "default").text


def test_rows_that_name_their_zone_need_no_setting() -> None:
    assert zone_of_rows(replace(newest(120), name_zone=True), "default").standing is Standing.OK
    rows = [{"time_slot": "2026-06-20T12:00:00+02:00", "total_in_bytes": 1, "total_out_bytes": 1}]
    assert rows_in(rows, DAY, UTC_ZONE) == Rows([Bucket(SLOT, 1, 1)], {}, name_zone=True)


def late(minutes: int, settle: timedelta = SETTLE) -> Finding:
    (finding,) = lateness(newest(-minutes), settle, "default")
    return finding


def test_data_later_than_the_settle_time_proposes_a_longer_one() -> None:
    assert late(0).standing is Standing.OK
    assert late(5).standing is Standing.OK
    finding = late(20)
    assert finding.standing is Standing.WARNING
    assert "13 min ago" in finding.text
    assert "PULL_SETTLE=14m" in finding.remedy
    assert late(20, timedelta(minutes=14)).standing is Standing.OK


def test_lateness_is_not_told_from_a_zone_that_is_in_doubt() -> None:
    assert late(-120).standing is Standing.SKIPPED
    assert late(300).standing is Standing.SKIPPED


def test_the_interval_is_that_of_the_rows_and_not_of_the_request() -> None:
    assert interval(buckets(*range(9)), 300, "default").standing is Standing.OK
    finding = interval(buckets(*range(9), step=900), 300, "default")
    assert finding.remedy == "Set ALTOSTRAT_BUCKET_MINUTES=15"
    assert interval(buckets(1), 300, "default").standing is Standing.SKIPPED


def test_rows_off_the_grid_are_a_problem_unless_they_are_few() -> None:
    rows = [Bucket(SLOT + 60 + 300 * n, 1, 1) for n in range(9)]
    assert interval(Rows(rows, {}), 300, "default").standing is Standing.PROBLEM
    aligned = [Bucket(SLOT + 300 * n, 1, 1) for n in range(10, 30)]
    assert interval(Rows([*rows[:1], *aligned], {}), 300, "default").standing is Standing.OK


def test_rows_that_cannot_be_used_are_counted_by_reason() -> None:
    (finding,) = readable(Rows(buckets(1, 2).buckets, {"negative": 2, "bad_time": 1}), "default")
    assert "3 of 5 rows" in finding.text
    assert "1 bad time, 2 negative" in finding.text


def test_no_row_at_all_is_told() -> None:
    assert [f.standing for f in readable(Rows([], {}), "default")] == [Standing.WARNING]


ACCOUNT = Span(288, 288, 0)


def test_left_out_rows_without_any_zero_propose_the_setting_with_its_doubt() -> None:
    finding = empty_slots(ACCOUNT, [Span(288, 288, 0), Span(288, 228, 0)], "unknown", "default")
    assert finding.standing is Standing.WARNING
    assert "60 of 576 buckets" in finding.text
    assert "ALTOSTRAT_EMPTY_SLOTS=zero" in finding.remedy
    assert "if they were off, leave it" in finding.remedy


def test_written_zeros_mean_that_a_left_out_row_is_unknown() -> None:
    spans = [Span(288, 280, 0), Span(288, 288, 40)]
    assert empty_slots(ACCOUNT, spans, "unknown", "default").standing is Standing.OK
    finding = empty_slots(ACCOUNT, spans, "zero", "default")
    assert finding.standing is Standing.WARNING
    assert "ALTOSTRAT_EMPTY_SLOTS=unknown" in finding.remedy


def test_a_full_day_proves_nothing_and_says_so() -> None:
    assert "cannot be told" in empty_slots(ACCOUNT, [Span(288, 288, 0)], "unknown", "default").text


def test_a_site_without_any_row_is_no_evidence() -> None:
    assert empty_slots(ACCOUNT, [Span(288, 0, 0)], "unknown", "default").standing is Standing.SKIPPED


def test_gaps_of_the_whole_account_are_named() -> None:
    assert "lacks 8 of 288" in empty_slots(Span(288, 280, 0), [Span(288, 200, 0)], "unknown", "default").text


def test_a_setting_of_zero_that_fits_is_fine() -> None:
    assert empty_slots(ACCOUNT, [Span(288, 200, 0)], "zero", "default").standing is Standing.OK


def test_buckets_are_counted_inside_the_window_alone() -> None:
    rows = Rows([Bucket(SLOT - 600, 0, 0), Bucket(SLOT - 300, 1, 0), Bucket(SLOT, 1, 1)], {})
    assert counted_in(rows, Window(Slot(SLOT - 900), SLOT), 300) == Span(3, 2, 1)


def test_values_that_change_after_their_bucket_ended_are_told() -> None:
    before = buckets(1, 2, 3)
    changed = Rows([*before.buckets[:-1], Bucket(SLOT - 300, 9, 9)], {})
    assert still_changing(before, before, SLOT, 300, 20, "default").standing is Standing.OK
    finding = still_changing(before, changed, SLOT, 300, 20, "default")
    assert finding.standing is Standing.WARNING
    assert "1 bucket" in finding.text
    assert still_changing(before, Rows([], {}), SLOT, 300, 20, "default").standing is Standing.SKIPPED


def test_the_bucket_of_the_present_may_change() -> None:
    before, after = (
        Rows(
            [
                Bucket(SLOT, 1, 1),
            ],
            {},
        ),
        Rows([Bucket(SLOT, 9, 9)], {}),
    )
    assert still_changing(before, after, SLOT + 180, 300, 20, "default").standing is Standing.SKIPPED


@pytest.mark.parametrize(
    ("headers", "standing", "word"),
    [
        ({}, Standing.OK, "does not say"),
        ({"x-ratelimit-limit": "60", "x-ratelimit-remaining": "12"}, Standing.OK, "12 of them left"),
        ({"x-ratelimit-limit": "30"}, Standing.WARNING, "allows 30"),
        ({"ratelimit-limit": "120"}, Standing.OK, "may be raised"),
        ({"ratelimit-policy": '"default";q=100;w=600'}, Standing.WARNING, "100 requests in 10 min"),
        ({"ratelimit-limit": "100, 100;w=60"}, Standing.OK, "may be raised"),
        ({"x-ratelimit-limit": "many"}, Standing.OK, "does not say"),
        ({"retry-after": "30"}, Standing.OK, "Retry-After"),
    ],
)
def test_the_budget_is_compared_with_what_the_api_says(headers: dict[str, str], standing: Standing, word: str) -> None:
    finding = budget([{}, headers], 60, "default")
    assert (finding.standing, word in finding.text) == (standing, True), finding.text


def test_a_smaller_budget_proposes_itself() -> None:
    assert "ALTOSTRAT_REQUESTS_PER_MINUTE=30" in budget([{"x-ratelimit-limit": "30"}], 60, "default").remedy


def test_a_fleet_that_takes_longer_than_a_bucket_is_told_how_long() -> None:
    assert sweep(300, 60, 300, "default").standing is Standing.OK
    finding = sweep(5000, 60, 300, "default")
    assert finding.standing is Standing.WARNING
    assert "83 min" in finding.text
    assert sweep(0, 60, 300, "default").standing is Standing.SKIPPED
