"""A chart's digest follows from all that it says, in any process, and from nothing else; so do its bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

from bot.notify.charts.digest import digest
from bot.notify.charts.drawing import picture
from tests.notify.charts.samples import END, NOW, burn_down, every, quotas, site, threshold


def test_the_digest_of_a_chart_never_changes() -> None:
    """Written down, so that another process, machine or version of Python is held to it."""
    assert digest(quotas()) == "a7fa4307a8349f6d7f153eefa3e360764dff5e19076bbd23c8551eeeb278ed44"


def test_each_value_counts() -> None:
    whole, course = burn_down(), threshold()
    assert whole.fan is not None
    charts = [
        *every().values(),
        replace(whole, subject="Cape Towm"),
        replace(whole, limit=whole.limit + 1),
        replace(whole, fan=replace(whole.fan, exhausts_at=None)),
        replace(whole, fan=replace(whole.fan, middle=whole.fan.middle + 1)),
        replace(whole, steps=whole.steps[1:]),
        replace(course, bars=(*course.bars[1:], replace(course.bars[-1], is_partial=True))),
        replace(course, under=True),
        replace(course, limit_said="16 GB in 1 hour"),
    ]
    assert len({digest(chart) for chart in charts}) == len(charts)


def test_the_same_instant_said_otherwise_is_the_same() -> None:
    elsewhere = timezone(timedelta(hours=5))
    assert digest(replace(burn_down(), end=END.astimezone(elsewhere))) == digest(burn_down())


def test_the_same_chart_is_the_same_picture_byte_for_byte() -> None:
    assert picture(site()) == picture(site())
    assert NOW.tzinfo is not None
