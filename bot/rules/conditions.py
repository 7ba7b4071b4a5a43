"""`no_data` and `spike` rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

from bot.domain.periods import Per
from bot.rules.amounts import amount, minutes
from bot.rules.calendars import Span
from bot.rules.fields import Fields, text, whole
from bot.rules.kinds import NoData, Noise, Sensitivity, Spike
from bot.rules.nodes import Node
from bot.rules.outlooks import length_of
from bot.rules.problems import Place, Report, Wrong, did_you_mean, shown
from bot.rules.quotas import truth
from bot.rules.values import one_of

MOST_NOISE = 1000
FITTED_DAYS = 56
"""Days of a site's own history that a promise of noise is fitted on."""
MOST_A_DAY = Fraction(1, 2)
"""Alarms a day: on more days than that nothing is unusual."""
_SENSITIVITY = one_of(Sensitivity, "sensitivity")
_UNITS = ("day", "week", "month", "quarter", "year")
_AFTER = minutes("`after`")
_NOTHING = NoData(timedelta(minutes=30))


def read_no_data(report: Report) -> Callable[[Node], NoData]:
    def decode(node: Node) -> NoData:
        fields = Fields(node, report, "a no_data rule", ("after", "zero_is_silent"), "{after: 30m}")
        return NoData(fields.need("after", _AFTER, _NOTHING.after), fields.get("zero_is_silent", truth, False))

    return decode


def read_spike(fields: Fields, report: Report) -> Spike:
    """With the `noise` that stands beside it."""
    noise = _noise(fields, report)
    node = fields.node("spike")
    if node is None:
        return Spike(noise=noise)
    inner = Fields(
        node, report, "a spike", ("sensitivity", "at_least", "noise"), "{sensitivity: medium, at_least: 500 MB}"
    )
    inner.refuse("noise", "`noise` stands beside `spike`, not in it")
    if noise is not None:
        inner.refuse("sensitivity", "a spike has a `sensitivity`, or a `noise` that it is fitted to; remove one")
    sensitivity = inner.get("sensitivity", _SENSITIVITY, Sensitivity.MEDIUM)
    return Spike(sensitivity, inner.get("at_least", amount, None), noise)


def _noise(fields: Fields, report: Report) -> Noise | None:
    node = fields.node("noise")
    if node is None:
        return None
    inner = Fields(node, report, "`noise`", ("at_most", "per"), "{at_most: 2, per: month}")
    noise = Noise(inner.need("at_most", whole(1, MOST_NOISE), 1), inner.need("per", _unit, Per.MONTH))
    if "at_most" in inner and "per" in inner:
        _warn_of(noise, fields.place_of("noise"), report)
    return noise


def _warn_of(noise: Noise, place: Place, report: Report) -> None:
    """What can be promised, but not as well as it sounds."""
    said = f"{noise.at_most} a {noise.per.value}"
    if noise.a_day * FITTED_DAYS < 1:
        more = "beyond them it is estimated from how its tail falls off"
        report.warn(place, f"{said} is rarer than the {FITTED_DAYS} days of a site's history can tell; {more}")
    elif noise.a_day > MOST_A_DAY:
        report.warn(place, f"{said} is more than any site makes noise; `sensitivity: high` tells as much")


def _unit(node: Node) -> Per:
    word = text(node)
    if word not in _UNITS:
        raise Wrong(
            f"{shown(word)} is no calendar unit here; write {', '.join(_UNITS[:-1])} or {_UNITS[-1]}",
            lambda: did_you_mean(word, _UNITS),
        )
    return Per(word)


def check_hold(judge: Spike, hold: timedelta, fields: Fields, report: Report) -> None:
    """A spike that must hold for longer than the time in which so many are allowed would never be told."""
    if judge.noise is not None and hold > length_of(Span(judge.noise.per)):
        report.error(fields.place_of("for"), f"`for` is longer than the {judge.noise.per.value} of its `noise`")
