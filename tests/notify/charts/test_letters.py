"""Others' names on a picture: what the font lacks is a box, what could act is gone, what is too long is cut."""

from __future__ import annotations

import pytest

from bot.notify.charts.card import Card
from bot.notify.charts.letters import cut, drawable
from tests.notify.charts.extremes import NAMES


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Cape Town", "Cape Town"),
        (r"$x^2$ \alpha", r"$x^2$ \alpha"),
        ("Ñandú – Kraków ½ № 5", "Ñandú – Kraków ½ № 5"),
        ("大阪 Osaka", "□□ Osaka"),
        ("👩‍👩‍👧 family", "□□□ family"),
        ("🇿🇦", "□□"),
        ("שלום", "שלום"),
        ("مستودع", "مستودع"),
        ("a\x00b\x1b[31mc\u202ed\u2066e\nf\x7f", "a b [31mcde f"),
        ("half \ud800 pair", "half pair"),
        ("\u200b\u2060", "(unnamed)"),
        ("", "(unnamed)"),
        ("x" * 400, "x" * 119 + "…"),
    ],
)
def test_a_name_is_drawable(text: str, shown: str) -> None:
    assert drawable(text) == shown


def test_nothing_that_cannot_be_drawn_is_left() -> None:
    names = [*NAMES.values(), "".join(map(chr, range(32, 0x3000))), "".join(map(chr, range(0x1F000, 0x1FB00)))]
    Card().write(0, 0, "\n".join(drawable(name, 10**6) for name in names)).get_window_extent()


def test_a_name_is_cut_to_the_room_there_is() -> None:
    assert cut("Cape Town", 9, len) == "Cape Town"
    assert cut("Cape Town", 8, len) == "Cape To…"
    assert cut("Cape Town", 6, len) == "Cape…"
    assert cut("Cape Town", 0, len) == "…"
    assert Card().width_of(Card().fitted("W" * 300, 200)) <= 200
