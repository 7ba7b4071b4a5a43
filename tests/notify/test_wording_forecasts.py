"""Forecasts in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.alerts.model import Change, Reason
from bot.notify.plain import plain_text
from bot.notify.wording import compose
from bot.service.answers.tables import what
from bot.service.views import AlertView
from tests.notify.builders import GB, HOSTILE, ended, forecast, news, telling

FORECAST = forecast()


def text(alert: AlertView, change: Change = Change.FIRED) -> str:
    return plain_text(telling(news(alert, change)))


def test_it_says_what_is_expected_when_it_runs_out_how_sure_that_is_and_on_what_basis() -> None:
    said = text(FORECAST)
    assert "Cape Town is likely to reach 100 % of its 500 GB" in said
    for part in ("560 GB by the period's end", "520 GB to 640 GB", "86 %", "28 days", "27 Nov", "301 GB of 500 GB"):
        assert part in said, part


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.CAME_TRUE, "has reached 100 % of its 500 GB, as forecast"),
        (Reason.PERIOD_ENDED, "The billing period of Cape Town has ended"),
        (Reason.RULE_CHANGED, "Closed: the rule about Cape Town changed"),
    ],
)
def test_it_ends_with_its_reason_and_without_the_old_forecast(reason: Reason, words: str) -> None:
    said = text(ended(FORECAST, reason), Change.RESOLVED)
    assert words in said
    assert "560 GB" not in said


def test_what_is_taken_back_is_taken_back_by_a_new_forecast() -> None:
    assert FORECAST.outlook is not None
    calmer = replace(FORECAST, outlook=replace(FORECAST.outlook, forecast=455 * GB, likely=22, exhausts_at=None))
    said = text(ended(calmer, Reason.BACK_TO_NORMAL), Change.RESOLVED)
    assert "Cape Town is not likely to reach 100 % of its 500 GB any more" in said
    for part in ("455 GB by the period's end", "22 % to reach 100 %"):
        assert part in said, part
    assert "Runs out" not in said


def test_the_day_on_which_it_runs_out_is_not_told_to_the_minute() -> None:
    assert "about Thu 27 Nov\n" in text(FORECAST)


def test_several_sites_are_told_of_together() -> None:
    sites = (FORECAST, replace(FORECAST, site="Durban", id="A18"))
    assert "are likely to reach their quota" in compose(telling(*map(news, sites))).headline


def test_a_table_says_what_is_expected() -> None:
    assert what(FORECAST) == "expected 560 GB of 500 GB"


def test_others_text_stays_text() -> None:
    said = text(replace(FORECAST, site=HOSTILE, rule=HOSTILE))
    assert "\x1b" not in said
    assert "\n\nBcc" not in said
