"""What a rule says, in words. Nothing in it is others' text: sites that a rule names are counted, not named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from bot.domain.periods import WEEKDAYS, Per, Starts
from bot.domain.sites import Site
from bot.domain.units import format_bytes, format_duration, format_percent, format_rate
from bot.rules.model import NoData, Percentile, Quota, Rule, Severity, Spike, Threshold
from bot.rules.references import means
from bot.service.noise.words import written

_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


Line = tuple[str, str]
"""What it is about, and what is said of it."""


def says(rule: Rule, sites: Sequence[Site]) -> tuple[Line, ...]:
    """What it takes to be told, the limit first. `sites` are those that the reader may see."""
    return tuple(_said(rule, sites))


def _said(rule: Rule, sites: Sequence[Site]) -> Iterator[Line]:
    match rule.judge:
        case Quota():
            yield from _quota(rule.judge, sites)
        case Percentile():
            yield from _percentile(rule.judge)
        case Threshold():
            yield "Limit", _threshold(rule.judge)
        case NoData():
            zeros = ", zeros counting as silence" if rule.judge.zero_is_silent else ""
            yield "Limit", f"silent for {format_duration(rule.judge.after)}{zeros}"
        case Spike():
            yield from _spike(rule.judge)


def _quota(quota: Quota, sites: Sequence[Site]) -> Iterator[Line]:
    pool = " for all sites together" if quota.pool else ""
    yield "Limit", f"{_limit(quota)} {_per(quota.per, quota.every)}{pool}"
    yield "Billing period", f"begins {_starts(quota.per, quota.starts)}"
    if quota.steps:
        yield "Steps", _steps(quota.steps, quota.severities)
    if quota.forecast is not None:
        reaches, sure = format_percent(quota.forecast.reaches), format_percent(quota.forecast.sure)
        yield "Forecast", f"when {reaches} is reached by the period's end with {sure} certainty"
    for pace in quota.pace:
        spans = f"{format_duration(pace.long)} and {format_duration(pace.short)}"
        yield "Pace", f"when it burns more than {float(pace.factor):g}× even over {spans}"
    yield from _grants(quota, sites)


def _grants(quota: Quota, sites: Sequence[Site]) -> Iterator[Line]:
    if quota.rollover:
        yield "Carried over", f"up to {format_bytes(quota.rollover)} of what is left"
    if quota.possible:
        yield "Gaps", "count with what is usual in them"
    own = [one for one in quota.overrides if any(means(one.site, site) for site in sites)]
    if own:
        yield "Exceptions", f"{len(own)} with a quota or a start of their own"
    added = [one for one in quota.top_ups if one.site is None or any(means(one.site, site) for site in sites)]
    if added:
        yield "Top-ups", f"{len(added)}"


def _limit(quota: Quota) -> str:
    if quota.limit is not None:
        return format_bytes(quota.limit)
    if quota.plan:
        last = max(quota.plan, key=lambda planned: planned.since)
        return f"by plan, {format_bytes(last.quota)} from {last.since} on,"
    return "each site's own quota"


def _percentile(judge: Percentile) -> Iterator[Line]:
    pool = ", of all sites together" if judge.pool else ""
    yield (
        "Limit",
        f"{float(judge.p):g}th percentile over {format_rate(judge.rate)} {_per(judge.per, judge.every)}{pool}",
    )
    yield "Billing period", f"begins {_starts(judge.per, judge.starts)}"
    if judge.steps:
        yield "Steps", f"{_steps(judge.steps, judge.severities)} of the burst time that it allows"


def _threshold(judge: Threshold) -> str:
    side = "under" if judge.under else "over"
    level = format_rate(judge.rate) if judge.rate is not None else format_bytes(judge.limit)
    return f"{side} {level} within {format_duration(judge.within)}"


def _spike(judge: Spike) -> Iterator[Line]:
    yield "Limit", f"unlike itself, {'at most ' if judge.noise is not None else ''}{written(judge)}"
    if judge.at_least is not None:
        yield "At least", f"from {format_bytes(judge.at_least)} beyond the usual on"


def _steps(steps: Sequence[Fraction], severities: Sequence[Severity]) -> str:
    words = [f"{format_percent(at)} ({severity})" for at, severity in zip(steps, severities, strict=True)]
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _per(per: Per, every: int) -> str:
    return f"every {every} days" if per is Per.DAYS else f"an {per}" if per is Per.HOUR else f"a {per}"


def _starts(per: Per, starts: Starts | None) -> str:
    if starts is None:
        return "when each site's own does"
    clock = f" at {starts.time:%H:%M}" if starts.time.hour or starts.time.minute else ""
    if per is Per.WEEK:
        return f"on {_DAY_NAMES[(starts.weekday or 0) % len(WEEKDAYS)]}{clock}"
    if per in (Per.MONTH, Per.QUARTER, Per.YEAR):
        return f"on day {starts.day or 1}{clock}"
    return f"with each {'day' if per is Per.DAY else per}{clock}" if per is not Per.DAYS else f"by the calendar{clock}"
