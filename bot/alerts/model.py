"""Alerts, their transitions, and why each happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

from bot.domain.times import Slot, Window
from bot.domain.usage import Direction
from bot.rules.model import Severity

BOT_RULE = "usagebot"
"""The rule name of what the bot says about itself."""


class Kind(StrEnum):
    QUOTA = "quota"
    FORECAST = "forecast"
    PACE = "pace"
    THRESHOLD = "threshold"
    SPIKE = "spike"
    PERCENTILE = "percentile"
    NO_DATA = "no_data"
    SELF = "self"


class State(StrEnum):
    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


class Change(StrEnum):
    """What a transition does to an alert."""

    PENDING = "pending"
    FIRED = "fired"
    WORSENED = "worsened"
    ESCALATED = "escalated"
    REPEATED = "repeated"
    CORRECTED = "corrected"
    RESOLVED = "resolved"


class Reason(StrEnum):
    """Why a transition happened. `notifies` says whether people are told anew, or messages only edited."""

    CONDITION_HOLDS = "condition_holds"
    STEP_REACHED = "step_reached"
    LIMIT_PASSED = "limit_passed"
    BACK_TO_NORMAL = "back_to_normal"
    DATA_REVISED = "data_revised"
    PERIOD_ENDED = "period_ended"
    PENDING_CLEARED = "pending_cleared"
    RULE_CHANGED = "rule_changed"
    CAME_TRUE = "came_true"
    STILL_FIRING = "still_firing"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    BOT_TROUBLE = "bot_trouble"
    BOT_WELL = "bot_well"
    SILENCE_ENDS = "silence_ends"
    SILENCE_OVER = "silence_over"
    NOISE_COUNTED = "noise_counted"
    NEW_NORMAL = "new_normal"

    @property
    def notifies(self) -> bool:
        return self not in {
            Reason.CONDITION_HOLDS,
            Reason.PERIOD_ENDED,
            Reason.PENDING_CLEARED,
            Reason.RULE_CHANGED,
            Reason.CAME_TRUE,
            Reason.SILENCE_OVER,
            Reason.NEW_NORMAL,
        }


@dataclass(frozen=True, slots=True)
class AlertKey:
    """What an alert is about. `site` is a site key, None for what is about the bot, a workspace or a pool.

    `period` is the billing period of a quota's, a forecast's or a percentile's alert. Other alerts have none: each
    uninterrupted life of one is an episode of its own, told apart by its `since`.
    """

    workspace: str
    rule: str
    kind: Kind
    site: int | None
    direction: Direction = Direction.TOTAL
    period: Window | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """The durable state of one alert. `id` is 0 until it is stored.

    `since` is the end of the bucket that made it true. `value` and `limit` are bytes, of the period so far for
    a quota, and the worst of any `within` of the episode for a threshold; `known` of `expected` buckets say how
    much of that span is known. `steps` holds every quota step that was reached and when (end of bucket).
    `held` and `cleared` are the seconds of the known buckets in which the condition held since it began, and
    has been clear since it last held, up to `judged_until`; the first bucket counts. `note` is the bot's own
    text about itself, `detail` what only its kind knows (JSON: whole numbers, text, lists and maps of them).

    `told_at` is when people were first told of it, `escalated_at` when that was last escalated, `acknowledged_by`
    ("" for nobody) who took it, at `acknowledged_at`, until `acknowledged_until` where that was said; the latter stays
    when that is over. `flapping` is how often it had begun and ended within a day when that was found to be too often,
    0 where it was not. Who judges need not keep these six: `attended` does.
    """

    key: AlertKey
    state: State
    since: Slot
    severity: Severity
    value: int = 0
    limit: int = 0
    known: int = 0
    expected: int = 0
    step: Fraction | None = None
    steps: Mapping[Fraction, Slot] = field(default_factory=dict)
    fired_at: Slot | None = None
    resolved_at: Slot | None = None
    reason: Reason = Reason.CONDITION_HOLDS
    rule_version: str = ""
    held: int = 0
    cleared: int = 0
    judged_until: Slot | None = None
    note: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    told_at: Slot | None = None
    escalated_at: Slot | None = None
    acknowledged_by: str = ""
    acknowledged_at: Slot | None = None
    acknowledged_until: Slot | None = None
    flapping: int = 0
    id: int = 0

    @property
    def is_open(self) -> bool:
        return self.state is not State.RESOLVED

    @property
    def short_id(self) -> str:
        """How people name it: `A17`."""
        return alert_name(self.id)


def alert_name(number: int) -> str:
    """How people name the alert with this id."""
    return f"A{number}"


@dataclass(frozen=True, slots=True)
class Transition:
    """One move of an alert. `slot` is the start of the bucket that made it true, `known_at` when the bot learnt of it.

    `step` is the quota step it is about, if any, and `value` the bytes at that moment;
    `was` is, for a correction, what they had been taken for. `alert` is as it is now where this was read from the
    history; `seen` is what it was then (see `bot.alerts.seen`), or empty.
    """

    alert: Alert
    change: Change
    reason: Reason
    slot: Slot
    known_at: Slot
    step: Fraction | None = None
    value: int = 0
    was: int | None = None
    seen: Mapping[str, Any] = field(default_factory=dict, compare=False)
    id: int = 0

    def late_by(self, bucket: int) -> timedelta:
        """How long after the bucket's end the bot learnt of it; zero where it was at once."""
        return timedelta(seconds=max(0, self.known_at - self.slot - bucket))


def retire(alert: Alert, bucket: int, at: Slot) -> tuple[Alert, Transition]:
    """Close an alert whose rule is gone or was edited, `at` that moment; tells nobody anew. `bucket` is seconds."""
    gone = replace(alert, state=State.RESOLVED, reason=Reason.RULE_CHANGED, resolved_at=at)
    slot = Slot((alert.judged_until or at) - bucket)
    return gone, Transition(gone, Change.RESOLVED, Reason.RULE_CHANGED, slot, at, alert.step, alert.value)
