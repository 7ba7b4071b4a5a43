"""Alerts of a quota rule that are there already, found by their period or by the one that it was before an edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.alerts.model import Alert, AlertKey, retire
from bot.domain.times import Slot
from bot.domain.usage import Direction
from bot.engine.quota import has_reached
from bot.rules.model import Rule
from bot.service.judging import Batch

Recorded = Mapping[AlertKey, Sequence[Alert]]


@dataclass(frozen=True, slots=True)
class Records:
    """One rule's alerts in one direction: by key, and the open ones by key without a period."""

    by_key: dict[AlertKey, Alert] = field(default_factory=dict)
    is_open: dict[AlertKey, list[Alert]] = field(default_factory=dict)

    @classmethod
    def of(cls, recorded: Recorded, rule: Rule, direction: Direction) -> Records:
        found = cls()
        for key, alerts in recorded.items():
            if key.rule == rule.name and key.direction is direction:
                found.by_key[key] = alerts[0]
                is_open = [alert for alert in alerts if alert.is_open]
                found.is_open.setdefault(replace(key, period=None), []).extend(is_open)
        return found

    def alert(self, batch: Batch, key: AlertKey, until: Slot, limit: int, used: int) -> Alert | None:
        """The alert of this period, or of an open one that was this period before the billing day or the zone was
        edited.

        Steps that usage of the new period reaches too stay told; the others can be told again when it does. Where
        none does, and where the period is of another kind, the old alert is closed, which tells nobody.
        """
        if key in self.by_key:
            return self.by_key[key]
        for old in self.is_open.get(replace(key, period=None), ()):
            if overlap(old.key, key):
                steps = {step: end for step, end in old.steps.items() if has_reached(used, limit, step)}
                if steps and are_alike(old.key, key):
                    kept = replace(old, key=key, value=min(old.value, used), steps=steps, step=max(steps))
                    return replace(kept, detail={"basis": old.detail["basis"]} if "basis" in old.detail else {})
                gone, move = retire(old, batch.block.step, batch.learnt(until))
                batch.note([gone], [move])
        return None


def are_alike(a: AlertKey, b: AlertKey) -> bool:
    """Months, weeks … of the same calendar unit differ in length by less than a quarter."""
    assert a.period is not None  # noqa: S101 - quotas' keys have one
    assert b.period is not None  # noqa: S101
    shorter, longer = sorted((a.period.span, b.period.span))
    return longer * 4 < shorter * 5


def overlap(a: AlertKey, b: AlertKey) -> bool:
    return a.period is not None and b.period is not None and a.period.overlap(b.period) is not None
