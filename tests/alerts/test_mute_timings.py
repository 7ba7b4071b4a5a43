"""Recurring local times at which nobody is told."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.model import Alert, AlertKey, Kind, State
from bot.alerts.mute_timings import muted_until
from bot.alerts.silences import Quiet, Silence
from bot.domain.times import Slot, iso, to_slot
from bot.rules.model import Severity
from bot.rules.telling import EVERYTHING, Match, MuteTiming, Telling

UTC_ZONE, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
NIGHTS = MuteTiming("nights", times=((time(22), time(6)),))
WEEKENDS = MuteTiming("weekends", days=frozenset({5, 6}))
FRIDAY_NIGHTS = MuteTiming("fridays", frozenset({4}), ((time(22), time(6)),))


def at(text: str) -> Slot:
    return to_slot(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("timing", "zone", "moment", "end"),
    [
        (NIGHTS, UTC_ZONE, "2026-06-01T21:59:59", None),
        (NIGHTS, UTC_ZONE, "2026-06-01T22:00:00", "2026-06-02T06:00:00Z"),
        (NIGHTS, UTC_ZONE, "2026-06-02T05:59:59", "2026-06-02T06:00:00Z"),
        (NIGHTS, UTC_ZONE, "2026-06-02T06:00:00", None),
        (NIGHTS, BERLIN, "2026-06-01T20:00:00", "2026-06-02T04:00:00Z"),
        # Friday 5 June 2026: its night ends on Saturday, and there is none from Saturday to Sunday.
        (FRIDAY_NIGHTS, UTC_ZONE, "2026-06-06T03:00:00", "2026-06-06T06:00:00Z"),
        (FRIDAY_NIGHTS, UTC_ZONE, "2026-06-05T03:00:00", None),
        (FRIDAY_NIGHTS, UTC_ZONE, "2026-06-06T23:00:00", None),
        (WEEKENDS, UTC_ZONE, "2026-06-06T00:00:00", "2026-06-07T00:00:00Z"),
        (WEEKENDS, UTC_ZONE, "2026-06-08T00:00:00", None),
        # The night in which the clock is put forward has seven hours, the other one nine.
        (NIGHTS, BERLIN, "2026-03-28T21:00:00", "2026-03-29T04:00:00Z"),
        (NIGHTS, BERLIN, "2026-10-24T20:00:00", "2026-10-25T05:00:00Z"),
    ],
)
def test_a_timing_is_in_force_until_its_span_ends(
    timing: MuteTiming, zone: ZoneInfo, moment: str, end: str | None
) -> None:
    until = muted_until(timing, zone, at(moment))
    assert iso(until) == (end or f"{moment}Z")


def test_the_zone_of_a_timing_goes_before_the_default() -> None:
    own = MuteTiming("nights", times=NIGHTS.times, timezone=BERLIN)
    assert iso(muted_until(own, UTC_ZONE, at("2026-06-01T20:30:00"))) == "2026-06-02T04:00:00Z"


ALERT = Alert(AlertKey("default", "lte", Kind.QUOTA, None), State.FIRING, Slot(0), Severity.WARNING)
TIMINGS = {"nights": NIGHTS, "weekends": WEEKENDS}
BOTH = Telling(mute=("nights", "weekends"))


def heard_from(quiet: Quiet, telling: Telling, moment: str) -> str | None:
    end = quiet.heard_from(ALERT, None, telling, at(moment))
    return None if end is None else iso(end)


def test_spans_that_touch_are_one_quiet_time() -> None:
    quiet = Quiet((), TIMINGS, UTC_ZONE)
    assert heard_from(quiet, BOTH, "2026-06-05T23:00:00") == "2026-06-08T06:00:00Z"
    assert heard_from(quiet, Telling(mute=("weekends",)), "2026-06-06T12:00:00") == "2026-06-08T00:00:00Z"
    assert heard_from(quiet, BOTH, "2026-06-03T12:00:00") == "2026-06-03T12:00:00Z"


def test_a_silence_that_ends_in_a_muted_night_is_followed_by_the_rest_of_the_night() -> None:
    silence = Silence(EVERYTHING, at("2026-06-03T12:00:00"), at("2026-06-03T23:00:00"))
    quiet = Quiet((silence,), TIMINGS, UTC_ZONE)
    assert heard_from(quiet, BOTH, "2026-06-03T12:30:00") == "2026-06-04T06:00:00Z"
    assert heard_from(quiet, Telling(), "2026-06-03T12:30:00") == "2026-06-03T23:00:00Z"
    assert heard_from(quiet, Telling(), "2026-06-03T11:59:59") == "2026-06-03T11:59:59Z"


def test_a_silence_of_other_alerts_keeps_nothing_quiet() -> None:
    silence = Silence(Match(rules=("other",)), at("2026-06-03T12:00:00"), at("2026-06-03T23:00:00"))
    assert heard_from(Quiet((silence,)), Telling(), "2026-06-03T12:30:00") == "2026-06-03T12:30:00Z"


def test_what_is_always_muted_is_never_heard() -> None:
    days = MuteTiming("days", times=((time(6), time(22)),))
    quiet = Quiet((), {"nights": NIGHTS, "days": days}, UTC_ZONE)
    assert heard_from(quiet, Telling(mute=("nights", "days")), "2026-06-03T12:00:00") is None


def test_a_silence_of_months_ends_all_the_same() -> None:
    silence = Silence(EVERYTHING, at("2026-06-03T12:00:00"), at("2026-12-03T23:00:00"))
    assert heard_from(Quiet((silence,), TIMINGS, UTC_ZONE), BOTH, "2026-06-03T12:30:00") == "2026-12-04T06:00:00Z"


@pytest.mark.parametrize(("slot", "in_force"), [(99, False), (100, True), (199, True), (200, False)])
def test_a_silence_is_in_force_from_its_start_until_its_end(slot: int, in_force: bool) -> None:
    assert Silence(Match(), Slot(100), Slot(200)).is_in_force(slot) is in_force
