"""Answers as Slack's blocks."""

from __future__ import annotations

import pytest

from bot.notify.answer_blocks import message
from bot.service.answers import Answer, Table
from tests.fakes.slack_limits import refusal
from tests.fakes.slack_view import live_markup, markup_texts, seen

HOSTILE = "<!channel> *b* _i_ `c` <https://evil.example|click> &amp; :fire: @here"


def test_an_answer_reads_from_the_title_to_the_freshness() -> None:
    answer = Answer(
        "Durban: 3 GB",
        facts=(("In", "2 GB"), ("Out", "1 GB")),
        tables=(Table("Quotas", ("Site", "Used", "Left"), (("durban", "3 GB", ""),)),),
        notes=("No open alerts.",),
        freshness="Data until now.",
    )
    assert seen(message(answer)).splitlines() == [
        "Durban: 3 GB",
        "In: 2 GB",
        "Out: 1 GB",
        "Quotas",
        "• durban  Used: 3 GB",
        "No open alerts.",
        "Data until now.",
    ]


def test_two_columns_need_no_labels() -> None:
    table = Table("", ("Words", "Answer"), (("/usage status", "the bot's own health"),))
    assert "• /usage status  the bot's own health" in seen(message(Answer("Help", tables=(table,))))


def test_text_that_others_chose_has_no_power_anywhere() -> None:
    table = Table(HOSTILE, ("Site", "Used"), ((HOSTILE, HOSTILE),))
    drawn = message(Answer(HOSTILE, ((HOSTILE, HOSTILE),), (table,), (HOSTILE,), HOSTILE))
    assert live_markup(drawn) == []
    assert markup_texts(drawn) == [drawn["text"]]
    assert refusal(drawn) is None
    assert seen(drawn).count("<!channel>") == 8


def test_emoji_in_names_stay_words() -> None:
    drawn = message(Answer(":fire:", notes=(":fire:",)))
    assert [block["text"]["emoji"] for block in drawn["blocks"]] == [False, False]


def test_a_long_table_is_cut_and_says_how_much_is_missing() -> None:
    table = Table("Quotas", ("Site", "Used"), tuple((f"site-{n}", "1 GB") for n in range(300)))
    drawn = message(Answer("300 quotas", tables=(table,), freshness="Fresh."))
    assert refusal(drawn) is None
    assert "+275 more" in seen(drawn)
    assert seen(drawn).endswith("Fresh.")


@pytest.mark.parametrize("char", ["x", "&", "<", "😀"])
def test_no_length_of_any_part_is_refused_by_slack(char: str) -> None:
    long = char * 5000
    rows = tuple((long, long, long) for _ in range(40))
    tables = tuple(Table(long, ("Site", "Used", "Left"), rows) for _ in range(60))
    drawn = message(Answer(long, tuple((long, long) for _ in range(30)), tables, (long,) * 60, long))
    assert refusal(drawn) is None
    assert len(drawn["blocks"]) == 50


def test_what_is_empty_is_left_out() -> None:
    drawn = message(Answer(""))
    assert refusal({**drawn, "text": "x"}) is None
    assert len(drawn["blocks"]) == 1
