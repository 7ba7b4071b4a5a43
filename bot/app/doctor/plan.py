"""What an examination is of, and how much of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.app.build import Environment
from bot.app.doctor.setup import Rules
from bot.app.doctor.workspaces import AGAIN, FULL, SHORT
from bot.rules.check import Parsed
from bot.rules.model import Configuration, WorkspaceRule
from bot.settings import SettingProblem, Settings

NOT_READ = Configuration("not read")
"""In place of rules with errors: one workspace, with ALTOSTRAT_TOKEN."""


@dataclass(frozen=True)
class Plan:
    """What is examined and how. `workspaces` are names; empty means all."""

    settings: Settings
    problems: Sequence[SettingProblem]
    rules: Rules
    offline: bool = False
    thorough: bool = False
    workspaces: frozenset[str] = frozenset()
    environment: Environment = field(default_factory=Environment)

    @property
    def configuration(self) -> Configuration:
        found = self.rules.configuration if isinstance(self.rules, Parsed) else None
        return found if found is not None else NOT_READ

    @property
    def chosen(self) -> tuple[WorkspaceRule, ...]:
        wanted = self.workspaces
        return tuple(rule for rule in self.configuration.workspaces if not wanted or rule.name in wanted)

    @property
    def most_requests(self) -> int:
        """Requests to the usage API that may be made, over all workspaces."""
        if self.offline or not self.chosen:
            return 0
        return FULL + AGAIN * self.thorough + SHORT * (len(self.chosen) - 1)

    def spoiled(self, *prefixes: str) -> list[str]:
        """Settings with these prefixes that cannot be read: what depends on them would be asked of the wrong one."""
        return [problem.name for problem in self.problems if problem.fatal and problem.name.startswith(prefixes)]
