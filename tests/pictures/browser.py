"""A page as a picture, by Debian's Chromium: as high as what it shows."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60
SCALE = 2
"""Pixels of the picture for one of the page: text stays sharp on good screens."""
_HEIGHT = re.compile(r'data-height="(\d+)"')
_MEASURE = "<script>document.body.dataset.height=document.documentElement.getBoundingClientRect().height|0</script>"


class NoBrowserError(RuntimeError):
    """There is none on this machine, or it does not work."""


def shoot(page: str, width: int, target: Path) -> None:
    """Draw a page of so many pixels' width into a PNG file. Raises NoBrowserError."""
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        file = Path(folder) / "page.html"
        file.write_text(page.replace("</body>", f"{_MEASURE}</body>"), encoding="utf-8")
        options = [f"--user-data-dir={folder}/profile", f"--window-size={width},400"]
        found = _HEIGHT.search(_run([*options, "--dump-dom", file.as_uri()]))
        if found is None:
            raise NoBrowserError("the browser does not say how high the page is")
        size = f"--window-size={width},{int(found[1]) + 1}"
        scale = f"--force-device-scale-factor={SCALE}"
        _run([options[0], size, scale, f"--screenshot={target}", file.as_uri()])


def _run(arguments: list[str]) -> str:
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    if browser is None:
        raise NoBrowserError("Chromium is needed to make pictures: apt-get install chromium")
    fixed = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage"]
    done = subprocess.run(  # the browser that this machine has, and a page of our own
        [browser, *fixed, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    if done.returncode:
        raise NoBrowserError(f"the browser failed: {done.stderr[-500:]}")
    return done.stdout
