from __future__ import annotations

import csv
import io
from dataclasses import asdict, astuple, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bot.demo.days import SPAN_DAYS, near_payday
from bot.demo.effects import Effect, Surge
from bot.demo.fleet import Fleet
from bot.demo.happenings import happenings
from bot.demo.retail import retail_chain
from bot.demo.story import Story
from bot.demo.traffic import Traffic
from bot.domain.block import Block
from bot.domain.periods import Calendar, Per, Starts
from bot.domain.times import Slot, Window, to_slot

ORIGINS = [
    date(2026, 5, 1),
    date(2026, 2, 10),
    date(2025, 12, 12),
    date(2025, 12, 30),
    date(2027, 1, 12),
    date(2024, 2, 29),
]


@pytest.fixture(params=ORIGINS, ids=str)
def origin(request: pytest.FixtureRequest) -> date:
    chosen: date = request.param
    return chosen


@pytest.fixture
def staged(origin: date) -> Fleet:
    return retail_chain(origin)


def told(fleet: Fleet, name: str) -> Story:
    return next(story for story in fleet.stories if story.name == name)


def calm(fleet: Fleet) -> Fleet:
    """The same fleet without its events: what would have been."""
    return replace(fleet, effects={}, holidays={})


def block(fleet: Fleet, site: str, start: datetime, span: timedelta) -> Block:
    return Traffic(fleet).block([fleet.index(site)], Window.of(start, start + span))


def test_a_story_is_one_line_of_csv(chain: Fleet) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(asdict(chain.stories[0])))
    writer.writerows(asdict(story) for story in chain.stories)
    assert len(out.getvalue().splitlines()) == len(chain.stories) == 11
    assert all(str(field) for story in chain.stories for field in astuple(story)[:4])


def test_every_story_is_within_the_last_two_weeks_of_the_span(staged: Fleet, origin: date) -> None:
    for story in staged.stories:
        zone = ZoneInfo(story.local_time.split()[-1])
        assert 31 <= (story.starts_at.astimezone(zone).date() - origin).days < 45
        assert story.local_time.startswith(f"{story.starts_at.astimezone(zone):%Y-%m-%d %H:%M}")
    assert [story.starts_at for story in staged.stories] == sorted(story.starts_at for story in staged.stories)


def test_the_growing_site_passes_its_steps_exactly_when_told(staged: Fleet, origin: date) -> None:
    site = staged.site("Cape Town")
    calendar = Calendar(Per.MONTH, site.timezone, Starts(day=site.billing_day))
    for percent in (50, 80, 100):
        story = told(staged, f"quota {percent} %")
        period = calendar.period(to_slot(story.starts_at))
        assert story.ends_at is not None
        before, after = (
            int(Traffic(staged).summed([0], Window(period.start, to_slot(at))).in_bytes.sum())
            + int(Traffic(staged).summed([0], Window(period.start, to_slot(at))).out_bytes.sum())
            for at in (story.starts_at, story.ends_at)
        )
        assert site.quota is not None
        assert before * 100 < site.quota * percent <= after * 100


def test_the_growing_site_reaches_its_steps_on_days_32_to_41_of_one_period(staged: Fleet, origin: date) -> None:
    days = [
        (told(staged, f"quota {percent} %").starts_at.astimezone(staged.sites[0].timezone).date() - origin).days
        for percent in (50, 80, 100)
    ]
    assert days[0] == 32
    assert 36 <= days[1] <= 39
    assert days[2] == 41


def test_other_metered_sites_stay_within_their_quota(staged: Fleet, origin: date) -> None:
    for name in ("Bloemfontein", "Upington"):
        used = block(
            staged, name, datetime.combine(origin + timedelta(days=14), datetime.min.time(), UTC), timedelta(days=31)
        )
        assert int(used.in_bytes.sum() + used.out_bytes.sum()) < 0.75 * (staged.site(name).quota or 0)


def test_the_spike_is_eight_times_inbound_for_fifty_minutes(staged: Fleet) -> None:
    story = told(staged, "spike")
    assert story.ends_at is not None
    assert story.ends_at - story.starts_at == timedelta(minutes=50)
    seen, usual = (block(each, story.site, story.starts_at, timedelta(minutes=50)) for each in (staged, calm(staged)))
    assert np.allclose(seen.in_bytes, usual.in_bytes * 8, atol=8)
    assert np.array_equal(seen.out_bytes, usual.out_bytes)
    after, usual = (block(each, story.site, story.ends_at, timedelta(hours=3)) for each in (staged, calm(staged)))
    assert np.array_equal(after.in_bytes, usual.in_bytes)


def test_an_update_lifts_what_every_site_receives_by_60_percent_for_four_hours(staged: Fleet) -> None:
    story = told(staged, "fleet-wide rise")
    assert story.ends_at is not None
    assert story.ends_at - story.starts_at == timedelta(hours=4)
    window = Window.of(story.starts_at, story.ends_at)
    still = replace(staged, effects=without_surges_from(staged, window.start))
    seen, usual = (Traffic(each).block(range(12), window) for each in (staged, still))
    assert (seen.known == usual.known).all()
    assert np.allclose(seen.in_bytes, usual.in_bytes * 1.6, atol=8)
    assert np.allclose(seen.out_bytes, usual.out_bytes * 1.05, atol=8)


def without_surges_from(fleet: Fleet, start: Slot) -> dict[int, tuple[Effect, ...]]:
    return {
        site: tuple(each for each in effects if not (isinstance(each, Surge) and each.window.start == start))
        for site, effects in fleet.effects.items()
    }


def test_a_new_level_stays(staged: Fleet) -> None:
    story = told(staged, "new level")
    assert story.ends_at is None
    for days in (0, 60):
        start = story.starts_at + timedelta(days=days)
        seen, usual = (block(each, story.site, start, timedelta(hours=1)) for each in (staged, calm(staged)))
        assert np.allclose(seen.in_bytes, usual.in_bytes * 1.8, atol=8)
        assert np.allclose(seen.out_bytes, usual.out_bytes * 1.8, atol=8)


@pytest.mark.parametrize("year", [2024, 2027])
def test_whatever_day_it_begins_what_happens_finds_ordinary_days_of_its_own(year: int) -> None:
    fleet = retail_chain(ORIGINS[0])
    for number in range(366):
        origin = date(year, 1, 1) + timedelta(days=number)
        stories = {story.name: story for each in happenings(fleet, origin) for story in each.stories}
        own = ("outage", "new level", "spike", "exfiltration", "fleet-wide rise", "holiday")
        days = [date.fromisoformat(stories[name].local_time[:10]) for name in own]
        assert len(set(days)) == len(days)
        assert all(31 <= (day - origin).days < SPAN_DAYS and day.weekday() < 5 for day in days)
        assert not any(near_payday(day) for day in days)


def test_the_exfiltration_is_an_hour_of_outbound_at_night_only(staged: Fleet) -> None:
    story = told(staged, "exfiltration")
    assert story.starts_at.astimezone(staged.site(story.site).timezone).hour == 2
    seen, usual = (block(each, story.site, story.starts_at, timedelta(hours=1)) for each in (staged, calm(staged)))
    assert np.array_equal(seen.in_bytes, usual.in_bytes)
    assert (seen.out_bytes - usual.out_bytes == staged.site(story.site).busy // 4).all()
    assert seen.out_bytes.sum() > 5 * usual.out_bytes.sum()


def test_the_outage_has_no_rows_for_five_hours_and_then_catches_up(staged: Fleet) -> None:
    story = told(staged, "outage")
    assert story.ends_at is not None
    assert not block(staged, story.site, story.starts_at, timedelta(hours=5)).known.any()
    assert block(staged, story.site, story.starts_at - timedelta(hours=1), timedelta(hours=1)).known.all()
    seen, usual = (block(each, story.site, story.ends_at, timedelta(minutes=30)) for each in (staged, calm(staged)))
    factors = seen.in_bytes[0] / usual.in_bytes[0]
    assert factors[0] == pytest.approx(5, rel=0.01)
    assert (np.diff(factors) < 0).all()
    assert factors[-1] > 1


def test_the_silent_site_never_comes_back(staged: Fleet) -> None:
    story = told(staged, "silence")
    assert story.ends_at is None
    assert not block(staged, story.site, story.starts_at, timedelta(days=60)).known.any()
    assert block(staged, story.site, story.starts_at - timedelta(days=20), timedelta(days=20)).known.all()


def test_the_holiday_looks_like_a_sunday_at_home_and_like_nothing_abroad(staged: Fleet) -> None:
    start = told(staged, "holiday").starts_at
    assert start.astimezone(ZoneInfo("Africa/Johannesburg")).weekday() < 5
    for site in staged.sites:
        if site.name in {"Polokwane", "Cape Town", "Gqeberha"}:
            continue
        seen, usual = (block(each, site.name, start, timedelta(days=1)) for each in (staged, calm(staged)))
        abroad = site.timezone.key != "Africa/Johannesburg"
        assert abroad is np.array_equal(seen.in_bytes, usual.in_bytes), site.name
        assert abroad or seen.in_bytes.sum() < 0.6 * usual.in_bytes.sum(), site.name


def test_events_other_than_the_holiday_fall_on_ordinary_working_days(staged: Fleet) -> None:
    zone = ZoneInfo("Africa/Johannesburg")
    holiday = told(staged, "holiday").starts_at.astimezone(zone).date()
    for name in ("spike", "outage", "exfiltration", "fleet-wide rise", "new level"):
        day = told(staged, name).starts_at.astimezone(zone).date()
        assert day != holiday
        assert day.weekday() < 5
        assert day.day not in {25, 26, 27}


def test_the_fleet_has_the_sites_and_zones_a_demonstration_needs(chain: Fleet) -> None:
    assert len(chain.sites) == len({site.id for site in chain.sites}) == 12
    assert {site.timezone.key for site in chain.sites} == {"Africa/Johannesburg", "Europe/London", "Asia/Kolkata"}
    assert {site.tags["kind"] for site in chain.sites} == {"store", "warehouse", "office"}
    assert any("satellite" in site.tags["plan"] for site in chain.sites)
    assert chain.site("Cape Town").id == retail_chain(date(2027, 3, 3), seed=9).site("Cape Town").id


def test_no_bucket_is_too_large_for_anyone(chain: Fleet) -> None:
    start = to_slot(datetime(2026, 5, 1, tzinfo=UTC))
    everything = Traffic(chain).block(range(12), Window(start, Slot(start + 45 * 86400)))
    assert 10**8 < int(everything.in_bytes.max()) < 10**11
