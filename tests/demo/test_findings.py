"""What was told, held against what there was to find."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from rich.console import Console

from bot.alerts.model import Change, Kind
from bot.demo.api import SimulatedApi
from bot.demo.findings import Finding, findings, told_besides
from bot.demo.fleet import Fleet
from bot.demo.story import Story
from bot.demo.summary import print_summary
from bot.service.views import News
from tests.notify import builders

BUCKET = timedelta(minutes=5)


def story_named(fleet: Fleet, name: str) -> Story:
    return next(story for story in fleet.stories if story.name == name)


def found(fleet: Fleet, name: str, *news: News) -> Finding:
    return next(finding for finding in findings(fleet, news) if finding.story.name == name)


def beginning(site: str, kind: Kind, at: datetime, change: Change = Change.FIRED) -> News:
    alert = replace(builders.threshold(site), kind=kind)
    return builders.news(alert, change, at=at)


def spike(fleet: Fleet, name: str, buckets: int, site: str = "") -> News:
    story = story_named(fleet, name)
    return beginning(site or story.site, Kind.SPIKE, story.starts_at + buckets * BUCKET)


def test_it_counts_the_buckets_of_the_story_until_it_was_told_first(chain: Fleet) -> None:
    finding = found(chain, "spike", spike(chain, "spike", 3), spike(chain, "spike", 7))
    assert (finding.buckets, finding.times, finding.is_right) == (3, 2, True)
    assert finding.told_at is not None
    assert f"{finding.told_at:%Z}" == "SAST"


def test_what_nobody_told_is_missed_where_something_is_wrong_and_right_where_nothing_is(chain: Fleet) -> None:
    assert {finding.story.name for finding in findings(chain, []) if finding.is_right} == {"holiday", "catch-up"}


@pytest.mark.parametrize("name", ["spike", "exfiltration", "new level", "fleet-wide rise"])
def test_what_is_told_of_another_time_site_or_kind_or_that_it_is_over_is_not_the_story(chain: Fleet, name: str) -> None:
    site = story_named(chain, name).site
    right = spike(chain, name, 4)
    before, later = spike(chain, name, 0), spike(chain, name, 12 * 26)
    elsewhere = spike(chain, name, 4, site="Sandton")
    silent = beginning(site, Kind.NO_DATA, right.at)
    over = replace(right, change=Change.RESOLVED)
    assert found(chain, name, before, later, elsewhere, silent, over).told_at is None
    assert found(chain, name, right).is_right


def test_a_holiday_is_spoilt_by_an_alarm_at_any_site_that_has_it_and_by_none_elsewhere(chain: Fleet) -> None:
    assert found(chain, "holiday", spike(chain, "holiday", 130, site="London Office")).is_right
    assert not found(chain, "holiday", spike(chain, "holiday", 130, site="Sandton")).is_right


def test_a_rise_of_the_fleet_is_told_by_the_fleet_and_sites_beside_it_are_told_besides(chain: Fleet) -> None:
    whole, alone = (spike(chain, "fleet-wide rise", 5, site=site) for site in ("fleet of unusual-traffic", "Sandton"))
    assert found(chain, "fleet-wide rise", alone, whole).times == 1
    assert told_besides(chain, [alone, whole]) == [alone]


def test_only_unusual_traffic_of_no_story_is_told_besides(chain: Fleet) -> None:
    known = [spike(chain, "spike", 3), beginning("Sandton", Kind.NO_DATA, story_named(chain, "spike").starts_at)]
    calm = spike(chain, "catch-up", 3)
    assert told_besides(chain, [*known, calm]) == [calm]


def test_a_step_of_a_quota_that_was_passed_with_another_has_its_own_time(chain: Fleet) -> None:
    half, most = (story_named(chain, f"quota {percent} %") for percent in (50, 80))
    assert half.ends_at is not None
    assert most.ends_at is not None
    first = beginning(half.site, Kind.QUOTA, half.ends_at)
    both = replace(
        beginning(half.site, Kind.QUOTA, most.ends_at, Change.WORSENED),
        crossed={Fraction(50): half.ends_at, Fraction(80): most.ends_at},
    )
    for news in ([both], [first, both]):
        assert found(chain, "quota 50 %", *news).buckets == found(chain, "quota 80 %", *news).buckets == 1


def test_the_forecast_is_of_the_site_and_from_before(chain: Fleet) -> None:
    full = story_named(chain, "quota 100 %")
    assert full.ends_at is not None
    reached = beginning(full.site, Kind.QUOTA, full.ends_at, Change.WORSENED)
    day = timedelta(days=1)
    told = [beginning(full.site, Kind.FORECAST, full.starts_at + when * day) for when in (-4, -2, 1)]
    assert found(chain, "quota 100 %", reached, *told).foretold_at == full.starts_at - 4 * day
    other = beginning("Upington", Kind.FORECAST, full.starts_at - day)
    assert found(chain, "quota 100 %", reached, other).foretold_at is None


def page_of(api: SimulatedApi, news: Sequence[News], folder: Path) -> str:
    page = io.StringIO()
    print_summary(Console(file=page, width=80, force_terminal=False), api, news, folder)
    return page.getvalue()


def row_of(page: str, name: str) -> str:
    (row,) = (line for line in page.splitlines() if f"│ {name} " in line)
    return row.rsplit("│", 2)[1].strip()


def test_the_summary_says_what_was_told_when_what_rightly_was_not_and_what_went_wrong(
    chain: Fleet, api: SimulatedApi, tmp_path: Path
) -> None:
    late = spike(chain, "new level", 12 * 16)
    page = page_of(api, [spike(chain, "spike", 3), late, spike(chain, "catch-up", 2)], tmp_path)
    assert row_of(page, "spike") == "14:25, after 3 buckets"
    assert row_of(page, "new level").startswith(f"{late.at.day + 1} ")  # in UTC it is still the day before
    assert row_of(page, "holiday") == "nobody, rightly"
    assert row_of(page, "exfiltration") == "nobody: missed"
    assert row_of(page, "catch-up").endswith(", wrongly")
    assert "told besides: " in page
    assert page.count("Pretoria East, out") == 1
    assert "told besides: none" in page_of(api, [], tmp_path)
    assert max(map(len, page.splitlines()[:16])) <= 80
