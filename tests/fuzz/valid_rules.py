"""Valid configurations: what an operator would write, and beside it what it must become."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from bot.domain.periods import Per, Starts
from bot.domain.units import BYTE_UNITS, LARGEST_BYTES, RATE_UNITS
from bot.domain.usage import Direction
from bot.rules.kinds import Forecast, NoData, Opening, Override, Pace, Percentile, Planned, Quota, Threshold, TopUp
from bot.rules.model import Rule, Severity
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
    more = draw(grants(per)) | draw(outlooks(percents))
    written |= {key: text for key, (text, _) in more.items()}
    fields = {FIELDS.get(key, key): value for key, (_, value) in more.items()}
    if "plan" in more:
        del written["quota"]
        fields["limit"] = None
    quota = Quota(limit, per, begins, percents, (severity,) * len(percents))
    if per is Per.DAYS:
        quota = replace(quota, every=every, anchor=anchor)
    return written, replace(quota, **fields)


FIELDS = {"count": "possible"}
More = dict[str, tuple[Any, Any]]
"""Key → how it is written, and the value that it must become."""
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))
references = st.text(LETTERS.filter(lambda char: char != "*"), min_size=1, max_size=12)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Any, Any]:
    dates = sorted(draw(st.sets(days, min_size=1, max_size=3)))
    planned = [(day, draw(sizes())) for day in dates]
    written = [{"from": day.isoformat(), "quota": text} for day, (text, _) in planned]
    return written, tuple(Planned(day, size) for day, (_, size) in planned)


@st.composite
def overrides(draw: st.DrawFn, per: Per) -> tuple[Any, Any]:
    sites = draw(st.lists(references, min_size=1, max_size=3, unique_by=str.casefold))
    written, found = [], []
    for site in sites:
        text, size = draw(sizes())
        entry, override = {"site": site, "quota": text}, Override(site, size)
        if per is not Per.HOUR and draw(st.booleans()):
            entry["starts"], begins = draw(starts(per))
            override = replace(override, starts=begins)
        written.append(entry)
        found.append(override)
    return written, tuple(found)


@st.composite
def top_ups(draw: st.DrawFn, *, pool: bool) -> tuple[Any, Any]:
    written, found = [], []
    for _ in range(draw(st.integers(1, 3))):
        on, (text, size), site = draw(days), draw(sizes()), draw(st.none() if pool else st.none() | references)
        written.append({"on": on.isoformat(), "add": text} | ({} if site is None else {"site": site}))
        found.append(TopUp(on, size, site))
    return written, tuple(found)


@st.composite
def openings(draw: st.DrawFn) -> tuple[Any, Any]:
    moments = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31))  # noqa: DTZ001 - by the site's own clock
    written, found = [], []
    for at in draw(st.lists(moments, min_size=1, max_size=3, unique_by=lambda at: at.replace(second=0, microsecond=0))):
        minute, (text, size), site = at.replace(second=0, microsecond=0), draw(sizes()), draw(st.none() | references)
        text, size = draw(st.sampled_from([(text, size), ("0 B", 0)]))
        entry = {"at": minute.isoformat(timespec="minutes"), "used": text}
        written.append(entry | ({} if site is None else {"site": site}))
        found.append(Opening(minute, size, site))
    return written, tuple(found)


@st.composite
def grants(draw: st.DrawFn, per: Per) -> More:
    """Some of the keys that say what is granted and counted."""
    pool = draw(st.booleans())
    text, size = draw(sizes())
    found: More = {
        "pool": (pool, pool),
        "plan": draw(plans()),
        "top_ups": draw(top_ups(pool=pool)),
        "opening": draw(openings()),
        "rollover": ({"up_to": text}, size),
        "count": draw(st.sampled_from([("certain", False), ("possible", True)])),
    }
    if not pool:
        found["overrides"] = draw(overrides(per))
    kept = draw(st.sets(st.sampled_from(sorted(found))))
    return {key: both for key, both in found.items() if key in kept or key == "pool"}


@st.composite
def outlooks(draw: st.DrawFn, percents: tuple[Fraction, ...]) -> More:
    """A forecast of one of the steps, where one may be forecast, and paces within an hour, which every period has."""
    found: More = {}
    foreseen = [step for step in percents if step >= 1]
    if draw(st.booleans()) and foreseen:
        step, sure = draw(st.sampled_from(foreseen)), draw(st.integers(50, 99))
        found["forecast"] = {"reaches": f"{float(step):g}%", "sure": f"{sure}%"}, Forecast(step, Fraction(sure))
    if draw(st.booleans()):
        tenths = draw(st.lists(st.integers(10, 9999), min_size=1, max_size=3, unique=True))
        short = draw(st.integers(5, 59))
        long = draw(st.integers(short + 1, 60))
        text = [{"faster_than": f"{n // 10}.{n % 10}x", "over": [f"{long}m", f"{short}m"]} for n in tenths]
        spans = timedelta(minutes=long), timedelta(minutes=short)
        found["pace"] = text, tuple(Pace(Fraction(n, 10), *spans) for n in tenths)
    return found


@st.composite
def percentiles(draw: st.DrawFn) -> tuple[Written, Percentile]:
    thousandths, count = draw(st.integers(1000, 99_999)), draw(st.integers(1, 10**4))
    unit, per = (
        draw(st.sampled_from(sorted(RATE_UNITS))),
        draw(st.sampled_from([Per.DAY, Per.WEEK, Per.MONTH, Per.YEAR])),
    )
    begun, begins = draw(starts(per))
    percents = sorted(draw(st.sets(st.integers(1, 100), min_size=1, max_size=4)))
    severity = draw(st.sampled_from(list(Severity)))
    p = f"{thousandths // 1000}.{thousandths % 1000:03}"
    written: Written = {
        "percentile": {"p": json.loads(p), "over": f"{count} {unit}"},
        "per": per.value,
        "starts": begun,
        "at": [f"{n}%" for n in percents],
        "severity": severity.value,
    }
    at = tuple(map(Fraction, percents))
    rank, rate = Fraction(thousandths, 1000), count * RATE_UNITS[unit]
    pool = draw(st.booleans())
    written |= {"pool": pool} if pool else {}
    return written, Percentile(rank, rate, per, begins, at, (severity,) * len(at), pool=pool)


@st.composite
def silences(draw: st.DrawFn) -> tuple[Written, NoData]:
    minutes, zero = draw(st.integers(1, 10_000)), draw(st.booleans())
    return {"no_data": {"after": f"{minutes}m", "zero_is_silent": zero}}, NoData(timedelta(minutes=minutes), zero)


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
    body, judge = draw(st.one_of(quotas(), thresholds(), percentiles(), silences()))
    written: Written = {"name": name, **body}
    severity = judge.severities[0] if isinstance(judge, Quota | Percentile) else Severity.WARNING
    directions = [Direction.TOTAL]
    if not isinstance(judge, NoData):
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
