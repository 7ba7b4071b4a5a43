"""What all conditions have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.alerts.condition import ConditionRule
from bot.alerts.model import Alert, Kind
from bot.domain.block import Block
from bot.domain.usage import Direction
from bot.engine.edges import Verdicts
from bot.rules.model import Rule
from bot.service.judging import Batch, Due

Detail = Mapping[str, Any]
Kept = Callable[[Alert, int, int], Alert]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A condition's verdicts on a block. `kept`, where there is one, makes of an alert, the row that it belongs to and
    the column up to which it is judged now (`judged_until` being up to where it was) the alert with what it is to
    remember of that."""

    verdicts: Verdicts
    kept: Kept | None = None


class Condition(Protocol):
    """One rule's condition in one direction.

    `memory`: how many seconds before a bucket its verdict can depend on; where it `goes_on`, also on whether the
    condition held before, so that an alert is judged anew from its beginning. `measure` is what the state machine
    needs.
    """

    @property
    def rule(self) -> Rule: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def direction(self) -> Direction: ...
    @property
    def memory(self) -> int: ...
    @property
    def goes_on(self) -> bool: ...
    @property
    def measure(self) -> ConditionRule: ...

    async def verdicts(
        self, batch: Batch, due: Sequence[Due], block: Block, since: NDArray[np.intp], open_alerts: Mapping[int, Alert]
    ) -> Judged:
        """Of every bucket of `block` from column `since[i]` on; its row i is of `due[i]`.

        `open_alerts`, by site key, may say what went before the block, where that was not revised.
        """


def measured(
    rule: Rule, kind: Kind, limit: int, *, under: bool = False, details: Sequence[Detail] = ()
) -> ConditionRule:
    hold, keep = int(rule.hold.total_seconds()), int(rule.keep_firing.total_seconds())
    return ConditionRule(rule.severity, limit, hold, keep, under, rule.version_of(kind), details)
