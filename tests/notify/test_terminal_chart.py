"""Charts of block characters: what a reader of a terminal sees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.domain.usage import Direction
from bot.notify.terminal_chart import text_chart
from bot.rules.model import Severity
from bot.service.charts.model import (
    Bar,
    BurnDown,
    Chart,
    Course,
    Fan,
    Mark,
    Ranking,
    Scale,
    Span,
    Unit,
    Unusual,
)
from bot.service.spikes.hours import BandHour

ZONE = ZoneInfo("Africa/Johannesburg")
START = datetime(2026, 10, 17, 22, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GB = 10**9


def lines(chart: Chart, width: int = 72) -> list[str]:
    drawn = text_chart(chart, width)
    assert drawn is not None
    console = Console(file=StringIO(), width=width, color_system=None)
    console.print(drawn)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


def burn_down(days: int, each: int = 20 * GB, fan: Fan | None = None) -> BurnDown:
    used = tuple((START + DAY * (day + 1), each * (day + 1)) for day in range(days))
    return BurnDown("Cape Town", ZONE, START, START + 30 * DAY, START + days * DAY, 500 * GB, used, fan=fan)


def bars(*amounts: int | None) -> tuple[Bar, ...]:
    return tuple(Bar(START + HOUR * place, HOUR, amount, amount and 0) for place, amount in enumerate(amounts))


def test_a_quota_is_drawn_up_to_its_labelled_limit() -> None:
    drawn = lines(burn_down(15))
    assert drawn[0].startswith(" 500 GB ┤───")
    assert "█" not in drawn[0]
    assert drawn[-1].split() == ["Sun", "18", "Oct", "Mon", "16", "Nov"]


def test_half_of_a_quota_is_half_as_high_as_its_limit() -> None:
    full = [row for row in lines(burn_down(15)) if "█" in row]
    assert len(full) == 3  # of six rows below the limit, 300 of 500 GB at the end


def test_what_is_expected_is_shaded_and_goes_beyond_the_limit() -> None:
    drawn = lines(burn_down(20, fan=Fan(middle=600 * GB, low80=550 * GB, high80=650 * GB)))
    assert drawn[-1].strip() == "░ expected"
    above = drawn[: next(place for place, row in enumerate(drawn) if "500 GB" in row)]
    assert any("░" in row for row in above)
    assert not any("█" in row for row in above)


def test_what_is_unknown_is_a_dot_and_not_nothing() -> None:
    base = lines(Course("x", ZONE, bars(GB, None, GB)))[-4]
    assert "·" in base
    assert "·" not in lines(Course("x", ZONE, bars(GB, 0, GB)))[-3]


def test_a_breach_has_a_mark_beneath_and_not_a_colour_alone() -> None:
    breach = Span(START + HOUR, START + 2 * HOUR)
    marked = lines(Course("x", ZONE, bars(GB, 9 * GB, GB), limit=8 * GB, breaches=(breach,)))
    assert "▲" in marked[-3]
    assert any(row.startswith("   8 GB ┤") for row in marked)
    assert "▲" not in lines(Course("x", ZONE, bars(GB, 9 * GB, GB), limit=8 * GB))[-2]


def test_a_rate_is_said_as_one() -> None:
    drawn = lines(Course("x", ZONE, bars(45 * GB, 9 * GB), Unit.RATE, limit=80_000_000))
    assert any(row.startswith("80 Mbps ┤") for row in drawn)


def test_the_top_of_what_is_usual_is_a_line_of_its_own() -> None:
    hours = tuple(BandHour(START + HOUR * at, 5 * GB if at == 3 else GB, 0, GB, 2 * GB) for at in range(6))
    drawn = lines(Unusual("x", ZONE, Direction.TOTAL, hours, (Span(START + 3 * HOUR, START + 4 * HOUR),)))
    assert any(row.count("‾") > 30 for row in drawn)
    assert "in 1 hour each   ‾ top of what is usual   ▲ unusual" in drawn[-1]


def test_a_ranking_is_left_to_the_rows_of_words_above_it() -> None:
    rows = (Mark("Cape Town", 412 * GB, 500 * GB, Severity.WARNING), Mark("Durban", None, 5))
    assert text_chart(Ranking("Quotas", Scale.SHARE, rows), 72) is None


def test_what_a_bar_is_and_what_a_dot_is_are_said() -> None:
    drawn = lines(Course("x", ZONE, bars(GB, None, GB)))
    assert drawn[-1].strip() == "in 1 hour each   · nothing known"
    assert lines(Course("x", ZONE, bars(GB, GB)))[-1].strip() == "in 1 hour each"


def test_where_there_is_no_room_or_nothing_to_show_nothing_is_drawn() -> None:
    assert text_chart(burn_down(3), 20) is None
    assert text_chart(Course("x", ZONE, ()), 72) is None


@given(
    st.lists(st.none() | st.integers(0, 10**17), min_size=1, max_size=120),
    st.none() | st.integers(0, 10**15),
    st.integers(40, 120),
)
def test_no_line_is_longer_than_the_room(amounts: list[int | None], limit: int | None, width: int) -> None:
    assert all(len(line) <= width for line in lines(Course("x", ZONE, bars(*amounts), limit=limit), width))
