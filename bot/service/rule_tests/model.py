"""What comes of a test of rules."""

from __future__ import annotations

from dataclasses import dataclass

from bot.rules.cases.model import Case
from bot.rules.problems import Place


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that was expected and did not come, or came and was not expected.

    `place` is where the expectation stands; None of what nobody expected. `detail` are lines of plain text.
    """

    place: Place | None
    what: str
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class CaseResult:
    """One test that was run. `fired` are the kinds of alert that fired, of each rule. `seconds` it took."""

    case: Case
    failures: tuple[Failure, ...]
    fired: frozenset[tuple[str, str]]
    messages: int
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.failures
