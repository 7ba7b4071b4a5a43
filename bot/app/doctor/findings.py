"""What a check found: one line for people, and the remedy where there is something to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """How a check ended. `SKIPPED` says that it could not be made, and why."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    SKIPPED = "skipped"


class Subject(StrEnum):
    """What a check is about; in the order in which people read them."""

    SETTINGS = "Settings"
    RULES = "Rules"
    API = "Usage API"
    SITES = "Sites"
    SLACK = "Slack"
    MAIL = "E-mail"
    DATABASE = "Database"
    MACHINE = "Machine"
    BOT = "Running bot"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's result. `workspace` is "" where it concerns all of them. Never holds a secret."""

    subject: Subject
    check: str
    standing: Standing
    text: str
    remedy: str = ""
    workspace: str = ""


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes the findings of one subject, and of one workspace where that matters."""

    subject: Subject
    workspace: str = ""

    def ok(self, check: str, text: str) -> Finding:
        return self._finding(check, Standing.OK, text, "")

    def warning(self, check: str, text: str, remedy: str) -> Finding:
        return self._finding(check, Standing.WARNING, text, remedy)

    def problem(self, check: str, text: str, remedy: str) -> Finding:
        return self._finding(check, Standing.PROBLEM, text, remedy)

    def skipped(self, check: str, text: str, remedy: str = "") -> Finding:
        return self._finding(check, Standing.SKIPPED, text, remedy)

    def _finding(self, check: str, standing: Standing, text: str, remedy: str) -> Finding:
        return Finding(self.subject, check, standing, text, remedy, self.workspace)
