"""matplotlib is kept in its place: loaded late, writing nowhere but in a folder that goes with the process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import gettempdir

import pytest

from bot.notify.charts import library
from bot.notify.charts.library import keep_to_a_temporary_folder, load

ASK = (
    "import sys, bot.notify.charts.painter as p; p.Painter(); print({'numpy', 'matplotlib', 'PIL'} & set(sys.modules))"
)


def test_a_painter_that_draws_nothing_loads_nothing() -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", ASK], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_a_machine_without_a_temporary_folder_has_a_painter_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(prefix: str) -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(library, "mkdtemp", none)
    monkeypatch.delenv("MPLCONFIGDIR", raising=False)
    keep_to_a_temporary_folder.__wrapped__()
    assert "MPLCONFIGDIR" not in os.environ  # noqa: TID251 - as matplotlib sees it


def test_its_files_are_in_a_folder_of_this_process() -> None:
    keep_to_a_temporary_folder()
    load()
    import matplotlib as mpl  # noqa: PLC0415 - as the bot does
    from matplotlib.font_manager import fontManager  # noqa: PLC0415 - as above

    folder = Path(mpl.get_cachedir())
    assert folder == Path(mpl.get_configdir())
    assert folder.parent == Path(gettempdir()).resolve()
    assert folder.name.startswith("usagebot-charts-")
    own = os.fspath(Path(mpl.get_data_path()))
    assert not [font.fname for font in fontManager.ttflist if own not in font.fname and Path(font.fname).is_absolute()]


def test_settings_of_matplotlib_that_lie_about_change_nothing() -> None:
    import matplotlib as mpl  # noqa: PLC0415 - as above

    load()
    defaults = {key: value for key, value in mpl.rcParamsDefault.items() if key != "backend"}
    changed = {key for key, value in defaults.items() if mpl.rcParams[key] != value}
    assert changed == {"text.parse_math", "hatch.linewidth", "font.family"}
