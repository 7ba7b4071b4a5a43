from __future__ import annotations

from bot.domain.names import name, paragraph
from tests.notify.builders import HOSTILE


def test_a_name_is_one_line_without_control_characters() -> None:
    assert name("Cape\r\nTown\t\x1b[31m \x00North") == "Cape Town [31m North"


def test_a_long_name_is_cut_and_says_so() -> None:
    cut = name("x" * 300)
    assert len(cut) == 80
    assert cut.endswith("…")


def test_direction_overrides_are_removed_and_right_to_left_text_is_isolated() -> None:
    assert name("a\u202eb\u2066c\u200f") == "abc"
    assert name("שלום") == "\u2068שלום\u2069"


def test_what_cannot_be_seen_is_no_name() -> None:
    assert name(" \u200b\u2060\ufeff ") == "(unnamed)"
    assert name("") == "(unnamed)"


def test_stacked_accents_stop_after_a_few() -> None:
    assert len(name("a" + "\u0336" * 60)) == 4


def test_joined_emoji_and_accents_stay_whole() -> None:
    assert name("👩\u200d🚀 São Paulo") == "👩\u200d🚀 São Paulo"


def test_lone_surrogates_cannot_break_an_encoding() -> None:
    name("a\ud800b").encode()
    paragraph("a\ud800b").encode()


def test_a_paragraph_keeps_its_lines_and_nothing_else() -> None:
    assert paragraph("one \x07\n\n  two\x1b[2J\nthree") == "one\ntwo [2J\nthree"


def test_a_hostile_name_is_short_and_printable() -> None:
    assert all(char.isprintable() for char in name(HOSTILE))
    assert len(name(HOSTILE)) <= 82
