"""`python -m tests.pictures [FOLDER]`: make the documentation's pictures, by default in docs/pictures."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from bot.app.logs import configure_logs
from tests.pictures import slack_page, terminal_page
from tests.pictures.browser import NoBrowserError, shoot
from tests.pictures.scenes import played
from tests.pictures.smaller import smaller

TARGET = Path(__file__).parents[2] / "docs" / "pictures"
ONLY_YOU = "Only visible to you"


def main(target: Path) -> None:
    """Make all of them anew."""
    configure_logs("console", "error")
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        scenes = asyncio.run(played(Path(folder)))
    target.mkdir(parents=True, exist_ok=True)
    answer = {**scenes.answer, "only": ONLY_YOU}
    pages = {
        "alert": (slack_page.page([scenes.alert], scenes.files), 720),
        "site": (slack_page.page([answer], scenes.files), 720),
        "mail": (scenes.mail, 680),
        "demo": (terminal_page.page(scenes.terminal), 800),
    }
    for name, (page, width) in pages.items():
        file = target / f"{name}.png"
        shoot(page, width, file)
        smaller(file)
        sys.stdout.write(f"{file.name}: {file.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
    except NoBrowserError as problem:
        sys.exit(str(problem))
