"""From words to orders."""

from __future__ import annotations

from datetime import date, time, timedelta
from fractions import Fraction

import pytest

from bot.alerts.endings import ForecastPasses, GetsWorse, PeriodResets
from bot.rules.model import Severity
from bot.service.commands import Mistake, Request, Silences, Which, Wrong
from bot.service.orders import (
    UNTOLD,
    Acknowledge,
    EndSilence,
    ExtendSilence,
    LocalTime,
    Matching,
    Order,
    SetSilence,
    Term,
)
from bot.service.words import parse_command, parse_words

A17 = Matching(alert=17)
CAPE_TOWN = Matching(name="Cape Town")
FOUR_HOURS = Term(timedelta(hours=4))
MORNING = time(8)


def ordered(text: str) -> Order:
    request = parse_command(text)
    assert isinstance(request, Request), request
    assert isinstance(request.command, Order)
    return request.command


def term_of(text: str) -> Term:
    order = ordered(f"silence A17 {text}")
    assert isinstance(order, SetSilence)
    assert order.reason == ""
    return order.term


def matching_of(text: str) -> Matching:
    order = ordered(f"silence {text} 4h")
    assert isinstance(order, SetSilence)
    return order.matching


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("ack A17", Acknowledge((17,))),
        ("ACK a17", Acknowledge((17,))),
        ("ack A17 A18, A19 the carrier is on it", Acknowledge((17, 18, 19), UNTOLD, "the carrier is on it")),
        ("ack A17,A17", Acknowledge((17,))),
        ("ack A17 for 8h", Acknowledge((17,), Term(timedelta(hours=8)))),
        ("ack A17 8h seen", Acknowledge((17,), Term(timedelta(hours=8)), "seen")),
        ("ack A17 until 08:00 I have it", Acknowledge((17,), Term(until=LocalTime(MORNING)), "I have it")),
        ("silence A17 4h", SetSilence(A17, FOUR_HOURS)),
        ("silence Cape Town 4h fibre works", SetSilence(CAPE_TOWN, FOUR_HOURS, "fibre works")),
        ("silence “Cape Town” for 4h", SetSilence(CAPE_TOWN, FOUR_HOURS)),
        ('silence "A17" 4h', SetSilence(Matching(name="A17"), FOUR_HOURS)),
        ('silence "depot 7d" 4h', SetSilence(Matching(name="depot 7d"), FOUR_HOURS)),
        ('silence A17 4h "until further notice"', SetSilence(A17, FOUR_HOURS, "until further notice")),
        ("silence S4 4h", ExtendSilence(4, FOUR_HOURS)),
        ("unsilence s4", EndSilence(4)),
    ],
)
def test_orders_are_understood(text: str, order: Order) -> None:
    assert ordered(text) == order


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("90m", Term(timedelta(minutes=90))),
        ("1h30m", Term(timedelta(minutes=90))),
        ("for 2 days", Term(timedelta(days=2))),
        ("45 minutes", Term(timedelta(minutes=45))),
        ("until 8:05", Term(until=LocalTime(time(8, 5)))),
        ("until today 23:59", Term(until=LocalTime(time(23, 59), "today"))),
        ("until tomorrow", Term(until=LocalTime(time(), "tomorrow"))),
        ("until tomorrow 08:00", Term(until=LocalTime(MORNING, "tomorrow"))),
        ("until Monday 08:00", Term(until=LocalTime(MORNING, "mon"))),
        ("until 2026-12-01", Term(until=LocalTime(time(), date(2026, 12, 1)))),
        ("until 2026-12-01 08:00", Term(until=LocalTime(MORNING, date(2026, 12, 1)))),
        ("until 2026-12-01T08:00", Term(until=LocalTime(MORNING, date(2026, 12, 1)))),
        ("until-reset", Term(ending=PeriodResets())),
        ("until worse", Term(ending=GetsWorse())),
        ("until-forecast 95%", Term(ending=ForecastPasses(Fraction(95)))),
        ("until forecast 97.5 %", Term(ending=ForecastPasses(Fraction(195, 2)))),
        ("2d until-worse", Term(timedelta(days=2), ending=GetsWorse())),
        ("until-reset until 08:00", Term(until=LocalTime(MORNING), ending=PeriodResets())),
    ],
)
def test_terms_are_understood(text: str, term: Term) -> None:
    assert term_of(text) == term


@pytest.mark.parametrize(
    ("text", "matching"),
    [
        ("cape-*", Matching(sites=("cape-*",))),
        ("site=cape-*,durban", Matching(sites=("cape-*", "durban"))),
        ('site="Cape Town",durban', Matching(sites=("Cape Town", "durban"))),
        ('site="Paris, Texas"', Matching(sites=("Paris, Texas",))),
        ("Rule=lte-* kind=quota,pace", Matching(rules=("lte-*",), kinds=("quota", "pace"))),
        ("Cape Town rule=lte", Matching(name="Cape Town", rules=("lte",))),
        ("severity=Critical direction=in", Matching(severities=(Severity.CRITICAL,), directions=("in",))),
        ("workspace=acme tag.Plan=lte-*", Matching(workspaces=("acme",), tags={"Plan": ("lte-*",)})),
        ("rule=a rule=b", Matching(rules=("a", "b"))),
    ],
)
def test_matches_are_understood(text: str, matching: Matching) -> None:
    assert matching_of(text) == matching


@pytest.mark.parametrize(
    ("text", "why", "word"),
    [
        ("ack", Wrong.NEEDS_AN_ALERT, ""),
        ("ack durban", Wrong.NEEDS_AN_ALERT, "durban"),
        ('ack "A17"', Wrong.NEEDS_AN_ALERT, "A17"),
        ("ack A17 until-worse", Wrong.NO_ENDING, "until-worse"),
        ("ack " + "".join(f"A{n}," for n in range(51)), Wrong.TOO_MANY, ""),
        ("silence", Wrong.NEEDS_A_MATCH, ""),
        ("silence 4h", Wrong.NEEDS_A_MATCH, ""),
        ("silence durban", Wrong.NEEDS_A_TERM, ""),
        ("silence durban 0h", Wrong.BAD_TERM, "0h"),
        ("silence durban 9999d", Wrong.BAD_TERM, "9999d"),
        ("silence durban until", Wrong.BAD_TERM, "until"),
        ("silence durban until 25:00", Wrong.BAD_TERM, "25:00"),
        ("silence durban until 2026-02-30", Wrong.BAD_TERM, "2026-02-30"),
        ("silence durban until 9999-12-31", Wrong.BAD_TERM, "9999-12-31"),
        ("silence durban until-fixed", Wrong.BAD_TERM, "until-fixed"),
        ("silence durban until-forecast", Wrong.BAD_PERCENT, ""),
        ("silence durban until-forecast 0%", Wrong.BAD_PERCENT, "0%"),
        ("silence durban 4h 2d", Wrong.TWO_TERMS, "2d"),
        ("silence durban until-worse until-reset", Wrong.TWO_TERMS, "until-reset"),
        ("silence A17 rule=lte 4h", Wrong.ALERT_AND_MORE, "A17"),
        ("silence durban site=george 4h", Wrong.TWO_SITES, "durban"),
        ("silence rul=lte 4h", Wrong.UNKNOWN_KEY, "rul"),
        ("silence rule= 4h", Wrong.EMPTY_KEY, "rule"),
        ("silence kind=quotas 4h", Wrong.UNKNOWN_VALUE, "kind=quotas"),
        ("silence S4 until-reset", Wrong.NO_ENDING, "until-reset"),
        ("silence S4 2d because", Wrong.UNKNOWN_WORD, "because"),
        ("unsilence", Wrong.NEEDS_A_SILENCE, ""),
        ("unsilence A4", Wrong.NEEDS_A_SILENCE, "A4"),
        ("unsilence S4 S5", Wrong.UNKNOWN_WORD, "S5"),
    ],
)
def test_a_mistake_in_an_order_says_what_is_wrong(text: str, why: Wrong, word: str) -> None:
    mistake = parse_command(text)
    assert isinstance(mistake, Mistake)
    assert mistake.why is why
    assert word in mistake.word
    assert mistake.order == text.split(maxsplit=1)[0]


def test_a_key_that_is_nearly_right_is_suggested() -> None:
    assert isinstance(mistake := parse_command("silence sites=x 4h"), Mistake)
    assert mistake.suggestions == ("site",)


@pytest.mark.parametrize(("word", "which"), [("", Which.OPEN), (" all", Which.ALL), (" forgotten", Which.FORGOTTEN)])
def test_silences_are_asked_for(word: str, which: Which) -> None:
    assert parse_command(f"silences{word}") == Request(Silences(which))


def test_a_shell_separates_words_as_people_mean_them() -> None:
    assert parse_words(["silence", "Cape Town", "4h", "fibre works"]) == Request(
        SetSilence(CAPE_TOWN, FOUR_HOURS, "fibre works")
    )
    assert parse_words(["silence", "site=Cape Town", "4h"]) == Request(
        SetSilence(Matching(sites=("Cape Town",)), FOUR_HOURS)
    )


def test_public_ends_an_order_in_slack_and_is_a_word_like_any_other_in_a_terminal() -> None:
    assert parse_command("ack A17 we went public") == Request(Acknowledge((17,), reason="we went"), public=True)
    assert parse_words(["ack", "A17", "we", "went", "public"]) == Request(Acknowledge((17,), reason="we went public"))
