"""One plain sentence on why it told, or why it did not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import inf
from zoneinfo import ZoneInfo

from bot.alerts.model import Alert, Kind
from bot.domain.moments import moment
from bot.domain.names import name as safe
from bot.domain.times import to_instant
from bot.domain.units import format_bytes, format_duration, format_percent, format_rate
from bot.rules.model import NoData, Rule, Threshold
from bot.service.explain import spike_words
from bot.service.explain.model import Because, Case, Standing, Unit
from bot.service.explain.told import Hush, Message


def amount(count: int, unit: Unit) -> str:
    return format_bytes(count) if unit is Unit.BYTES else format_duration(timedelta(seconds=count))


def unit_of(kind: str) -> Unit:
    """What alerts of this kind count in."""
    return Unit.SECONDS if kind in {Kind.NO_DATA.value, Kind.PERCENTILE.value} else Unit.BYTES


class Words:
    """Instants in the site's zone, told at `now`."""

    def __init__(self, zone: ZoneInfo, now: datetime) -> None:
        self._zone, self._now = zone, now

    def at(self, instant: datetime) -> str:
        return moment(instant, self._zone, self._now)

    def told(self, rule: Rule, alert: Alert, messages: Sequence[Message]) -> str:
        """`"It told noc (slack:#noc) on Thu 27 Nov 14:05 SAST because …"`."""
        heard = [(m, m.told_at) for m in messages if m.told_at is not None]
        who = " and ".join(f"{safe(m.receiver)} ({safe(m.endpoint)})" for m, _ in heard)
        last = max(at for _, at in heard)
        return f"It told {who} on {self.at(last)} because {self.reason(rule, alert)}"

    def reason(self, rule: Rule, alert: Alert) -> str:
        since = self.at(to_instant(alert.since))
        if alert.key.kind is Kind.QUOTA and alert.step is not None:
            return f"{format_percent(alert.step)} of {format_bytes(alert.limit)} was reached at {since}"
        if isinstance(rule.judge, Threshold):
            judge = rule.judge
            level = format_rate(judge.rate) if judge.rate is not None else format_bytes(alert.limit)
            within = format_duration(judge.within)
            return f"usage within {within} was {'under' if judge.under else 'over'} {level} at {since}"
        if alert.key.kind is Kind.SPIKE:
            return spike_words.told(alert, since)
        if alert.key.kind is Kind.NO_DATA:
            return f"it had been silent for {amount(alert.limit, Unit.SECONDS)} at {since}"
        if alert.key.kind is Kind.FORECAST and alert.step is not None:
            return f"{format_percent(alert.step)} of {format_bytes(alert.limit)} was forecast at {since}"
        return f"{alert.key.kind.value.replace('_', ' ')} has held since {since}"

    def untold(self, rule: Rule, standing: Standing) -> str:
        """Why what is not true told nobody."""
        value, limit = amount(standing.value, standing.unit), amount(standing.limit or 0, standing.unit)
        if isinstance(rule.judge, Threshold):
            return self._level(rule.judge, standing)
        if isinstance(rule.judge, NoData):
            return f"it was silent for {value}, and is told of after {limit}" if standing.value else "it was not silent"
        if not standing.steps or standing.percent is None:
            return f"{value} is not over {limit}"
        of = f"{limit} of burst time" if standing.unit is Unit.SECONDS else limit
        used = f"{format_percent(standing.percent)} of {of} was used"
        left = [step for step in standing.steps if step.level > standing.value]
        if not left:
            return f"{used}, and no step is left"
        which = "the first" if left[0] == standing.steps[0] else "the next"
        return f"{used}, {format_percent(left[0].step)} is {which} step"

    def _level(self, judge: Threshold, standing: Standing) -> str:
        level = format_rate(judge.rate) if judge.rate is not None else format_bytes(standing.limit or 0)
        side = "under" if standing.under else "over"
        return f"{format_bytes(standing.value)} within {format_duration(judge.within)} is not {side} {level}"

    def quiet(self, hushes: Sequence[Hush]) -> str:
        hush = max(hushes, key=lambda one: one.until.timestamp() if one.until is not None else inf)
        if hush.until is None:
            return f"It told nobody yet: {safe(hush.what)}"
        if hush.author or hush.what == "silence":
            by = f" by {safe(hush.author)}" if hush.author else ""
            why = f" ({safe(hush.reason)})" if hush.reason else ""
            return f"It told nobody: silenced{by} until {self.at(hush.until)}{why}"
        lasts = " lasts" if hush.what.startswith("mute timing") else ""
        return f"It told nobody yet: {safe(hush.what)}{lasts} until {self.at(hush.until)}"

    def over(self, case: Case, rule: Rule, alert: Alert) -> str:
        ended = self.at(to_instant(alert.resolved_at)) if alert.resolved_at is not None else "since"
        before = f"; it had told {_who(case.messages)}" if any(m.told_at for m in case.messages) else ""
        how = _ENDS.get(case.because, "It is over")
        return f"{how} on {ended}: {self.reason(rule, alert)}{before}"

    def pending(self, rule: Rule, alert: Alert) -> str:
        held = format_duration(timedelta(seconds=alert.held))
        return (
            f"It told nobody yet: {self.reason(rule, alert)}, and must hold for {format_duration(rule.hold)}; "
            f"it has held for {held} of known data"
        )


_ENDS: Mapping[Because, str] = {
    Because.OVER: "It was over",
    Because.NEW_NORMAL: "It was taken for normal, and closed without a word,",
    Because.WITHDRAWN: "It was withdrawn, because data were revised,",
    Because.RULE_CHANGED: "It was closed without a word, because the rule was edited,",
}


def _who(messages: Sequence[Message]) -> str:
    return " and ".join(sorted({safe(m.receiver) for m in messages if m.told_at}))
