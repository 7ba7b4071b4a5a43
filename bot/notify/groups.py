"""Several alerts in one message: what they have in common, and one row each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from bot.alerts.model import Kind
from bot.domain.names import name
from bot.domain.units import format_bytes
from bot.notify.amounts import share
from bot.notify.clauses import state_word, who
from bot.notify.facts import Fact, Row, facts_of, row_numbers, row_state, step_words
from bot.notify.kinds import words_of
from bot.notify.sentences import headline, limit_clause, quota_words, rhythm_word, whole
from bot.service.views import AlertView, RiseView

_SHARED = {"Limit", "Counted", "Billing period"}
_NAMED = 3
_BEYOND = "beyond the others"


def sites_of(alerts: Iterable[AlertView]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(who(alert) for alert in alerts if alert.site))


def share_rows(alert: AlertView) -> tuple[Row, ...]:
    """A pool's sites, the largest first, with what each of them used; a fleet's with how far each rose; none of what is
    neither."""
    if alert.rise is not None:
        return tuple(_risen(alert.rise)) if state_word(alert) != "withdrawn" else ()
    number, rest = alert.grant.rest
    rows = [_share(name(site), used, alert) for site, used in alert.grant.shares]
    return (
        (*rows, _share(f"{number:,} other {'site' if number == 1 else 'sites'}", rest, alert)) if number else (*rows,)
    )


def _risen(rise: RiseView) -> Iterator[Row]:
    """Who rose furthest, and who did more than the others at any time; none that fell."""
    for site, percent in rise.largest:
        if percent > 0:
            yield Row(name(site), f"+{percent:,} %", _BEYOND if site in rise.beyond else "", "")
    largest = {site for site, _ in rise.largest}
    yield from (Row(name(site), _BEYOND, "", "") for site in rise.beyond if site not in largest)


def _share(who_: str, used: int, alert: AlertView) -> Row:
    part = share(used, alert.value)
    return Row(who_, format_bytes(used), f"{part} of the total" if part else "", "")


def row_of(alert: AlertView, now: datetime) -> Row:
    label = who(alert) if alert.kind is not Kind.SELF else headline(alert).removesuffix(".")
    return Row(label, row_state(alert), row_numbers(alert, now), name(alert.id))


def _listed(sites: Sequence[str]) -> str:
    """`"Cape Town, Durban and George"`, or `"12 sites"`."""
    if len(sites) > _NAMED:
        return f"{len(sites)} sites"
    return " and ".join(filter(None, (", ".join(sites[:-1]), sites[-1]))) if sites else "usagebot"


def _common(alerts: Iterable[AlertView], words: Callable[[AlertView], str]) -> str:
    """What all of them say, or "" where they differ."""
    said = {words(alert) for alert in alerts}
    return said.pop() if len(said) == 1 else ""


def _kind_of(alerts: Iterable[AlertView]) -> Kind | None:
    kinds = {alert.kind for alert in alerts}
    return kinds.pop() if len(kinds) == 1 else None


def group_subject(alerts: Sequence[AlertView], rule: str) -> str:
    sites = sites_of(alerts)
    what = ""
    match _kind_of(alerts):
        case Kind.QUOTA:
            rhythm = _common(alerts, rhythm_word)
            what = _common(alerts, quota_words) or (f"{rhythm} quota" if rhythm else "")
        case Kind.THRESHOLD:
            what = _common(alerts, limit_clause)
        case None | Kind.SELF:
            pass
        case _:
            what = _common(alerts, lambda alert: words_of(alert).subject(alert))
    return f"{_listed(sites)}: {what or name(rule)}"


def group_headline(firing: Sequence[AlertView], alerts: Sequence[AlertView], rule: str) -> str:
    if not firing:
        return _closed_headline(alerts)
    sites = sites_of(firing)
    fleets = [alert for alert in firing if alert.is_fleet]
    if fleets and _kind_of(firing) is Kind.SPIKE:  # the others are part of it
        more = f"; and {len(fleets) - _NAMED} more like them" if len(fleets) > _NAMED else ""
        return "; ".join(headline(alert) for alert in fleets[:_NAMED]) + more
    match _kind_of(firing):
        case Kind.QUOTA:
            quota = _common(firing, whole)
            have, their = ("has", "its") if len(sites) == 1 else ("have", "their")
            own = f"{their} {quota or 'quotas'}"
            return f"{_listed(sites)} {have} reached {step_words(tuple(firing)) or 'steps'} of {own}"
        case Kind.THRESHOLD:
            verb = "averaged" if firing[0].rate is not None else "used"
            each = " each" if len(sites) > 1 else ""
            return f"{_listed(sites)}{each} {verb} {_common(firing, limit_clause) or 'more or less than their limits'}"
        case None | Kind.SELF:
            return f"{len(firing)} problems: {name(rule)}"
        case _:
            return f"{_listed(sites)} {words_of(firing[0]).several(firing)}"


def _closed_headline(alerts: Sequence[AlertView]) -> str:
    sites = _listed(sites_of(alerts))
    match _common(alerts, state_word):
        case "resolved":
            return f"Resolved: {sites}"
        case "withdrawn":
            return f"Withdrawn: {sites}"
        case "period ended":
            return f"The billing period has ended for {sites}"
        case "closed":
            return f"Closed: the rule about {sites} changed"
        case "new normal":
            stay = "stays" if len(sites_of(alerts)) == 1 else "stay"
            return f"{sites} {stay} at this level: taken as normal from now on"
        case _:
            return f"Nothing fires any more: {sites}"


def shared_facts(alerts: Sequence[AlertView], now: datetime) -> tuple[Fact, ...]:
    """What is the same for all of them, said once."""
    common = set(facts_of(alerts[0], now)).intersection(*(facts_of(alert, now) for alert in alerts[1:]))
    return tuple(fact for fact in facts_of(alerts[0], now) if fact in common and fact.label in _SHARED)
