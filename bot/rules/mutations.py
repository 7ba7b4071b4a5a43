"""Rules with one number changed: what a good test of rules notices.

Each number is changed a little and a lot, up and down: bytes, rates and factors by a hundredth (factors by a tenth)
and to a half and the double, percentages by 1 and 10 points, spans by one bucket and to a half and the double. A
sensitivity is changed to its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from bot.domain.units import format_bytes, format_percent, format_rate
from bot.rules.kinds import (
    Forecast,
    NoData,
    Noise,
    Opening,
    Override,
    Pace,
    Percentile,
    Planned,
    Quota,
    Sensitivity,
    Spike,
    Threshold,
    TopUp,
)
from bot.rules.model import Configuration, Rule, SiteRule
from bot.rules.telling import PLAINLY, Escalation, Route, Telling

_HUNDRED = Fraction(100)


@dataclass(frozen=True, slots=True)
class Mutation:
    """`configuration` differs from the original in one number: `what` of `rule`, or of `site`, or of a route."""

    what: str
    configuration: Configuration
    rule: str | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class _Changed:
    """A thing with one number changed, and how that is told: `at 80 % → 81 %`."""

    what: str
    thing: Any


_Vary = Callable[[Any, int], Iterator[tuple[str, Any]]]
"""From a value and the length of a bucket (seconds) to what it may be instead, and how that is told."""


def _differing(value: Any, others: tuple[Any, ...], show: Callable[[Any], str]) -> Iterator[tuple[str, Any]]:
    for other in dict.fromkeys(others):
        if other > type(value)() and other != value:
            yield f"{show(value)} → {show(other)}", other


def _count(show: Callable[[int], str]) -> _Vary:
    def vary(value: int, _: int) -> Iterator[tuple[str, Any]]:
        small = max(1, value // 100)
        return _differing(value, (value - small, value + small, value // 2, value * 2), show)

    return vary


def _span(value: timedelta, bucket: int) -> Iterator[tuple[str, Any]]:
    """To whole buckets: what lies between is no other rule."""
    small, half = timedelta(seconds=bucket), timedelta(seconds=int(value.total_seconds()) // 2 // bucket * bucket)
    return _differing(value, (value - small, value + small, half, value * 2), _short)


def _percent(value: Fraction, _: int) -> Iterator[tuple[str, Any]]:
    return _differing(value, (value - 1, value + 1, value - 10, value + 10), format_percent)


def _share(value: Fraction, _: int) -> Iterator[tuple[str, Any]]:
    """A percentage that stays below 100."""
    others = (value - 1, value + 1, value - 10, value + 10)
    return _differing(value, tuple(other for other in others if other < _HUNDRED), format_percent)


def _factor(value: Fraction, _: int) -> Iterator[tuple[str, Any]]:
    return _differing(value, (value * 9 / 10, value * 11 / 10, value / 2, value * 2), lambda x: f"{float(x):g}x")


def _flip(value: bool, _: int) -> Iterator[tuple[str, Any]]:
    yield f"{str(value).lower()} → {str(not value).lower()}", not value


def _neighbours(value: Sensitivity, _: int) -> Iterator[tuple[str, Any]]:
    ordered = list(Sensitivity)
    place = ordered.index(value)
    for other in ordered[max(0, place - 1) : place + 2]:
        if other is not value:
            yield f"{value} → {other}", other


def _inside(thing: Any, bucket: int) -> Iterator[tuple[str, Any]]:
    return ((changed.what, changed.thing) for changed in _changes(thing, bucket))


def _each(vary: _Vary) -> _Vary:
    """Of a list, one item after the other."""

    def vary_items(items: tuple[Any, ...], bucket: int) -> Iterator[tuple[str, Any]]:
        for place, item in enumerate(items):
            for what, other in vary(item, bucket):
                yield what, (*items[:place], other, *items[place + 1 :])

    return vary_items


_bytes, _rate = _count(format_bytes), _count(format_rate)
_days = _count(lambda days: f"{days} days")
_NUMBERS: dict[type, dict[str, tuple[str, _Vary]]] = {
    Rule: {
        "judge": ("", _inside),
        "hold": ("for", _span),
        "keep_firing": ("keep_firing_for", _span),
        "telling": ("", _inside),
    },
    Quota: {
        "limit": ("quota", _bytes),
        "steps": ("at", _each(_percent)),
        "every": ("every", _days),
        "plan": ("plan:", _each(_inside)),
        "overrides": ("overrides:", _each(_inside)),
        "top_ups": ("top_ups:", _each(_inside)),
        "opening": ("opening:", _each(_inside)),
        "rollover": ("rollover: up_to", _bytes),
        "forecast": ("forecast:", _inside),
        "pace": ("pace:", _each(_inside)),
    },
    Planned: {"quota": ("quota", _bytes)},
    Override: {"quota": ("quota", _bytes)},
    TopUp: {"add": ("add", _bytes)},
    Opening: {"used": ("used", _bytes)},
    Forecast: {"reaches": ("reaches", _percent), "sure": ("sure", _share)},
    Pace: {"factor": ("faster_than", _factor), "long": ("over", _span), "short": ("over", _span)},
    Threshold: {"limit": ("threshold", _bytes), "rate": ("threshold", _rate), "within": ("within", _span)},
    Percentile: {
        "p": ("p", _share),
        "rate": ("over", _rate),
        "steps": ("at", _each(_percent)),
        "every": ("every", _days),
    },
    Spike: {
        "sensitivity": ("sensitivity", _neighbours),
        "at_least": ("at_least", _bytes),
        "noise": ("noise:", _inside),
    },
    Noise: {"at_most": ("at_most", _count(str))},
    NoData: {"after": ("after", _span), "zero_is_silent": ("zero_is_silent", _flip)},
    Telling: {
        "group_wait": ("group_wait", _span),
        "group_interval": ("group_interval", _span),
        "repeat_every": ("repeat_every", _span),
        "escalate": ("escalate:", _inside),
    },
    Escalation: {"after": ("after", _span)},
    Route: {"telling": ("", _inside)},
    SiteRule: {"quota": ("quota", _bytes)},
}


def mutations(configuration: Configuration, bucket: int) -> Iterator[Mutation]:
    """Every change of one number, rule by rule, then the sites' own quotas, then the routes. `bucket` is seconds."""
    for place, rule in enumerate(configuration.rules):
        for changed in _changes(rule, bucket):
            rules = _with(configuration.rules, place, changed.thing)
            yield Mutation(changed.what, replace(configuration, rules=rules), rule=rule.name)
    for place, site in enumerate(configuration.sites):
        for changed in _changes(site, bucket):
            sites = _with(configuration.sites, place, changed.thing)
            yield Mutation(changed.what, replace(configuration, sites=sites), site=site.name or site.id)
    for place, route in enumerate(configuration.routes):
        for changed in _changes(route, bucket):
            routes = _with(configuration.routes, place, changed.thing)
            yield Mutation(f"route {place + 1}: {changed.what}", replace(configuration, routes=routes))


def _with(items: tuple[Any, ...], place: int, item: Any) -> tuple[Any, ...]:
    return (*items[:place], item, *items[place + 1 :])


def _changes(thing: Any, bucket: int) -> Iterator[_Changed]:
    """Every number of a thing, and of what is in it, changed. What is not written has no number to change."""
    for name, (label, vary) in _NUMBERS.get(type(thing), {}).items():
        value = getattr(thing, name)
        if _is_unwritten(thing, name, value):
            continue
        for what, other in vary(value, bucket):
            changed = _agreeing(replace(thing, **{name: other}))
            if _is_sound(changed):
                yield _Changed(f"{label} {what}".strip(), changed)


def _is_unwritten(thing: Any, name: str, value: object) -> bool:
    if isinstance(thing, Threshold) and name == "limit":
        return thing.rate is not None  # the rate is what is written
    if isinstance(thing, Spike) and name == "sensitivity":
        return thing.noise is not None  # the noise stands in its place
    if isinstance(thing, Quota | Percentile) and name == "every":
        return value == 1
    if isinstance(thing, Telling) and name == "group_interval":
        return value == PLAINLY.group_interval
    return value is None or (not value and value is not False)


def _is_sound(thing: Any) -> bool:
    """Steps go up: what would not, nobody could write."""
    return not isinstance(thing, Quota | Percentile) or all(a < b for a, b in pairwise(thing.steps))


def _agreeing(thing: Any) -> Any:
    """A threshold's bytes follow from its rate and its span."""
    if isinstance(thing, Threshold) and thing.rate is not None:
        bits = thing.rate * int(thing.within.total_seconds())
        return replace(thing, limit=-(-bits // 8) if thing.under else bits // 8)
    return thing


def _short(span: timedelta) -> str:
    """`15m`, `1h30m`, `28d`: as rules are written."""
    seconds = int(span.total_seconds())
    words = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        words += [f"{count}{unit}"] if count else []
    return "".join(words) or "0s"
