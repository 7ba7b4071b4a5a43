"""Running the console script inside the test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.cli import main
from bot.settings import SETTING_NAMES
from tests.cli.console import Ran, Usagebot


@pytest.fixture(autouse=True)
def _logs_as_they_were(restored_logs: None) -> None:
    """For all tests here."""


@pytest.fixture
def usagebot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Usagebot:
    """Runs `usagebot ARGUMENTS` in an empty folder, with no settings but those given as keywords."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)  # the width of whoever runs the tests
    for name in SETTING_NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)

    def run(*arguments: str, **environ: str) -> Ran:
        with monkeypatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["usagebot", *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
        printed = capsys.readouterr()
        return Ran(int(ended.value.code or 0), printed.out, printed.err)

    return run
