"""What is on a card, seen by its artists: all that matters is there, where it belongs, and not by colour alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import Any

import pytest

from bot.notify.charts.card import Card
from bot.notify.charts.drawing import drawn
from bot.service.charts.model import Compared
from tests.notify.charts.extremes import burn_downs, courses
from tests.notify.charts.samples import (
    END,
    GB,
    HOUR,
    START,
    bars,
    burn_down,
    compared,
    every,
    site,
)

SAMPLES = every()


@cache
def card_of(name: str) -> Card:
    """A sample's; not to be changed."""
    return drawn(SAMPLES[name])


def named(card: Card, name: str) -> list[Any]:
    """The artists of that name."""
    return card.figure.findobj(lambda artist: artist.get_gid() == name)


def the(card: Card, name: str) -> Any:
    (artist,) = named(card, name)
    return artist


def texts(card: Card) -> list[Any]:
    """Those that are seen."""
    from matplotlib.text import Text  # noqa: PLC0415 - as the bot does

    return [text for text in card.figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def words(card: Card) -> set[str]:
    return {" ".join(text.get_text().split()) for text in texts(card)}


def boxes(card: Card, names: Iterable[str]) -> int:
    return sum(len(collection.get_paths()) for name in names for collection in named(card, name))


def test_a_quota_shows_usage_pace_limit_and_forecast_each_with_its_words() -> None:
    chart, card = burn_down(), card_of("burn_down")
    end = (END - START).total_seconds()
    assert list(the(card, "limit").get_ydata()) == [chart.limit, chart.limit]
    pace = the(card, "even pace")
    assert (list(pace.get_xdata()), list(pace.get_ydata()), pace.is_dashed()) == ([0, end], [0, chart.limit], True)
    assert list(the(card, "used").get_ydata())[-1] == 412 * GB
    assert chart.fan is not None
    assert list(the(card, "expected").get_ydata()) == [412 * GB, chart.fan.middle]
    corners = the(card, "fan").get_paths()[0].vertices
    assert {chart.fan.low80, chart.fan.high80} <= set(corners[:, 1])
    assert [marker.get_ydata()[0] for marker in named(card, "step")] == [250 * GB, 400 * GB]
    said = {"limit 500 GB", "expected 606 GB", "even pace", "runs out Wed 25 Nov", "50 %", "80 %"}
    assert said | {"80 % likely: 564 GB to 667 GB", "200 GB", "Sun 8 Nov"} <= words(card)


def test_a_quota_that_lasts_says_nothing_of_running_out() -> None:
    chart = burn_down()
    assert chart.fan is not None
    card = drawn(replace(chart, fan=replace(chart.fan, exhausts_at=None)))
    assert not named(card, "runs out")
    assert not [word for word in words(card) if "runs out" in word]


def test_of_an_unknown_quota_no_usage_is_drawn() -> None:
    card = drawn(burn_downs()["nothing known"])
    assert not named(card, "used")
    assert the(card, "unknown").get_hatch()
    assert "no data" in words(card)


def test_bars_that_breach_are_painted_outlined_and_hatched() -> None:
    card = card_of("threshold")
    painted = the(card, "breaches")
    assert len(painted.get_paths()) == 3
    assert painted.get_hatch()
    assert painted.get_linewidths()[0] > 1
    assert tuple(painted.get_edgecolor()[0]) != tuple(painted.get_facecolor()[0])
    assert boxes(card, ["bars"]) == 45
    assert list(the(card, "limit").get_ydata()) == [15 * GB, 15 * GB]
    assert {"limit 15 GB in 1 hour", "over the limit"} <= words(card)


def test_bars_too_narrow_for_a_rim_each_have_one_around_them_all() -> None:
    card = drawn(courses()["many"])
    (axes,) = card.figure.axes
    assert boxes(card, ["breaches"]) == 40
    assert len(axes.lines) == 2, "the ground, and the rim"


def test_an_hour_with_bursts_is_painted_though_it_is_under_the_limit_as_a_whole() -> None:
    assert {"over the limit at times", "limit 18 Mbps", "5 Mbps"} <= words(card_of("percentile"))


def test_what_is_unknown_is_hatched_and_never_drawn_as_nothing() -> None:
    card = card_of("site")
    assert boxes(card, ["bars", "partial"]) == 168 - 15
    assert boxes(card, ["unknown"]) == 1
    box = the(card, "unknown").get_paths()[0].get_extents()
    assert (box.width, box.y0) == (15 * HOUR.total_seconds(), 0)
    assert the(card, "unknown").get_hatch()
    assert "no data" in words(card)


def test_bars_known_in_part_are_apart_and_paler() -> None:
    card = card_of("site")
    assert boxes(card, ["partial"]) == 1
    pale, full = (the(card, name).get_facecolor()[0][:3].sum() for name in ("partial", "bars"))
    assert pale > full
    assert "known in part" in words(card)


def test_in_and_out_are_stacked_and_named_with_their_sums() -> None:
    card = card_of("site")
    lower, upper = the(card, "bars").get_paths()[0], the(card, "bars out").get_paths()[0]
    assert lower.get_extents().y1 == upper.get_extents().y0 == site().bars[0].in_bytes
    assert upper.get_extents().y1 == site().bars[0].total
    assert {"in 184 GB", "out 64.5 GB"} <= words(card)


def test_a_silence_is_named_where_it_is() -> None:
    card = card_of("silent")
    assert {"no data", "No data since Fri 20 Nov 05:00"} <= words(card)
    assert boxes(card, ["bars"]) == 39


def test_a_spike_stands_before_what_is_usual() -> None:
    card = card_of("unusual")
    assert boxes(card, ["breaches"]) == 5
    assert named(card, "usual")
    assert {"usual range", "unusual"} <= words(card)


def test_a_ranking_has_a_bar_a_number_and_a_word_for_each() -> None:
    card = card_of("quotas")
    long = [box.get_width() for box in named(card, "bar")]
    assert long == sorted(long, reverse=True)
    assert [bool(box.get_hatch()) for box in named(card, "bar")] == [True, True, False, False]
    assert len(named(card, "limit")) == len(named(card, "bar"))
    assert the(card, "unknown").get_hatch()
    assert {"108 %", "critical", "warning", "used up Wed 18 Nov", "no data", "+12 more"} <= words(card)


def test_sites_that_are_compared_have_one_scale() -> None:
    chart, card = compared(), card_of("compared")
    assert len({axes.get_ylim() for axes in card.figure.axes}) == 1
    assert len({axes.get_xlim() for axes in card.figure.axes}) == 1
    assert {"Cape Town", "572 GB", "no data"} <= words(card)
    late = Compared(chart.zone, chart.direction, (*chart.lines, replace(chart.lines[0], bars=bars(24))))
    assert boxes(drawn(late), ["unknown"]) == 2, "a gap, and what is before the bars"


@pytest.mark.parametrize("name", SAMPLES)
def test_words_are_on_the_card_beside_each_other_and_plain(name: str) -> None:
    card = card_of(name)
    placed = [(text, text.get_window_extent()) for text in texts(card)]
    for text, box in placed:
        assert text.get_parse_math() is False
        assert (box.x0 >= 0, box.y0 >= 0, box.x1 <= card.width, box.y1 <= card.height) == (True,) * 4, text
    upright = [(text.get_text(), box) for text, box in placed if not text.get_rotation()]
    assert [(one, other) for (one, a), (other, b) in combinations(upright, 2) if a.overlaps(b)] == []


def test_the_card_is_opaque_and_light_whatever_is_behind() -> None:
    colour: Any = card_of("site").figure.get_facecolor()
    assert min(colour) > 0.95, "opaque too"
