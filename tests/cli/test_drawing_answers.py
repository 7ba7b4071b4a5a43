"""Answers on a terminal, in a pipe, and with other people's text in them."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len
from rich.console import Console

from bot.cli.drawing import draw
from bot.service.answers import Answer, Table
from bot.service.charts.model import Bar, Course

HOSTILE = "[red]Cape\x1b[31m Town[/] :smile: \x9b2J"
ANSWER = Answer(
    "Largest sites",
    (("Window", "the last day"), ("Total", "1.20 TB")),
    (
        Table("Sites", ("Site", "Used", "Change"), (("cape-town", "412 GB", "+3 %"), ("東京 " * 12, "1.00 GB", ""))),
        Table("Nothing", ("Site", "Used"), ()),
    ),
    ("Change is against the day before.",),
    "Data until 14:05 UTC.",
)


def drawn(answer: Answer, width: int = 80, *, terminal: bool = False) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=terminal, highlight=False, _environ={"TERM": "xterm"})
    draw(console, answer)
    return stream.getvalue()


def test_everything_an_answer_says_is_drawn() -> None:
    text = drawn(ANSWER)
    for part in ("Largest sites", "Window", "the last day", "cape-town", "412 GB", "+3 %", "Nothing", "Data until"):
        assert part in text
    assert "Change is against the day before." in text


@pytest.mark.parametrize("width", [80, 60, 30])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(width: int) -> None:
    wide = Table(
        "Wide", tuple(f"Column{n}" for n in range(9)), (tuple(f"value-{n} and some words" for n in range(9)),) * 2
    )
    text = drawn(Answer("t" * 100, (("fact", "f" * 100),), (wide,), ("n" * 100,)), width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert text.count("some") == 18
    assert text.count("t") >= 100


def test_a_table_without_room_for_its_columns_becomes_one_block_a_row() -> None:
    row = ("cape-town", *(f"something-rather-long-{n}" for n in range(5)))
    text = drawn(Answer("x", tables=(Table("T", ("Site", "A", "B", "C", "D", "E"), (row,)),)))
    assert "  C  something-rather-long-2" in text


def test_a_word_that_has_room_is_not_broken_for_a_wider_column() -> None:
    forecast = "not in this period, 57.5 GB forecast"
    row = ("Bloemfontein", "metered-quota", "52.6 GB (52.5 %) of 100 GB", "47.4 GB, 2 days 17 hours to go", "0.5× even")
    columns = ("Site", "Rule", "Used", "Left", "Pace", "Runs out")
    text = drawn(Answer("x", tables=(Table("T", columns, ((*row, forecast),)),)))
    assert "metered-quota" in text
    assert "Left  " in text.splitlines()[3]


def test_a_chart_is_drawn_on_a_terminal_and_nowhere_else() -> None:
    start = datetime(2026, 11, 20, tzinfo=UTC)
    bars = tuple(Bar(start + timedelta(hours=hour), timedelta(hours=1), 10**9 * hour, 0) for hour in range(24))
    charted = replace(ANSWER, chart=Course("cape-town", ZoneInfo("UTC"), bars))
    assert "█" in drawn(charted, terminal=True)
    assert "█" not in drawn(charted)


def test_foreign_text_cannot_style_or_control_the_terminal() -> None:
    answer = Answer(HOSTILE, ((HOSTILE, HOSTILE),), (Table(HOSTILE, (HOSTILE,), ((HOSTILE,),)),), (HOSTILE,), HOSTILE)
    text = drawn(answer)
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert "[red]Cape" in text
    assert ":smile:" in text


def test_colours_are_for_terminals_alone() -> None:
    assert "\x1b" in drawn(ANSWER, terminal=True)
    assert "\x1b" not in drawn(ANSWER)
