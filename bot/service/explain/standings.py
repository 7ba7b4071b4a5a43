"""What a rule said of a site at one time, kind by kind; a kind without words of its own is told from its alert."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import numpy as np

from bot.domain.times import HOUR, Slot, Window, floor, to_instant
from bot.engine.edges import BREACH, CLEAR
from bot.engine.no_data import silent
from bot.engine.percentile import allowed_bursts, burst_level, mark
from bot.engine.quota import level_of
from bot.engine.threshold import buckets_in, judge_threshold
from bot.rules.model import NoData, Percentile, Threshold
from bot.service.explain.asked import Asked
from bot.service.explain.facts import Facts
from bot.service.explain.model import Standing, StepAt, Unit, Verdict
from bot.service.explain.quota import pace_standing, quota_standing
from bot.service.explain.spike import spike_standing

Told = Callable[[Facts, Asked], Awaitable[Standing | None]]


async def standing_of(facts: Facts, kind: str, asked: Asked) -> Standing | None:
    """None where the rule has nothing to say of the site: no data, no limit, or nothing that was kept."""
    return await _KINDS.get(kind, _from_alert)(facts, asked) or await _from_alert(facts, asked)


async def _threshold(facts: Facts, asked: Asked) -> Standing | None:
    threshold, until = asked.rule.judge, facts.until
    if not isinstance(threshold, Threshold) or until is None:
        return None
    width = buckets_in(threshold.within, facts.bucket)
    window = Window(Slot(until - width * facts.bucket), until)
    block = await facts.block(window)
    verdicts = judge_threshold(block, asked.direction, threshold)
    state = int(verdicts.states[0, -1])
    stored = asked.alert.limit if asked.is_edited and asked.alert and asked.alert.is_open else None
    return Standing(
        {BREACH: Verdict.BREACH, CLEAR: Verdict.CLEAR}.get(state, Verdict.UNKNOWN),
        int(verdicts.values[0, -1]),
        threshold.limit if stored is None else stored,
        int(block.known.sum()),
        width,
        to_instant(window.start),
        to_instant(until),
        under=threshold.under,
        is_of_then=not asked.is_edited or stored is not None,
    )


async def _no_data(facts: Facts, asked: Asked) -> Standing | None:
    """Seconds of silence up to the end of what was read; looked back on for an hour more than the rule asks."""
    rule, until = asked.rule.judge, facts.until
    if not isinstance(rule, NoData) or until is None:
        return None
    after = int(rule.after.total_seconds())
    window = Window(Slot(until - (-(-after // facts.bucket) * facts.bucket) - HOUR), until)
    block = await facts.block(window)
    heard = np.flatnonzero(~silent(block, asked.direction, rule)[0])
    lasts = (block.length - 1 - int(heard[-1]) if len(heard) else block.length) * facts.bucket
    return Standing(
        Verdict.BREACH if lasts >= after else Verdict.CLEAR if lasts == 0 else Verdict.UNKNOWN,
        lasts,
        after,
        int(block.known.sum()),
        block.length,
        to_instant(window.start),
        to_instant(until),
        is_of_then=not asked.is_edited,
        unit=Unit.SECONDS,
    )


async def _percentile(facts: Facts, asked: Asked) -> Standing | None:
    """Seconds of burst time that the billing period used, and allows."""
    rule, until = asked.rule.judge, facts.until
    if not isinstance(rule, Percentile) or until is None or asked.is_edited or rule.pool:
        return None
    whole, step = rule.calendar_of(facts.site).period(until - 1), facts.bucket
    period = Window(floor(whole.start, step), floor(whole.end, step))
    block = await facts.block(Window(period.start, until))
    marks = mark(block, asked.direction, rule.rate, np.array([until], np.int64))
    hot, gaps = int(marks.hot.sum()), int(marks.gaps.sum())
    allowed = allowed_bursts((period.end - period.start) // step - gaps, rule.p)
    reached = asked.alert.steps if asked.alert and asked.alert.key.period == period else {}
    steps = tuple(
        StepAt(at, burst_level(allowed, at) * step, to_instant(reached[at]) if at in reached else None)
        for at in sorted({*rule.steps, *reached})
    )
    return Standing(
        Verdict.BREACH if any(hot * step >= one.level for one in steps) else Verdict.CLEAR,
        hot * step,
        allowed * step,
        block.length - gaps,
        block.length,
        to_instant(period.start),
        to_instant(until),
        steps,
        unit=Unit.SECONDS,
    )


async def _from_alert(facts: Facts, asked: Asked) -> Standing | None:
    """What the alert had stored: its value against its limit, in whatever its kind counts."""
    alert = asked.alert
    if alert is None or facts.until is None:
        return None
    period, unit = alert.key.period, _UNITS.get(alert.key.kind.value, Unit.BYTES)
    reached = sorted(alert.steps.items())
    return Standing(
        Verdict.BREACH if alert.is_open else Verdict.CLEAR,
        alert.value,
        alert.limit,
        alert.known,
        alert.expected,
        to_instant(period.start if period else alert.since),
        to_instant(alert.judged_until or facts.until),
        tuple(StepAt(step, level_of(alert.limit, step), to_instant(end)) for step, end in reached),
        unit=unit,
    )


_UNITS = {"percentile": Unit.SECONDS, "no_data": Unit.SECONDS}
_KINDS: Mapping[str, Told] = {
    "quota": quota_standing,
    "pace": pace_standing,
    "threshold": _threshold,
    "no_data": _no_data,
    "percentile": _percentile,
    "spike": spike_standing,
}
