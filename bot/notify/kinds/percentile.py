"""How burstable billing is worded. Values and limits are seconds of burst time: used, and allowed by the period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from bot.alerts.model import State
from bot.domain.limits import rate_words
from bot.domain.moments import left, period, rhythm
from bot.domain.units import format_hours, format_percent
from bot.notify.amounts import coverage_words, share
from bot.notify.clauses import in_brackets, inside, state_word, who
from bot.notify.kinds.words import Labelled, Words
from bot.service.views import AlertView, News


def _percentile(alert: AlertView) -> str:
    """`"95th percentile"`, `"99.9th percentile"`."""
    if alert.percentile is None:
        return "percentile"
    number = format_percent(alert.percentile).removesuffix(" %")
    ending = {"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th")
    return f"{number}{'th' if '.' in number or number[-2:] in {'11', '12', '13'} else ending} percentile"


def _rate(alert: AlertView) -> str:
    return rate_words(alert.rate) if alert.rate is not None else "its rate"


def _is_over_rate(step: Fraction | None) -> bool:
    return step is not None and step >= 100


def _subject(alert: AlertView) -> str:
    often = ""
    if alert.period_start is not None and alert.period_end is not None:
        often = f"{rhythm(alert.period_start, alert.period_end, alert.zone)} "
    return f"{often}{_percentile(alert)} of {_rate(alert)}{in_brackets(alert)}"


def _headline(alert: AlertView) -> str:
    part = format_percent(alert.step) if alert.step is not None else "part"
    match state_word(alert):
        case "firing" | "pending" if _is_over_rate(alert.step):
            return f"{who(alert)} has used up its burst time: its {_percentile(alert)} is over {_rate(alert)}"
        case "firing" | "pending":
            return f"{who(alert)} has used {part} of its burst time over {_rate(alert)}"
        case "period ended":
            return f"{who(alert)} ended its billing period with {_used(alert)}"
        case "withdrawn":
            return f"Withdrawn: {who(alert)} has not used {part} of its burst time over {_rate(alert)}"
        case "closed":
            return f"Closed: the rule about {inside(alert)} changed"
        case _:
            return f"Resolved: {who(alert)} {_is_over(alert)}"


def _used(alert: AlertView) -> str:
    return f"{format_hours(alert.value)} of {format_hours(alert.limit)} burst time used"


def _began(news: News, at: str) -> str:
    alert = news.alert
    if _is_over_rate(news.step):
        return f"{who(alert)} used up its burst time on {at}: its {_percentile(alert)} is over {_rate(alert)}."
    step = format_percent(news.step) if news.step is not None else "a step"
    return f"{who(alert)} reached {step} of its burst time on {at}, with {_used(alert)}."


def _is_over(alert: AlertView) -> str:
    return f"is within its burst time over {_rate(alert)}"


def _ended(news: News, at: str) -> str:
    return f"{who(news.alert)}: the billing period ended on {at} with {_used(news.alert)}."


def _corrected(news: News) -> str:
    alert = news.alert
    step = format_percent(news.step) if news.step is not None else "a step"
    was = f" It had been taken for {format_hours(news.was)}." if news.was not in {None, news.value} else ""
    now = f"Revised and late data make it {format_hours(news.value)} of {format_hours(alert.limit)} burst time.{was}"
    if alert.state is State.FIRING and alert.step is not None and news.step is not None and alert.step < news.step:
        return f"{who(alert)}: {step} is withdrawn, {format_percent(alert.step)} still holds. {now}"
    return f"{who(alert)}: withdrawn. {now}"


def _facts(alert: AlertView, now: datetime) -> Sequence[Labelled]:
    part = share(alert.value, alert.limit)
    used = f"{format_hours(alert.value)} of {format_hours(alert.limit)}" + (f" ({part})" if part else "")
    ahead = alert.limit - alert.value
    gaps = coverage_words(alert.coverage)
    return [
        ("Burst time used", used),
        ("Burst time left", format_hours(ahead)) if ahead >= 0 else ("Over by", format_hours(-ahead)),
        ("Limit", f"{_percentile(alert)} of {_rate(alert)}{in_brackets(alert)}"),
        ("Billing period", _period(alert, now)),
        ("Coverage", f"{gaps}; gaps are left out of the ranking" if gaps else ""),
    ]


def _period(alert: AlertView, now: datetime) -> str:
    if alert.period_start is None or alert.period_end is None:
        return ""
    rest = left(alert.period_end, now) if alert.state is not State.RESOLVED else ""
    return ", ".join(filter(None, (period(alert.period_start, alert.period_end, alert.zone, now), rest)))


def _numbers(alert: AlertView, now: datetime) -> Sequence[str]:  # noqa: ARG001 - as the other kinds'
    return [share(alert.value, alert.limit), _used(alert)]


def _several(alerts: Sequence[AlertView]) -> str:
    one = len({alert.site for alert in alerts}) == 1
    if all(_is_over_rate(alert.step) for alert in alerts):
        return f"{'has' if one else 'have'} used up {'its' if one else 'their'} burst time"
    return f"{'has' if one else 'have'} used much of {'its' if one else 'their'} burst time"


PERCENTILE = Words(
    _subject, _headline, _began, _is_over, _facts, _numbers, _several, ended=_ended, corrected=_corrected
)
