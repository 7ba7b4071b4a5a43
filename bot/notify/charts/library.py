"""matplotlib, made ready: its own fonts, its own defaults, and no file but in a folder that goes with the process."""

from __future__ import annotations

import atexit
import os
import shutil
from functools import cache
from tempfile import mkdtemp


@cache
def keep_to_a_temporary_folder() -> None:
    """Have matplotlib write its list of fonts to a folder of this process's own, wherever home is and whether it can
    be written to, and look at no fonts but those that it carries.

    It is told by the environment alone. To be called before other threads run: changing the environment beside them
    is not safe in C. Where there is no temporary folder either, nothing is done, and no chart can be drawn.
    """
    try:
        folder = mkdtemp(prefix="usagebot-charts-")
    except OSError:
        return
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["MPLCONFIGDIR"] = folder  # noqa: TID251 - matplotlib has no other door
    os.environ["MPL_IGNORE_SYSTEM_FONTS"] = "1"  # noqa: TID251 - as above


@cache
def load() -> None:
    """Import matplotlib (a second, about), and take its defaults whatever files of its settings lie about."""
    keep_to_a_temporary_folder()
    import matplotlib as mpl  # noqa: PLC0415 - slow to import, and only charts need it

    mpl.rcParams.update(mpl.rcParamsDefault)
    mpl.rcParams.update({"text.parse_math": False, "font.family": "DejaVu Sans", "hatch.linewidth": 2.0})
