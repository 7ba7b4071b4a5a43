"""What is asked of each kind."""

from __future__ import annotations

from dataclasses import dataclass

from bot.alerts.model import Alert
from bot.domain.usage import Direction
from bot.rules.model import Rule


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule in one direction. `alert` is as it was at the last transition by then; `is_edited` says that the rule
    was another then."""

    rule: Rule
    direction: Direction
    alert: Alert | None
    is_edited: bool
