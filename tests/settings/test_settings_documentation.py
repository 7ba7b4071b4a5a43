"""docs/settings.md and the settings are the same list."""

from __future__ import annotations

import re
from pathlib import Path

from bot.settings import SECRETS, SETTING_NAMES, Settings, load_settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \| .* \| (yes|no) \|$", re.MULTILINE)


def rows() -> list[tuple[str, str, str]]:
    return ROW.findall(PAGE.read_text("utf-8"))


def test_every_setting_is_documented_once_and_nothing_else_is() -> None:
    names = [name for name, _, _ in rows()]
    assert sorted(names) == sorted(SETTING_NAMES)


def test_the_page_says_which_settings_are_secret() -> None:
    assert {name for name, _, secret in rows() if secret == "yes"} == SECRETS


def test_each_documented_default_is_the_real_one(tmp_path: Path) -> None:
    defaults = load_settings({}, tmp_path)
    assert isinstance(defaults, Settings)
    for name, default, _ in rows():
        written = load_settings({name: default.strip("`")}, tmp_path) if default.startswith("`") else defaults
        assert isinstance(written, Settings), name
        assert getattr(written, name.lower()) == getattr(defaults, name.lower()), name
