"""Valid configurations: what an operator would write, and beside it what it must become."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, time, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from bot.domain.periods import Per, Starts
from bot.domain.units import BYTE_UNITS, LARGEST_BYTES, RATE_UNITS
from bot.domain.usage import Direction
from bot.rules.model import Quota, Rule, Severity, Threshold
from bot.rules.selectors import EVERYWHERE, Selector

Written = dict[str, Any]
HEAD: Written = {"version": 1, "receivers": {"noc": {"terminal": True}}, "defaults": {"receivers": ["noc"]}}
LETTERS = st.characters(categories=["L", "N", "P", "S"], exclude_characters="/\\\u2028\u2029", max_codepoint=0xFFFD)
names = st.text(LETTERS, min_size=1, max_size=12)


def document(content: Mapping[str, Any]) -> bytes:
    """JSON is YAML, but for a few escapes that nothing here needs."""
    return json.dumps(content, ensure_ascii=False).encode()


@st.composite
def sizes(draw: st.DrawFn) -> tuple[str, int]:
    unit = draw(st.sampled_from(sorted(BYTE_UNITS)))
    count = draw(st.integers(1, min(10**6, LARGEST_BYTES // BYTE_UNITS[unit])))
    return f"{count}{draw(st.sampled_from(['', ' ']))}{unit}", count * BYTE_UNITS[unit]


@st.composite
def steps(draw: st.DrawFn) -> tuple[list[str], tuple[Fraction, ...]]:
    tenths = sorted(draw(st.sets(st.integers(1, 3000), min_size=1, max_size=4)))
    return [f"{n // 10}.{n % 10}%" for n in tenths], tuple(Fraction(n, 10) for n in tenths)


@st.composite
def starts(draw: st.DrawFn, per: Per) -> tuple[Any, Starts]:
    at = time(draw(st.integers(0, 23)), draw(st.integers(0, 59)))
    if per is Per.WEEK:
        weekday = draw(st.integers(0, 6))
        word = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[weekday]
        return {"day": word, "time": f"{at:%H:%M}"}, Starts(weekday=weekday, time=at)
    if per in {Per.DAY, Per.DAYS}:
        return {"time": f"{at:%H:%M}"}, Starts(time=at)
    day = draw(st.integers(1, 31))
    return {"day": day, "time": f"{at:%H:%M}"}, Starts(day=day, time=at)


@st.composite
def quotas(draw: st.DrawFn) -> tuple[Written, Quota]:
    (size, limit), (at, percents) = draw(sizes()), draw(steps())
    per = draw(st.sampled_from(list(Per)))
    every, anchor = draw(st.integers(1, 400)), draw(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
    severity = draw(st.sampled_from(list(Severity)))
    written: Written = {"quota": size, "at": at, "severity": severity.value, "per": per.value}
    begins = Starts()
    if per is Per.DAYS:
        written["per"] = {"every": f"{every} days", "from": anchor.isoformat()}
    if per is not Per.HOUR and draw(st.booleans()):
        written["starts"], begins = draw(starts(per))
    severities = (severity,) * len(percents)
    if per is Per.DAYS:
        return written, Quota(limit, per, begins, percents, severities, every, anchor)
    return written, Quota(limit, per, begins, percents, severities)


@st.composite
def thresholds(draw: st.DrawFn) -> tuple[Written, Threshold]:
    minutes, under = draw(st.integers(1, 2000)), draw(st.booleans())
    within = timedelta(minutes=minutes)
    side = "under" if under else "over"
    if draw(st.booleans()):
        size, limit = draw(sizes())
        return {"threshold": {side: size, "within": f"{minutes}m"}}, Threshold(limit, within, under)
    unit, count = draw(st.sampled_from(sorted(RATE_UNITS))), draw(st.integers(1, 10**4))
    rate = count * RATE_UNITS[unit]
    limit = -(-rate * minutes * 60 // 8) if under else rate * minutes * 60 // 8
    return {"threshold": {side: f"{count} {unit}", "within": f"{minutes}m"}}, Threshold(limit, within, under, rate)


@st.composite
def rules(draw: st.DrawFn) -> tuple[Written, Rule]:
    name = draw(names)
    body, judge = draw(st.one_of(quotas(), thresholds()))
    written: Written = {"name": name, **body}
    severity = judge.severities[0] if isinstance(judge, Quota) else Severity.WARNING
    directions = draw(st.lists(st.sampled_from(list(Direction)), min_size=1, max_size=4, unique=True))
    written["direction"] = [direction.value for direction in directions]
    sites = EVERYWHERE
    if draw(st.booleans()):
        globs = draw(st.lists(names, min_size=1, max_size=3, unique=True))
        tags = draw(
            st.dictionaries(names, st.lists(names, min_size=1, max_size=2, unique=True), min_size=1, max_size=2)
        )
        written["sites"] = {"name": globs, "tags": tags}
        sites = Selector(names=tuple(globs), tags={key: tuple(some) for key, some in tags.items()})
    hold = timedelta()
    if isinstance(judge, Threshold) and draw(st.booleans()):
        hold = timedelta(minutes=draw(st.integers(1, 600)))
        written["for"] = f"{int(hold.total_seconds()) // 60}m"
    return written, Rule(name, judge, sites, tuple(directions), severity, hold)


folders = st.lists(rules(), min_size=1, max_size=4, unique_by=lambda rule: rule[1].name)
