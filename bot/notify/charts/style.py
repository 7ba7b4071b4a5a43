"""How charts look: one light card for all, in colours that the colour-blind tell apart, and type for a phone.

A card is `WIDTH` pixels wide and is shown at a third of that on a phone: 30 here are 10 there. What differs in colour
differs in its hatching, its rim or its words too.
"""

from __future__ import annotations

from dataclasses import dataclass

WIDTH, HEIGHT, PAD = 1080, 720, 36
TITLE, GIST, TEXT, SMALL, TINY = 42, 34, 30, 28, 24

# After Okabe and Ito; what is written in a colour is written in its darker shade.
CARD = "#fcfcfa"
INK = "#1b2733"
QUIET = "#56616d"
FAINT = "#a9b1b9"
GRID = "#dfe3e6"
BLUE, BLUE_TINT = "#0072b2", "#d6e8f4"
AMBER, AMBER_INK = "#e69f00", "#8a5600"
GREEN_INK = "#00604a"
RED_INK = "#a63c00"


@dataclass(frozen=True, slots=True)
class Fill:
    """How an area is filled. `hatch` (matplotlib's words) is drawn in `lines`, and a rim in `rim`."""

    colour: str
    rim: str | None = None
    hatch: str | None = None
    lines: str = INK


IN, OUT = Fill(BLUE), Fill("#63c5a8")
IN_PARTLY, OUT_PARTLY = Fill("#a3cde6", None, "//", BLUE), Fill("#c3e8dc", None, "//", "#63c5a8")
BREACH = Fill("#d55e00", INK, "\\\\", "#f6c9a8")
WARNED = Fill(AMBER, AMBER_INK, "/", "#fbe3ac")
NO_DATA = Fill("#eef0f1", None, "//", "#c3cad0")
TRACK = Fill("#e9ecee")
LIKELY = Fill("#f8dfa8", AMBER)
USUAL = Fill("#cfe8df", GREEN_INK)
