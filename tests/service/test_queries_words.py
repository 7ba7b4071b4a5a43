"""From words to commands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.usage import Direction
from bot.service.commands import (
    LATER,
    Alerts,
    Command,
    Help,
    Mistake,
    Quotas,
    Request,
    SiteUsage,
    Status,
    Top,
    Whole,
    Wrong,
)
from bot.service.words import parse_command, parse_words

WEEK = timedelta(days=7)


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
    assert parse_command("site public") == Mistake(Wrong.NEEDS_A_SITE)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("quotas", Mistake(Wrong.UNKNOWN_COMMAND, "quotas", ("quota",))),
        ("stauts", Mistake(Wrong.UNKNOWN_COMMAND, "stauts", ("status",))),
        ("zzz", Mistake(Wrong.UNKNOWN_COMMAND, "zzz")),
        ("site", Mistake(Wrong.NEEDS_A_SITE)),
        ('site ""', Mistake(Wrong.NEEDS_A_SITE)),
        ("alerts now", Mistake(Wrong.UNKNOWN_WORD, "now")),
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


@pytest.mark.parametrize("word", LATER)
def test_a_command_of_a_later_version_says_so(word: str) -> None:
    assert isinstance(mistake := parse_command(f"{word} cape-town 7d"), Mistake)
    assert mistake.why is Wrong.NOT_YET


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
