"""The life of an alert up to one time: its transitions, the messages that told them, and what kept people unaware."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.alerts.model import Alert, Kind, State, Transition
from bot.alerts.mute_timings import muted_until
from bot.alerts.routing import Hearer, hearers_of, identity_of
from bot.alerts.seen import as_seen
from bot.alerts.silences import Silence
from bot.alerts.spike import Unusual
from bot.domain.times import DAY, Slot, to_instant
from bot.domain.usage import Direction
from bot.rules.model import Endpoint, Rule
from bot.service.explain.causes import causes_of
from bot.service.explain.facts import Facts
from bot.service.explain.model import AlertAt, Move
from bot.service.explain.told import Hush, Message, Sent
from bot.service.ports import Group, OutboxRow, Standing
from bot.service.queries.inquiry import Inquiry
from bot.service.queries.matched import is_within

MOST_ALERTS = 50
_SITE = re.compile(r"(?<=[/ ])site (?P<key>\d+|None)(?= |$)")
RECENT = DAY
"""How long after its end an alert is still what explains a silence."""


@dataclass(frozen=True, slots=True)
class Life:
    """An alert as it was (`alert`), and what had happened to it by then, in order."""

    alert: Alert
    moves: Sequence[Transition]
    is_exact: bool


async def life_of(facts: Facts, rule: Rule, kind: str, direction: Direction, site: int | None) -> Life | None:
    """The alert that there was at that time, or that had ended lately; None where there was none."""
    for alert in await facts.tx.alerts.past(rule.name, site, MOST_ALERTS):
        if alert.key.kind != kind or alert.key.direction is not direction or not _is_here(alert, facts):
            continue
        moves = await facts.tx.alerts.transitions(alert.id)
        by_then = [move for move in moves if move.known_at <= facts.at]
        if by_then:
            life = _life(alert, by_then, facts.at, is_last=len(by_then) == len(moves))
            return life if _concerns(life.alert, facts) else None
    return None


async def life_of_alert(facts: Facts, alert: Alert) -> Life:
    """Of a certain alert. What was stored without a word of what happened to it is as it is now."""
    moves = await facts.tx.alerts.transitions(alert.id)
    by_then = [move for move in moves if move.known_at <= facts.at]
    if not by_then:
        return Life(alert, (), is_exact=False)
    return _life(alert, by_then, facts.at, is_last=len(by_then) == len(moves))


def _is_here(alert: Alert, facts: Facts) -> bool:
    """A pool's alert has no site; its workspace says which pool it is."""
    return alert.key.workspace == facts.site.workspace


def _life(alert: Alert, by_then: Sequence[Transition], at: Slot, *, is_last: bool) -> Life:
    if is_last and (alert.judged_until or at) <= at:
        return Life(alert, by_then, is_exact=True)
    seen = as_seen(by_then[-1])
    if seen is None:
        return Life(alert, by_then, is_exact=False)
    taken = alert.acknowledged_at is not None and alert.acknowledged_at <= at
    fired = seen.state is not State.PENDING and alert.fired_at is not None and alert.fired_at <= at
    resolved = by_then[-1].known_at if seen.state is State.RESOLVED else None
    seen = replace(seen, fired_at=alert.fired_at if fired else None, resolved_at=resolved)
    return Life(seen if taken else replace(seen, acknowledged_by="", acknowledged_at=None), by_then, is_exact=True)


def _concerns(alert: Alert, facts: Facts) -> bool:
    """An alert of a billing period is about that period; what else is over explains nothing any more after a while."""
    period, ended = alert.key.period, alert.resolved_at
    if period is not None:
        return (facts.until if facts.until is not None else facts.at) - 1 in period
    return alert.is_open or ended is None or facts.at - ended <= RECENT


def alert_at(life: Life) -> AlertAt:
    alert = life.alert
    return AlertAt(
        id=alert.short_id,
        state=alert.state.value,
        severity=alert.severity.value,
        since=to_instant(alert.since),
        fired_at=to_instant(alert.fired_at) if alert.fired_at is not None else None,
        resolved_at=to_instant(alert.resolved_at) if alert.resolved_at is not None else None,
        reason=alert.reason.value,
        rule_version=alert.rule_version,
        held=alert.held,
        cleared=alert.cleared,
        acknowledged_by=alert.acknowledged_by,
        acknowledged_at=to_instant(alert.acknowledged_at) if alert.acknowledged_at is not None else None,
        is_exact=life.is_exact,
    )


def moves_of(life: Life, bucket: int) -> tuple[Move, ...]:
    return tuple(_move(move, bucket) for move in life.moves)


def _move(move: Transition, bucket: int) -> Move:
    then = as_seen(move)
    return Move(
        at=to_instant(move.known_at),
        true_at=to_instant(move.slot + bucket),
        change=move.change.value,
        reason=move.reason.value,
        step=move.step,
        value=move.value,
        was=move.was,
        limit=then.limit if then else None,
        severity=then.severity.value if then else None,
        coverage=then.known / then.expected if then and then.expected else None,
        rule_version=then.rule_version if then else None,
        span=Unusual.of(then).span if then and then.key.kind is Kind.SPIKE else 0,
    )


async def messages_of(facts: Facts, life: Life) -> tuple[Message, ...]:
    """The messages that the alert is in, with the notifications that are about it."""
    own = {move.id for move in life.moves}
    found = []
    for group in await facts.tx.outbox.groups_with([life.alert.id]):
        rows = [row for row in await facts.tx.outbox.rows_of(group.id) if own.intersection(row.transitions)]
        by_then = [row for row in rows if row.created_at <= facts.at]
        if by_then:
            found.append(_message(group, by_then, facts))
    return tuple(found)


def _message(group: Group, rows: Sequence[OutboxRow], facts: Facts) -> Message:
    at = facts.at
    posted = group.posted_at if group.posted_at is not None and group.posted_at <= at else None
    return Message(
        receiver=group.receiver,
        endpoint=endpoint_words(group.endpoint, facts.inquiry),
        group=_group_words(group, facts.inquiry),
        posted_at=to_instant(posted) if posted is not None else None,
        route=group.route,
        sent=tuple(_sent(row, at) for row in rows),
        place=_place(group.route, facts.inquiry),
    )


def _group_words(group: Group, inquiry: Inquiry) -> str:
    """Its name, with that of the site where it has a site's key: `"default/site Durban"`."""
    found = _SITE.search(group.name)
    site = inquiry.fleet.by_key(int(found["key"])) if found and found["key"] != "None" else None
    if found is None or (site is None and found["key"] != "None"):
        return group.name
    words = f"site {site.name}" if site is not None else "all sites"
    return f"{group.name[: found.start()]}{words}{group.name[found.end() :]}"


def _place(route: str, inquiry: Inquiry) -> int | None:
    """Which of today's routes it is, from 1 on."""
    routes = inquiry.fleet.configuration.routes
    return next((place for place, one in enumerate(routes, 1) if route and identity_of(one) == route), None)


def _sent(row: OutboxRow, at: Slot) -> Sent:
    is_settled = row.settled_at is not None and row.settled_at <= at
    is_tried = row.attempted_at is not None and row.attempted_at <= at
    return Sent(
        id=row.id,
        created_at=to_instant(row.created_at),
        due_at=to_instant(row.due_at),
        is_loud=row.loud,
        standing=(row.standing if is_settled else Standing.WAITING).value,
        attempts=row.attempts if is_tried else 0,
        settled_at=to_instant(row.settled_at) if is_settled and row.settled_at is not None else None,
        why=row.why if is_tried else "",
    )


def hearers(facts: Facts, alert: Alert) -> Mapping[str, Hearer]:
    """Who hears of it from its beginning, by the rules of today."""
    site = None if alert.key.site is None else facts.site
    found = hearers_of(facts.inquiry.fleet.configuration, alert, site)
    return {name: hearer for name, hearer in found.items() if hearer.begins}


async def hushes_of(facts: Facts, life: Life, heard: Mapping[str, Hearer]) -> tuple[Hush, ...]:
    """Silences and mute timings that were in force then, or when it began to fire, and what else kept it quiet."""
    alert, first = life.alert, _first_loud(life)
    moments = sorted({facts.at, first} if first is not None else {facts.at})
    site = None if alert.key.site is None else facts.site
    silences = await facts.tx.silences.ending_after(moments[0])
    found = [
        Hush("silence", to_instant(one.ends_at), one.author, _reason(one, facts.inquiry))
        for one in silences
        if any(one.covers(alert, site, at) > at for at in moments)
    ]
    configuration = facts.inquiry.fleet.configuration
    for name in sorted({name for hearer in heard.values() for name in hearer.way.telling.mute}):
        until = muted_until(configuration.mute_timings[name], configuration.timezone, moments[0])
        if until > moments[0]:
            found.append(Hush(f"mute timing {name}", to_instant(until)))
    return (*found, *await causes_of(facts, alert, heard, moments))


def _reason(silence: Silence, inquiry: Inquiry) -> str:
    """That of one about several customers may name another of them."""
    return silence.reason if is_within(silence.match, inquiry.fleet, inquiry.scope) else ""


def endpoint_words(endpoint: Endpoint, inquiry: Inquiry) -> str:
    """Addresses are for those who see everything."""
    return str(endpoint) if inquiry.sees_everything else endpoint.medium.value


def _first_loud(life: Life) -> Slot | None:
    return next((move.known_at for move in life.moves if move.reason.notifies), None)


def is_pools(kind: str, rule: Rule) -> bool:
    """Whether the alert is about a pool, and so about no site."""
    return rule.is_pool and kind in rule.kinds
