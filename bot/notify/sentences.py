"""One alert in one sentence: as it stands now, and each thing that happened to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from fractions import Fraction

from bot.alerts.model import Change, Kind, Reason, State
from bot.domain.moments import late, moment, rhythm
from bot.domain.names import name, paragraph
from bot.domain.units import format_bytes, format_duration, format_percent
from bot.notify.amounts import amount, level, share
from bot.notify.clauses import about, in_brackets, inside, of_direction, state_word, who
from bot.notify.kinds import words_of
from bot.service.views import AlertView, News


def quota_words(alert: AlertView) -> str:
    """What the quota is called: `"500 GB monthly quota"`, `"500 GB monthly quota (outbound)"`."""
    return f"{level(alert)} {rhythm_word(alert)} quota".replace("  ", " ") + in_brackets(alert)


def rhythm_word(alert: AlertView) -> str:
    """`"monthly"`; "" where the period is not known."""
    if alert.period_start is None or alert.period_end is None:
        return ""
    return rhythm(alert.period_start, alert.period_end, alert.zone)


def whole(alert: AlertView) -> str:
    """What a quota grants, or a threshold allows: `"500 GB"`, `"500 GB outbound"`."""
    return f"{level(alert)}{of_direction(alert)}"


def limit_clause(alert: AlertView) -> str:
    """What a threshold is about: `"more than 20 GB in 1 hour"`, `"less than 80 Mbps over 15 minutes"`."""
    return f"{'less' if alert.under else 'more'} than {level(alert)}{span_words(alert)}" + in_brackets(alert)


def subject(alert: AlertView) -> str:
    """What the alert is about, whatever becomes of it: `"Cape Town: 500 GB monthly quota"`."""
    match alert.kind:
        case Kind.QUOTA:
            return f"{about(alert)}: {quota_words(alert)}"
        case Kind.THRESHOLD:
            return f"{about(alert)}: {limit_clause(alert)}"
        case Kind.SELF:
            topic = alert.rule.partition(":")[2].replace("-", " ").replace(":", " ")
            return f"usagebot: {name(topic or 'a word from the bot')}"
        case _:
            return f"{about(alert)}: {words_of(alert).subject(alert)}"


def headline(alert: AlertView) -> str:
    """The alert as it stands: `"Cape Town has used 80 % of its 500 GB"`."""
    match alert.kind:
        case Kind.QUOTA:
            return _quota(alert)
        case Kind.THRESHOLD:
            return _threshold(alert)
        case Kind.SELF:
            trouble = (paragraph(alert.note) or "something is wrong").partition("\n")[0]
            return f"Over: {trouble}" if state_word(alert) == "resolved" else trouble
        case _:
            return words_of(alert).headline(alert)


def _quota(alert: AlertView) -> str:
    reached = f"{_reached(alert)} of its " if alert.step is not None else "part of its "
    match state_word(alert):
        case "firing":
            return f"{who(alert)} has used {reached}{whole(alert)}"
        case "pending":
            return f"{who(alert)} may have used {reached}{whole(alert)}"
        case "period ended":
            return f"{who(alert)} ended its billing period at {format_bytes(alert.value)} of {whole(alert)}"
        case "withdrawn":
            return f"Withdrawn: {who(alert)} has not used {reached}{whole(alert)}"
        case "closed":
            return f"Closed: the rule about {inside(alert)} changed"
        case _:
            return f"Resolved: {who(alert)} is within its {whole(alert)}"


def _reached(alert: AlertView) -> str:
    """The step; or how much it is in truth, where that is well beyond both the step and the quota."""
    assert alert.step is not None  # noqa: S101 - the caller looked
    is_beyond = alert.value * 1000 >= alert.limit * 11 * max(alert.step, Fraction(100))
    return share(alert.value, alert.limit) if is_beyond and alert.state is State.FIRING else format_percent(alert.step)


def _threshold(alert: AlertView) -> str:
    match state_word(alert):
        case "firing":
            return f"{who(alert)} {_used(alert, alert.value)}"
        case "pending":
            return f"{who(alert)} {_used(alert, alert.value)}, not for long enough to alert yet"
        case "withdrawn":
            verb = "average" if alert.rate is not None else "use"
            return f"Withdrawn: {who(alert)} did not {verb} {limit_clause(alert)}"
        case "closed":
            return f"Closed: the rule about {inside(alert)} changed"
        case _:
            return f"Resolved: {who(alert)} {_back(alert)}"


def _used(alert: AlertView, value: int) -> str:
    """`"used 23.4 GB in 1 hour, more than 20 GB"`."""
    verb = "averaged" if alert.rate is not None else "used"
    than = f"{'less' if alert.under else 'more'} than {level(alert)}"
    return f"{verb} {amount(alert, value)}{of_direction(alert)}{span_words(alert)}, {than}"


def _back(alert: AlertView) -> str:
    return f"is back {'above' if alert.under else 'below'} {whole(alert)}{span_words(alert)}"


def span_words(alert: AlertView) -> str:
    """`" in 1 hour"`, `" over 15 minutes"` of a rate; "" where there is no span."""
    if not alert.within:
        return ""
    return f" {'over' if alert.rate is not None else 'in'} {format_duration(alert.within)}"


# --- what happened -------------------------------------------------------------------------------------


def news_line(news: News, now: datetime) -> str:
    """What happened, when, and whether the bot learnt of it late, in one or two sentences."""
    tell = _TELL.get(news.change, _changed)
    return " ".join(filter(None, (tell(news, now), late(news.late_by))))


def _changed(news: News, now: datetime) -> str:
    """It began, or got worse."""
    alert = news.alert
    at = moment(news.at, alert.zone, now)
    match alert.kind:
        case Kind.QUOTA:
            step = format_percent(news.step) if news.step is not None else "a step"
            return f"{who(alert)} reached {step} of its {whole(alert)} on {at}{_others(news, now)}."
        case Kind.THRESHOLD:
            passed = f"{'fell below' if alert.under else 'went above'} {whole(alert)}{span_words(alert)}"
            return f"{who(alert)} {passed} on {at}, with {amount(alert, news.value or alert.value)}."
        case Kind.SELF:
            return paragraph(alert.note) or "Something is wrong."
        case _:
            return words_of(news.alert).began(news, at)


def _others(news: News, now: datetime) -> str:
    """The lower steps that the same pass reached, with their times."""
    steps = news.crossed or (news.alert.steps if news.change is Change.FIRED else {})
    lower = [step for step in sorted(steps) if news.step is not None and step < news.step]
    if not lower:
        return ""
    times = (f"{format_percent(step)} on {moment(steps[step], news.alert.zone, now)}" for step in lower)
    return f", after {' and '.join(times)}"


def _resolved(news: News, now: datetime) -> str:
    alert = news.alert
    at = moment(news.at, alert.zone, now)
    match news.reason:
        case Reason.PERIOD_ENDED:
            return _period_ended(news, at)
        case Reason.RULE_CHANGED:
            return f"{who(alert)}: closed, because the rule changed."
        case Reason.CAME_TRUE:
            return f"{who(alert)}: closed, because it came true by {at}."
        case Reason.NEW_NORMAL:
            return f"{who(alert)} stays at this level{in_brackets(alert)}: taken as normal since {at}."
        case Reason.DATA_REVISED:
            return _corrected(news, now)
        case _:
            return _over(alert, news.at, at)


def _period_ended(news: News, at: str) -> str:
    alert, own = news.alert, words_of(news.alert).ended
    if own is not None:
        return own(news, at)
    return f"{who(alert)}: the billing period ended on {at} with {format_bytes(alert.value)} of {whole(alert)} used."


def _over(alert: AlertView, instant: datetime, at: str) -> str:
    if alert.kind is Kind.SELF:
        return f"That is over since {at}: {headline(alert).removeprefix('Over: ')}"
    back = _is_back(alert)
    own = words_of(alert).lasted
    if own is not None:
        return f"{who(alert)} {back} since {at}. {own(alert)}"
    lasted = f" It lasted {format_duration(instant - alert.since)}." if instant > alert.since else ""
    return f"{who(alert)} {back} since {at}.{lasted}"


def _is_back(alert: AlertView) -> str:
    match alert.kind:
        case Kind.THRESHOLD:
            return _back(alert)
        case Kind.QUOTA | Kind.SELF:
            return f"is within its {level(alert)}"
        case _:
            return words_of(alert).is_over(alert)


def _corrected(news: News, now: datetime) -> str:  # noqa: ARG001 - one shape for every change
    """`"Cape Town: withdrawn. Its usage was corrected from 1.20 GB to 800 MB, so 80 % was not reached."`"""
    alert, own = news.alert, words_of(news.alert).corrected
    if own is not None:
        return own(news)
    value = news.value or alert.value
    was = f" from {amount(alert, news.was)}" if news.was is not None else ""
    corrected = f"Its usage was corrected{was} to {amount(alert, value)}"
    if alert.kind is not Kind.QUOTA or news.step is None:
        return f"{who(alert)}: withdrawn. {corrected}."
    step = format_percent(news.step)
    if alert.state is State.FIRING and alert.step is not None and alert.step < news.step:
        return f"{who(alert)}: {step} is withdrawn, {format_percent(alert.step)} still holds. {corrected}."
    return f"{who(alert)}: withdrawn. {corrected}, so {step} of {level(alert)} was not reached."


def _escalated(news: News, now: datetime) -> str:  # noqa: ARG001 - one shape for every change
    return f"Nobody has acknowledged this yet: {headline(news.alert).removesuffix('.')}."


def _repeated(news: News, now: datetime) -> str:  # noqa: ARG001 - one shape for every change
    return f"Still firing: {headline(news.alert).removesuffix('.')}."


_TELL: dict[Change, Callable[[News, datetime], str]] = {
    Change.RESOLVED: _resolved,
    Change.CORRECTED: _corrected,
    Change.ESCALATED: _escalated,
    Change.REPEATED: _repeated,
}


def step_history(alert: AlertView, now: datetime) -> str:
    """`"50 % on Mon 3 Nov 10:00 SAST, 80 % on Thu 27 Nov 14:05 SAST"`, the latest last."""
    steps: list[Fraction] = sorted(alert.steps)
    return ", ".join(f"{format_percent(step)} on {moment(alert.steps[step], alert.zone, now)}" for step in steps)
