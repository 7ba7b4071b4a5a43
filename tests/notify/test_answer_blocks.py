"""Answers as Slack's blocks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.notify.answer_blocks import Asked, has_native, message
from bot.notify.answer_pages import paged
from bot.service.answers import Answer, Table
from bot.service.charts.model import Ranking, Scale
from tests.fakes.slack_limits import TOGETHER, refusal
from tests.fakes.slack_view import live_markup, markup_texts, seen
from tests.notify.builders import quota

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
    drawn = message(Answer(":fire:", freshness=":fire:"))
    assert drawn["blocks"][0]["text"]["emoji"] is False
    assert drawn["blocks"][1]["elements"][0]["emoji"] is False


LONG = Answer(
    "300 quotas",
    (("Near", "12"),),
    (Table("Quotas", ("Site", "Used", "Left"), tuple((f"site-{n}", "1 GB", "") for n in range(300))),),
    ("No more.",),
    "Fresh.",
)


def pressed(drawn: dict[str, Any]) -> dict[str, str]:
    """What the buttons at the foot send back, by their labels."""
    foot = drawn["blocks"][-1]
    elements = foot["elements"] if foot["type"] == "actions" else []
    return {element["text"]["text"]: f"{element['action_id']} {element['value']}" for element in elements}


def test_a_long_answer_has_pages_and_says_which_this_is() -> None:
    first, second, last = (message(LONG, Asked("quota", page)) for page in (1, 2, 12))
    assert pressed(first) == {"Next page": "usagebot.ask quota page 2", "Show in channel": "usagebot.share quota"}
    assert pressed(second) == {
        "Previous page": "usagebot.back quota page 1",
        "Next page": "usagebot.ask quota page 3",
        "Show in channel": "usagebot.share quota page 2",
    }
    assert "Next page" not in pressed(last)
    assert seen(first).splitlines()[:4] == ["300 quotas", "Near: 12", "Quotas", "• site-0  Used: 1 GB"]
    assert seen(second).splitlines()[:3] == ["300 quotas", "Quotas", "• site-25  Used: 1 GB"]
    assert "Page 2 of 12 · Fresh." in seen(second)
    assert "No more." in seen(last)
    assert "No more." not in seen(first)


def test_every_row_is_on_one_page_and_no_page_is_too_long() -> None:
    rows = tuple((f"site {n} " + "x" * (n % 900), "&" * (n % 300), "y") for n in range(200))
    answer = Answer("All", tables=(Table("T", ("Site", "A", "B"), rows, grid=True),), notes=("end " * 500,) * 9)
    for native in (True, False):
        pages = paged(answer, native=native)
        assert [row for page in pages for table in page.tables for row in table.rows] == list(rows)
        assert sum((page.notes for page in pages), ()) == answer.notes
        for number in range(1, len(pages) + 1):
            drawn = message(answer, Asked("all", number), native=native)
            assert refusal(drawn, together=TOGETHER) is None


def test_a_page_beyond_the_last_says_so() -> None:
    drawn = message(LONG, Asked("quota", 14))
    assert seen(drawn).splitlines()[:2] == ["300 quotas", "There is no page 14 of this answer: the last page is 12."]
    assert pressed(drawn) == {"Previous page": "usagebot.back quota page 12"}
    assert "it has one page." in seen(message(Answer("One"), Asked("status", 2)))


def test_what_everybody_sees_is_not_offered_to_everybody_again() -> None:
    assert pressed(message(Answer("One"), Asked("status"))) == {"Show in channel": "usagebot.share status"}
    assert pressed(message(Answer("One"), Asked("status", is_public=True))) == {}


def test_what_cannot_be_asked_again_has_no_buttons_and_says_that_there_is_more() -> None:
    drawn = message(LONG)
    assert pressed(drawn) == {}
    assert seen(drawn).splitlines()[-1] == "There is more than fits into a message · Fresh."
    assert pressed(message(LONG, Asked("x" * 301))) == {}


ALERTS = Answer(
    "2 open alerts",
    tables=(
        Table(
            "Open alerts",
            ("Site", "Alert", "State"),
            (("Cape Town", "lte A17", "firing"), (HOSTILE, "lte A18", "firing, acknowledged by Ana")),
            alerts=(quota(), replace(quota(number=18), acknowledged_by="Ana")),
        ),
    ),
)


def test_open_alerts_can_be_taken_and_silenced_where_they_are_listed() -> None:
    lines = seen(message(ALERTS)).splitlines()
    assert lines[2] == "Cape Town  lte A17 · firing"
    assert lines[3].startswith("[Acknowledge] [Silence for…: ")
    assert lines[4].startswith(f"{HOSTILE}  lte A18")
    assert lines[5].startswith("[Silence for…: ")


def test_ten_alerts_are_a_page_within_the_limits_of_a_message() -> None:
    table = ALERTS.tables[0]
    rows = tuple((char * 80, "rule " * 16, "critical, " * 20) for char in "x&<\U0001f525" * 6)
    many = replace(ALERTS, tables=(replace(table, rows=rows, alerts=(quota(number=10**9),) * 24),))
    assert len(paged(many, native=True)[0].tables[0].rows) in range(4, 11)
    row = ("Cape Town", "lte-monthly-quota A17", "firing, critical, acknowledged by Ana until Thu 20 Nov 18:10 SAST")
    few = replace(table, rows=(row,) * 24, alerts=table.alerts[:1] * 24)
    assert [len(page.tables[0].rows) for page in paged(replace(many, tables=(few,)), native=True)] == [10, 10, 4]
    for number in range(1, len(paged(many, native=True)) + 1):
        drawn = message(many, Asked("alerts", number))
        assert refusal(drawn, together=TOGETHER) is None


GRID = Answer(
    "2 quotas",
    tables=(
        Table(
            "Who runs out first",
            ("Site", "Used", "Left"),
            ((HOSTILE, "412 GB", "88 GB"), ("=cmd|x", "9 GB", "")),
            grid=True,
            numbers={1: (412, 9)},
        ),
    ),
)


def test_what_is_to_be_compared_is_a_table_where_slack_has_one() -> None:
    drawn = message(GRID, native=True)
    (table,) = [block for block in drawn["blocks"] if block["type"] == "data_table"]
    assert table["caption"] == "Who runs out first"
    assert [cell["text"] for cell in table["rows"][1]] == [HOSTILE, "412 GB", "88 GB"]
    assert [row[1].get("value") for row in table["rows"]] == [None, 412, 9]
    assert table["rows"][2][2] == {"type": "raw_text", "text": "–"}
    assert refusal(drawn) is None
    assert live_markup(drawn) == []
    assert has_native(GRID)


def test_it_is_a_list_elsewhere_and_where_there_is_one_row() -> None:
    assert seen(message(GRID)).splitlines()[2] == f"• {HOSTILE}  Used: 412 GB · Left: 88 GB"
    table = GRID.tables[0]
    one = replace(GRID, tables=(replace(table, rows=table.rows[:1], numbers={1: (412,)}),))
    assert not has_native(one)
    assert message(one, native=True) == message(one)


def test_the_chart_is_on_the_first_page() -> None:
    image = {"type": "image", "alt_text": "A chart", "slack_file": {"id": "F1"}}
    pictured = replace(LONG, chart=Ranking("Largest", Scale.BYTES, ()))
    assert seen(message(pictured, Asked("quota"), image=image)).splitlines()[2] == "(image: A chart)"
    assert "(image" not in seen(message(pictured, Asked("quota", 2), image=image))
    assert "(image" not in seen(message(LONG, Asked("quota"), image=image))


@pytest.mark.parametrize("char", ["x", "&", "<", "\U0001f600"])
def test_no_length_of_any_part_is_refused_by_slack(char: str) -> None:
    long = char * 5000
    rows = tuple((long, long, long) for _ in range(40))
    tables = tuple(Table(long, ("Site", "Used", "Left"), rows[:3], grid=bool(n % 2)) for n in range(30))
    answer = Answer(long, tuple((long, long) for _ in range(30)), tables, (long,) * 60, long)
    for native in (True, False):
        pages = len(paged(answer, native=native))
        for page in (1, pages // 2, pages, pages + 1):
            drawn = message(answer, Asked("x" * 300, page), native=native)
            assert refusal(drawn, together=TOGETHER) is None


def test_many_short_tables_are_within_fifty_blocks() -> None:
    tables = tuple(Table(f"T{n}", ("A", "B"), (("x", "y"),)) for n in range(40))
    for page in (1, 2, 3):
        assert refusal(message(Answer("Many", (("a", "b"),), tables, ("n",), "f"), Asked("many", page))) is None


def test_words_and_their_meanings_are_not_cut_as_soon_as_sites() -> None:
    table = Table("What you can ask", ("Words", "Answer"), tuple((f"word {n}", "what it means") for n in range(50)))
    assert len(paged(Answer("Help", tables=(table,)), native=True)) == 1


def test_what_is_empty_is_left_out() -> None:
    drawn = message(Answer(""))
    assert refusal({**drawn, "text": "x"}) is None
    assert len(drawn["blocks"]) == 1
