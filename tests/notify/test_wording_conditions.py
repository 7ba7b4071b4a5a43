"""Silence, pace and percentiles in words."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from bot.alerts.model import Change, Kind, Reason
from bot.notify.plain import plain_text
from bot.notify.wording import compose
from bot.service.answers.tables import what
from bot.service.views import AlertView
from tests.notify.builders import (
    HOSTILE,
    HOUR,
    SINCE,
    bursts,
    ended,
    news,
    pace,
    silent,
    telling,
)

SILENT = silent()
PACE = pace()
BURSTS = bursts()
OVER = replace(BURSTS, value=36 * HOUR + 300, step=Fraction(100), steps={Fraction(100): SINCE})


def text(alert: AlertView) -> str:
    return plain_text(telling(news(alert)))


def line(alert: AlertView, change: Change, was: int | None = None) -> str:
    (line,) = compose(telling(news(alert, change, was=was), ref="posted")).news
    return line


def test_silence_says_for_how_long_and_when_the_site_was_last_heard() -> None:
    assert text(SILENT).splitlines()[:5] == [
        "Cape Town has sent no data for 2 hours 10 minutes",
        "Firing, warning",
        "",
        "Silent for   2 hours 10 minutes",
        "Last heard   Thu 20 Nov 12:00 SAST",
    ]


def test_silence_says_that_it_is_the_site_and_not_the_api_while_it_lasts() -> None:
    said = "answers, and has no data of this site"
    assert said in text(SILENT)
    assert said not in text(ended(SILENT))
    assert said not in text(replace(SILENT, detail={**SILENT.detail, "zeros": 1}))


def test_silence_of_a_site_that_sends_zeros_is_not_said_to_be_without_data() -> None:
    zeros = replace(SILENT, detail={**SILENT.detail, "zeros": 1})
    assert "Cape Town has used nothing for 2 hours 10 minutes" in text(zeros)
    assert "sent" not in text(zeros)


def test_the_end_of_a_silence_says_how_long_the_silence_was_and_not_the_alert() -> None:
    assert line(ended(SILENT), Change.RESOLVED) == (
        "Cape Town sends data again since Thu 20 Nov 14:10 SAST. It was silent for 2 hours 10 minutes."
    )
    assert "Lasted" not in text(ended(SILENT))


def test_a_withdrawn_silence_says_why() -> None:
    said = line(ended(SILENT, Reason.DATA_REVISED), Change.CORRECTED)
    assert said == "Cape Town: withdrawn. Data that came late shows that it was not silent for 30 minutes."
    assert "2 hours" not in text(ended(SILENT, Reason.DATA_REVISED))


def test_pace_says_how_fast_over_which_span_and_what_an_even_pace_would_be() -> None:
    assert text(PACE).splitlines()[0] == "Cape Town burns its quota 14.5× as fast as an even pace over 1 hour"
    assert "2.01 GB over 1 hour; even pace would be 139 MB" in text(PACE)
    assert "14.4× even pace over both 1 hour and 5 minutes" in text(PACE)


def test_pace_is_never_rounded_up_to_more_than_it_is() -> None:
    hair = replace(PACE, value=PACE.limit + 1)
    assert "14.4× as fast" in text(hair)


def test_a_percentile_says_how_much_burst_time_is_used_and_left() -> None:
    said = text(BURSTS)
    assert said.startswith("Cape Town has used 80 % of its burst time over 100 Mbps\n")
    assert "Burst time used  34 h 10 min of 36 h (94.9 %)" in said
    assert "Burst time left  1 h 50 min" in said
    assert "95th percentile of 100 Mbps (larger of in and out)" in said
    assert "98.7 % known; gaps are left out of the ranking" in said


def test_burst_time_that_is_used_up_puts_the_percentile_over() -> None:
    said = text(OVER)
    assert said.startswith("Cape Town has used up its burst time: its 95th percentile is over 100 Mbps\n")
    assert "Over by          5 min" in said


def test_the_end_of_a_period_and_a_correction_are_told_in_burst_time() -> None:
    over = line(ended(BURSTS, Reason.PERIOD_ENDED), Change.RESOLVED)
    assert over.endswith("with 34 h 10 min of 36 h burst time used.")
    gone = line(ended(BURSTS, Reason.DATA_REVISED), Change.CORRECTED, was=35 * HOUR)
    assert gone == (
        "Cape Town: withdrawn. Revised and late data make it 34 h 10 min of 36 h burst time. "
        "It had been taken for 35 h."
    )


@pytest.mark.parametrize(
    ("p", "name"), [("95", "95th"), ("90", "90th"), ("91", "91st"), ("93", "93rd"), ("99.9", "99.9th"), ("11", "11th")]
)
def test_percentiles_are_named_as_people_do(p: str, name: str) -> None:
    assert f"{name} percentile of 100 Mbps" in text(replace(BURSTS, percentile=Fraction(p)))


@pytest.mark.parametrize(
    ("alert", "said"),
    [
        (SILENT, "have sent no data for 2 hours 10 minutes or longer"),
        (PACE, "burn their quotas much faster than an even pace"),
        (BURSTS, "have used much of their burst time"),
        (OVER, "have used up their burst time"),
    ],
)
def test_several_sites_are_one_sentence(alert: AlertView, said: str) -> None:
    both = telling(news(alert), news(replace(alert, site="Durban", id="A9")))
    assert compose(both).headline == f"Cape Town and Durban {said}"


@pytest.mark.parametrize("alert", [SILENT, PACE, BURSTS, OVER])
def test_bytes_are_not_said_of_what_is_time(alert: AlertView) -> None:
    assert what(alert)
    if alert.kind is not Kind.PACE:
        assert not any(unit in text(alert) + what(alert) for unit in (" B", " kB", " MB", " GB"))


@pytest.mark.parametrize("alert", [SILENT, PACE, BURSTS])
def test_names_of_others_break_nothing(alert: AlertView) -> None:
    said = text(replace(alert, site=HOSTILE, rule=HOSTILE))
    assert "\x1b" not in said
    assert "\r" not in said


def test_an_alert_whose_rule_is_gone_still_has_words() -> None:
    for alert in (replace(BURSTS, rate=None, percentile=None), replace(PACE, detail={}), replace(SILENT, detail={})):
        assert text(alert)
        assert what(alert)
