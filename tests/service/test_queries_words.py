"""From words to commands."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.usage import Direction
from bot.service.commands import (
    Alerts,
    Command,
    Compare,
    Explain,
    Help,
    Mistake,
    OneRule,
    Quotas,
    Request,
    RuleList,
    SiteUsage,
    Status,
    Story,
    Top,
    WhatIf,
    Whole,
    Why,
    Wrong,
)
from bot.service.orders import Acknowledge, LocalTime
from bot.service.words import parse_command, parse_words

WEEK = timedelta(days=7)
GB = 10**9


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", Help()),
        ("  HELP ", Help()),
        ("alerts", Alerts()),
        ("status", Status()),
        ("site durban", SiteUsage("durban")),
        ("site Cape Town", SiteUsage("Cape Town")),
        ("site Cape Town 7d", SiteUsage("Cape Town", WEEK)),
        ('site "Cape Town" 7d', SiteUsage("Cape Town", WEEK)),
        ("site “Cape Town” period", SiteUsage("Cape Town", Whole.PERIOD)),
        ('site "depot 7d"', SiteUsage("depot 7d")),
        ('site "7d" 24h', SiteUsage("7d", timedelta(hours=24))),
        ("site 7d", SiteUsage("7d")),
        ("site St John's", SiteUsage("St John's")),
        ("top", Top()),
        ("top 5 7d in", Top(5, WEEK, Direction.IN)),
        ("top OUT 30d 3", Top(3, timedelta(days=30), Direction.OUT)),
        ("quota", Quotas()),
        ("quota Cape Town", Quotas("Cape Town")),
    ],
)
def test_words_are_understood(text: str, command: Command) -> None:
    assert parse_command(text) == Request(command)


@pytest.mark.parametrize(
    ("text", "command"),
    [("public", Help()), ("site durban 7d Public", SiteUsage("durban", WEEK)), ("top public", Top())],
)
def test_public_at_the_end_shows_the_answer_to_everybody(text: str, command: Command) -> None:
    assert parse_command(text) == Request(command, public=True)


def test_a_site_called_public_is_written_in_quotes() -> None:
    assert parse_command('site "public"') == Request(SiteUsage("public"))
    assert parse_command("site public") == Mistake(Wrong.NEEDS_A_SITE, question="site")


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("quotas", Mistake(Wrong.UNKNOWN_COMMAND, "quotas", ("quota",))),
        ("stauts", Mistake(Wrong.UNKNOWN_COMMAND, "stauts", ("status",))),
        ("zzz", Mistake(Wrong.UNKNOWN_COMMAND, "zzz")),
        ("site", Mistake(Wrong.NEEDS_A_SITE, question="site")),
        ('site ""', Mistake(Wrong.NEEDS_A_SITE, question="site")),
        ("alerts now", Mistake(Wrong.UNKNOWN_WORD, "now", question="alerts")),
        ('site "durban', Mistake(Wrong.OPEN_QUOTE)),
        ("site durban 30m public x" + "x" * 1000, Mistake(Wrong.TOO_LONG)),
    ],
)
def test_a_mistake_says_what_is_wrong_and_what_may_have_been_meant(text: str, mistake: Mistake) -> None:
    assert parse_command(text) == mistake


@pytest.mark.parametrize("text", ["top 0", "top 101", "top 999999999"])
def test_a_count_that_cannot_be_shown_is_refused(text: str) -> None:
    assert isinstance(mistake := parse_command(text), Mistake)
    assert mistake.why is Wrong.BAD_COUNT


@pytest.mark.parametrize("text", ["site durban 0h", "site durban 9999d", "top period", "top 99999w"])
def test_a_window_that_cannot_be_shown_is_refused(text: str) -> None:
    assert isinstance(mistake := parse_command(text), Mistake)
    assert mistake.why is Wrong.BAD_SPAN


@pytest.mark.parametrize("text", ["top 5 6", "top in out", "top 7d 24h", "top upwards"])
def test_top_takes_each_word_once(text: str) -> None:
    assert isinstance(mistake := parse_command(text), Mistake)
    assert mistake.why is Wrong.UNKNOWN_WORD


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("compare durban george", Compare(("durban", "george"))),
        ("compare Cape Town, Durban North 7d", Compare(("Cape Town", "Durban North"), WEEK)),
        ('compare "Cape Town, N1" durban', Compare(("Cape Town, N1", "durban"))),
        ('compare a,b, "c, d" 7d', Compare(("a", "b", "c, d"), WEEK)),
        ("whatif Cape Town +20GB", WhatIf("Cape Town", extra=20 * GB)),
        ("whatif durban +20 gib", WhatIf("durban", extra=20 * 2**30)),
        ("whatif durban -1.5TB", WhatIf("durban", extra=-1500 * GB)),
        ("whatif durban −20GB", WhatIf("durban", extra=-20 * GB)),
        ("whatif durban quota 600GB", WhatIf("durban", limit=600 * GB)),
        ("whatif durban QUOTA 600 GB", WhatIf("durban", limit=600 * GB)),
        ("why A17", Why(17)),
        ("history a3", Story(3)),
        ("rules", RuleList()),
        ("rule LTE monthly", OneRule("LTE monthly")),
        ("whynot durban", Explain("durban", is_loose=True)),
        ("whynot Cape Town lte 14:00", Explain("Cape Town lte", at=LocalTime(time(14)), is_loose=True)),
        ('whynot "Cape Town" my rule 9:05', Explain("Cape Town", "my rule", LocalTime(time(9, 5)))),
        ("whynot x yesterday 14:00", Explain("x", at=LocalTime(time(14), "yesterday"), is_loose=True)),
        ("whynot x Tuesday 14:00", Explain("x", at=LocalTime(time(14), "tue"), is_loose=True)),
        ("whynot x 2026-11-24 14:00", Explain("x", at=LocalTime(time(14), date(2026, 11, 24)), is_loose=True)),
        ("whynot x 2026-11-24T14:00", Explain("x", at=datetime(2026, 11, 24, 14), is_loose=True)),  # noqa: DTZ001
        ("whynot x 2026-11-24t12:00z", Explain("x", at=datetime(2026, 11, 24, 12, tzinfo=UTC), is_loose=True)),
        ("whynot tomorrow 14:00", Explain("tomorrow", at=LocalTime(time(14)), is_loose=True)),
    ],
)
def test_words_about_the_past_and_what_could_be_are_understood(text: str, command: Command) -> None:
    assert parse_command(text) == Request(command)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("compare", Wrong.NEEDS_SITES),
        ("compare durban", Wrong.NEEDS_SITES),
        ("compare durban 7d", Wrong.NEEDS_SITES),
        ("compare , ,", Wrong.NEEDS_SITES),
        ("compare " + "x " * 61, Wrong.NEEDS_SITES),
        ("compare a b period", Wrong.BAD_SPAN),
        ("compare a b 0h", Wrong.BAD_SPAN),
        ("whatif", Wrong.NEEDS_A_CHANGE),
        ("whatif durban", Wrong.NEEDS_A_CHANGE),
        ("whatif durban 20GB", Wrong.NEEDS_A_CHANGE),
        ("whatif durban + 20 gb", Wrong.NEEDS_A_CHANGE),
        ('whatif durban "+20GB"', Wrong.NEEDS_A_CHANGE),
        ("whatif durban +20", Wrong.BAD_AMOUNT),
        ("whatif durban +1,5GB", Wrong.BAD_AMOUNT),
        ("whatif durban +0GB", Wrong.BAD_AMOUNT),
        ("whatif durban quota 20 bananas", Wrong.BAD_AMOUNT),
        ("whatif durban +99999999PB", Wrong.BAD_AMOUNT),
        ("whatif +20GB", Wrong.NEEDS_A_SITE),
        ("whatif quota 20GB", Wrong.NEEDS_A_SITE),
        ("why", Wrong.NEEDS_ONE_ALERT),
        ("why durban", Wrong.NEEDS_ONE_ALERT),
        ("why A1 A2", Wrong.UNKNOWN_WORD),
        ("history", Wrong.NEEDS_ONE_ALERT),
        ("rule", Wrong.NEEDS_A_RULE),
        ("rules all", Wrong.UNKNOWN_WORD),
        ("whynot", Wrong.NEEDS_A_SITE),
        ("whynot 14:00", Wrong.NEEDS_A_SITE),
        ("whynot x 25:00", Wrong.BAD_TIME),
        ("whynot x 2026-11-24", Wrong.BAD_TIME),
        ("whynot x 2026-02-30 14:00", Wrong.BAD_TIME),
        ("whynot x 2026-11-24T99:00", Wrong.BAD_TIME),
        ("quota page 0", Wrong.BAD_PAGE),
        ("quota page 1000", Wrong.BAD_PAGE),
    ],
)
def test_what_such_words_lack_is_said(text: str, why: Wrong) -> None:
    assert isinstance(mistake := parse_command(text), Mistake)
    assert mistake.why is why


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("quota page 2", Request(Quotas(), page=2)),
        ("quota page 2 public", Request(Quotas(), public=True, page=2)),
        ("quota public page 2", Request(Quotas(), public=True, page=2)),
        ("page 3", Request(Help(), page=3)),
        ('site "page 2"', Request(SiteUsage("page 2"))),
        ("site page 2 page 3", Request(SiteUsage("page 2"), page=3)),
        ("site page ²", Request(SiteUsage("page ²"))),
    ],
)
def test_the_last_words_may_say_which_page(text: str, asked: Request) -> None:
    assert parse_command(text) == asked


def test_the_reason_of_an_order_keeps_its_last_words() -> None:
    asked = parse_command("ack A1 see page 2")
    assert isinstance(asked, Request)
    assert asked.command == Acknowledge((1,), reason="see page 2")


def test_words_that_a_shell_separated_need_no_quotes() -> None:
    assert parse_words(["site", "Cape Town", "7d"]) == Request(SiteUsage("Cape Town", WEEK))
    assert parse_words(["site", "Cape", "Town", "7d"]) == Request(SiteUsage("Cape Town", WEEK))
    assert parse_words([]) == Request(Help())


def test_control_characters_separate_words() -> None:
    assert parse_command("site\x00dur\x1b[31mban\n7d") == Request(SiteUsage("dur [31mban", WEEK))


@given(st.text(max_size=1100))
def test_no_text_raises_and_a_wrong_word_is_one_short_line(text: str) -> None:
    answer = parse_command(text)
    if isinstance(answer, Mistake):
        assert len(answer.word) <= 40
        assert answer.word.isprintable()
