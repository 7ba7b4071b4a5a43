"""`defaults`: what holds where nothing else is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.rules.fields import Decoder, Fields, each, whole
from bot.rules.model import UTC_ZONE
from bot.rules.names import Declared
from bot.rules.nodes import Node, Scalar
from bot.rules.problems import Report, Wrong, did_you_mean, shown
from bot.rules.telling import SIX_A_DAY, Flapping
from bot.rules.values import duration, zone

KEYS = ("timezone", "receivers", "flapping")
FLAPPING_KEYS = ("changes", "within")
NEVER = "never"
FEWEST, MOST = 2, 1000
SHORTEST, LONGEST = timedelta(minutes=10), timedelta(days=7)
EXAMPLE = f"{{changes: {SIX_A_DAY.changes}, within: 24h}}"


@dataclass(frozen=True, slots=True)
class Defaults:
    """`flapping` is None where nothing is ever kept quiet for it."""

    timezone: ZoneInfo = UTC_ZONE
    receivers: tuple[str, ...] = ()
    flapping: Flapping | None = SIX_A_DAY


def read_defaults(node: Node | None, declared: Declared, report: Report) -> Defaults:
    if node is None:
        return Defaults()
    fields = Fields(node, report, "`defaults`", KEYS)
    return Defaults(
        receivers=each(fields.node("receivers"), report, declared.receivers.used, "[noc]"),
        timezone=fields.get("timezone", zone, UTC_ZONE),
        flapping=fields.get("flapping", _flapping(report), SIX_A_DAY),
    )


def _flapping(report: Report) -> Decoder[Flapping | None]:
    def decode(node: Node) -> Flapping | None:
        if isinstance(node, Scalar) and not node.is_null:
            _refuse_other_words(node.text)
            return None
        fields = Fields(node, report, "`flapping`", FLAPPING_KEYS, EXAMPLE)
        changes = fields.get("changes", whole(FEWEST, MOST), SIX_A_DAY.changes)
        return Flapping(changes, fields.get("within", _within, SIX_A_DAY.within))

    return decode


def _refuse_other_words(written: str) -> None:
    if written != NEVER:
        message = f"{shown(written)} is not how often is too often; write `{NEVER}`, or a map like {EXAMPLE}"
        raise Wrong(message, lambda: did_you_mean(written, (NEVER,)))


def _within(node: Node) -> timedelta:
    span = duration(node)
    if not SHORTEST <= span <= LONGEST:
        raise Wrong("`within` is from 10 minutes to 7 days: beginnings and ends in that span are counted")
    return span
