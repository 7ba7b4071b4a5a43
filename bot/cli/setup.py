"""What most commands begin with: settings, and rules."""

from __future__ import annotations

from pathlib import Path

import structlog

from bot.app.logs import configure_logs
from bot.app.start import CannotStartError
from bot.cli.terminal import TERMINAL
from bot.settings import Settings, load_settings, process_environment

log = structlog.get_logger(__name__)


def settings() -> Settings:
    """The settings of this process; warnings, and the log from there on, go to standard error.

    Raises CannotStartError with every problem.
    """
    loaded = _loaded()
    quieter = "warning" if loaded.log_level == "info" else loaded.log_level
    configure_logs(loaded.log_format, quieter, loaded.secret_values)
    TERMINAL.complain((f"warning: {warning}" for warning in loaded.warnings), style="yellow")
    return loaded


def settings_if_right() -> Settings | None:
    """As `settings`, and silently None where they cannot be read: for what needs none of them."""
    loaded = load_settings(process_environment(), Path.cwd())
    return None if isinstance(loaded, list) else loaded


def settings_with_logs() -> Settings:
    """As `settings`, for a process that logs: warnings are log lines, so that a log in JSON is nothing else."""
    loaded = _loaded()
    configure_logs(loaded.log_format, loaded.log_level, loaded.secret_values)
    for warning in loaded.warnings:
        log.warning("setting_odd", setting=warning.name, what=warning.what, remedy=warning.remedy)
    return loaded


def _loaded() -> Settings:
    loaded = load_settings(process_environment(), Path.cwd())
    if isinstance(loaded, list):
        warnings = [problem for problem in loaded if not problem.fatal]
        TERMINAL.complain((f"warning: {warning}" for warning in warnings), style="yellow")
        raise CannotStartError(problem for problem in loaded if problem.fatal)
    TERMINAL.learn(loaded.secret_values)
    TERMINAL.detailed = loaded.log_level == "debug"
    return loaded
