"""Pictures of few colours take few bytes."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

COLOURS = 128


def smaller(file: Path) -> None:
    """Write a PNG file anew with a palette."""
    with Image.open(file) as picture:
        few = picture.convert("RGB").quantize(COLOURS)
    few.save(file, optimize=True)
