"""`threshold` rules: a level that usage of the last while must not pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.units import LARGEST_BYTES
from bot.rules.fields import Fields, scalar
from bot.rules.model import Threshold
from bot.rules.nodes import Node
from bot.rules.problems import Report, Wrong
from bot.rules.values import duration, rate, size

_MINUTE = timedelta(minutes=1)
BITS = 8


@dataclass(frozen=True, slots=True)
class _Level:
    bytes: int | None = None
    rate: int | None = None

    def over(self, within: timedelta, *, under: bool) -> int:
        """Whole bytes that stand for this level over a window.

        Usage is whole bytes, so "strictly over x" is "strictly over the floor of x", and "strictly under x" is
        "strictly under its ceiling": nothing is lost by rounding so.
        """
        if self.bytes is not None:
            return self.bytes
        bits = (self.rate or 0) * (within // timedelta(seconds=1))
        return -(-bits // BITS) if under else bits // BITS


def _level(node: Node) -> _Level:
    written = scalar(node)
    return _Level(rate=rate(node)) if written.text.strip().lower().endswith("bps") else _Level(bytes=size(node))


def _within(node: Node) -> timedelta:
    span = duration(node)
    if span < _MINUTE or span % _MINUTE:
        raise Wrong("`within` is whole minutes, at least one")
    return span


def read_threshold(report: Report) -> Callable[[Node], Threshold]:
    def decode(node: Node) -> Threshold:
        fields = Fields(node, report, "a threshold", ("over", "under", "within"), "{over: 20 GB, within: 1h}")
        if "over" in fields:
            fields.refuse("under", "a threshold is either `over` or `under`; make two rules of it")
        elif fields.lacks("over", "under"):
            report.error(fields.place, "a threshold needs `over` or `under`")
        under = "over" not in fields
        within = fields.need("within", _within, _MINUTE)
        level = fields.get("under" if under else "over", _level, _Level(bytes=1))
        limit = level.over(within, under=under)
        if limit > LARGEST_BYTES:
            raise Wrong("this is more than an exabyte (10^18 bytes) over `within`")
        return Threshold(limit, within, under, level.rate)

    return decode
