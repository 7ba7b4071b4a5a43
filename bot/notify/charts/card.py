"""A card: opaque and light, with what it is about at its head, and room to plot in. Lengths are pixels, from its upper
left corner on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from bot.notify.charts.letters import cut, drawable
from bot.notify.charts.library import load
from bot.notify.charts.style import CARD, GIST, HEIGHT, INK, NO_DATA, PAD, QUIET, SMALL, TEXT, TINY, TITLE, WIDTH, Fill

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

_COLOURS = 128


@dataclass(frozen=True, slots=True)
class Key:
    """What a fill means, beside a sample of it."""

    words: str
    fill: Fill


@dataclass(frozen=True, slots=True)
class Box:
    """A place: its upper left corner and its size."""

    x: float
    y: float
    wide: float
    high: float


class Card:
    """One picture in the making. Belongs to the thread that makes it."""

    def __init__(self, height: int = HEIGHT) -> None:
        load()
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to import
        from matplotlib.figure import Figure  # noqa: PLC0415 - as above

        self.width, self.height = WIDTH, height
        self.below_head = float(PAD)
        self.figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72, facecolor=CARD)
        canvas: Any = FigureCanvasAgg(self.figure)  # it has no types
        self._canvas, self._renderer = canvas, canvas.get_renderer()

    def write(self, x: float, y: float, text: str, size: int = TEXT, colour: str = INK, **how: Any) -> Text:
        """Our own words, or others' made `fitted`; `y` is their base line."""
        place = (x / self.width, 1 - y / self.height)
        return self.figure.text(*place, text, fontsize=size, color=colour, parse_math=False, **how)

    def width_of(self, text: str, size: int = TEXT, weight: str = "normal") -> float:
        """How wide a line would be."""
        from matplotlib.font_manager import FontProperties  # noqa: PLC0415 - slow to import

        font = FontProperties(size=size, weight=weight)
        return cast("float", self._renderer.get_text_width_height_descent(text, font, ismath=False)[0])

    def fitted(self, text: str, room: float, size: int = TEXT, weight: str = "normal") -> str:
        """Others' text, drawable and cut to the room there is."""
        return cut(drawable(text), room, lambda line: self.width_of(line, size, weight))

    def head(self, title: str, beside: str, gist: str, under: str, keys: Sequence[Key] = ()) -> None:
        """What the picture is about (others' text, and our own beside it), what it says, and what to know in reading
        it."""
        room = self.width - 2 * PAD
        taken = self.width_of(beside, GIST) + 18 if beside else 0
        shown = self.fitted(title, room - taken, TITLE, "bold")
        self.write(PAD, 66, shown, TITLE, weight="bold")
        self.write(PAD + self.width_of(shown, TITLE, "bold") + 18, 66, beside, GIST, QUIET)
        self._line(114, gist[:1].upper() + gist[1:], (GIST, SMALL), INK)
        self._line(156, under, (SMALL, TINY), QUIET)
        self.below_head = 172
        if keys:
            self._keys(keys)

    def _line(self, y: float, words: str, sizes: tuple[int, int], colour: str) -> None:
        """A line across the card, smaller where it would not fit."""
        room = self.width - 2 * PAD
        size = next((size for size in sizes if self.width_of(words, size) <= room), sizes[-1])
        self.write(PAD, y, self.fitted(words, room, size), size, colour)

    def _keys(self, keys: Sequence[Key]) -> None:
        x, y, side = float(PAD), self.below_head + 6, 26
        for key in keys:
            self.box(Box(x, y, side, side), key.fill, "key")
            self.write(x + side + 12, y + side - 3, key.words, SMALL)
            x += side + 12 + self.width_of(key.words, SMALL) + 36
        self.below_head = y + side + 12

    def box(self, box: Box, fill: Fill, name: str) -> None:
        """A filled box; `name` is its artist's gid."""
        from matplotlib.patches import Rectangle  # noqa: PLC0415 - slow to import

        corner = (box.x / self.width, 1 - (box.y + box.high) / self.height)
        shape = Rectangle(
            corner, box.wide / self.width, box.high / self.height, transform=self.figure.transFigure, gid=name
        )
        shape.set(facecolor=fill.colour, linewidth=2.5 if fill.rim else 0, edgecolor=fill.rim or fill.colour)
        if fill.hatch:
            shape.set(hatch=fill.hatch, hatchcolor=fill.lines)
        self.figure.add_artist(shape)

    def nothing(self) -> None:
        """In the place of a plot: that there is nothing to show."""
        y = self.below_head + 22
        self.box(Box(PAD, y, self.width - 2 * PAD, self.height - y - PAD), NO_DATA, "unknown")
        middle = (self.width / 2, (y + self.height - PAD) / 2)
        self.write(*middle, " no data ", GIST, QUIET, ha="center", va="center", backgroundcolor=CARD)

    def axes(self, box: Box) -> Axes:
        """Bare axes, there."""
        corner = (box.x / self.width, 1 - (box.y + box.high) / self.height)
        axes = self.figure.add_axes((*corner, box.wide / self.width, box.high / self.height), facecolor=CARD)
        axes.spines[:].set_visible(False)
        return axes

    def png(self) -> bytes:
        """The picture, in few colours, so that it is small."""
        from PIL import Image  # noqa: PLC0415 - comes with matplotlib, and is as slow

        self._canvas.draw()
        size, pixels = self._canvas.get_width_height(), self._canvas.buffer_rgba()
        whole = Image.frombuffer("RGBA", size, pixels, "raw", "RGBA", 0, 1).convert("RGB")
        few = whole.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        file = BytesIO()
        few.save(file, "PNG", compress_level=6)
        return file.getvalue()
