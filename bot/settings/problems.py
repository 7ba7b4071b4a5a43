"""What is wrong with a setting, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One thing wrong with one setting. Never holds a secret. `fatal` is False of what is only worth a warning."""

    name: str
    what: str
    remedy: str
    fatal: bool = True

    def __str__(self) -> str:
        return f"{self.name}: {self.what}. {self.remedy}" + ("" if self.remedy.endswith("?") else ".")


class WrongSettingError(ValueError):
    """A value that a setting cannot have. `what` is quoted to people, so a secret's validator leaves the value out."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def of(self, name: str) -> SettingProblem:
        return SettingProblem(name, self.what, self.remedy)


class MissingSettingError(Exception):
    """A secret that was asked for by name cannot be had now. The text names the setting, never its value."""

    def __init__(self, problem: SettingProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem
