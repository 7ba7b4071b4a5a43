"""Several alerts beside each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.alerts.model import Kind
from bot.notify.groups import share_rows
from bot.rules.model import Severity
from bot.service.charts.model import Mark, Scale
from bot.service.charts.ranked import ranked, risen_together
from bot.service.views import RiseView
from tests.notify.builders import GB, NOW, ended, fleet, quota, spike, threshold, trouble


def test_quotas_are_ranked_by_the_share_of_each_ones_own_limit() -> None:
    small = replace(quota("Small", percent=100, number=3), value=11 * GB, limit=10 * GB, runs_out_at=None)
    shown = ranked([quota("Large"), small])
    assert shown is not None
    assert shown.scale is Scale.SHARE
    assert shown.rows == (
        Mark("Small", 11 * GB, 10 * GB, Severity.CRITICAL),
        Mark("Large", 402 * GB, 500 * GB, Severity.WARNING, "runs out Tue 25 Nov"),
    )


def test_of_many_the_worst_ten_are_shown_and_how_many_more_there_are() -> None:
    shown = ranked(fleet(30))
    assert shown is not None
    assert (len(shown.rows), shown.more, shown.rows[0].name) == (10, 20, "Site 001")


def test_what_has_ended_has_no_severity_and_is_left_out_where_its_numbers_are_past() -> None:
    over = ranked([quota("A"), ended(quota("B", number=2))])
    assert over is not None
    assert [row.severity for row in over.rows] == [Severity.WARNING, None]
    assert ranked([threshold("A"), ended(threshold("B", number=2))]) is None


def test_spikes_are_ranked_by_how_far_above_the_usual_they_are() -> None:
    shown = ranked([spike("A"), spike("B", gigabytes=2.4, number=9)])
    assert shown is not None
    assert (shown.scale, [(row.name, row.value) for row in shown.rows]) == (Scale.RISE, [("A", 933), ("B", 100)])


def test_what_cannot_be_compared_is_not() -> None:
    silent = replace(threshold("A"), kind=Kind.NO_DATA)
    assert ranked([quota("A"), threshold("B")]) is None
    assert ranked([silent, replace(silent, site="B")]) is None
    assert ranked([trouble("a"), trouble("b")]) is None
    assert ranked([quota("A")]) is None


def test_a_fleet_that_rose_shows_the_sites_that_rose_most() -> None:
    hour = timedelta(hours=1)
    rise = RiseView(9, 12, 12, 40, NOW, NOW, hour, 9, 5, largest=(("A", 90), ("B", 60)))
    shown = risen_together(rise)
    assert shown is not None
    assert ([(row.name, row.value) for row in shown.rows], shown.more) == ([("A", 90), ("B", 60)], 7)
    assert risen_together(replace(rise, largest=())) is None


def test_a_site_that_fell_meanwhile_is_not_among_those_that_rose() -> None:
    rise = RiseView(1, 3, 3, 40, NOW, NOW, timedelta(hours=1), 9, 5, largest=(("A", 90), ("B", 0), ("C", -14)))
    shown = risen_together(rise)
    assert shown is not None
    assert [row.name for row in shown.rows] == ["A"]
    alert = replace(spike(), site="fleet", spike=None, rise=rise)
    assert [(row.site, row.state) for row in share_rows(alert)] == [("A", "+90 %")]
