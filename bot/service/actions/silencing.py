"""Set silences, move their ends, end them."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.alerts.endings import Ending, ForecastPasses
from bot.alerts.silences import LONGEST, Silence
from bot.domain.times import Slot, to_instant
from bot.rules.telling import Match
from bot.service.actions.acknowledging import left_alone, no_such_alert, seen_alert, seen_group, wrong_end
from bot.service.actions.matching import match_of, match_of_alert, match_of_alerts
from bot.service.actions.replies import (
    NoSuchSilence,
    QuietAlert,
    Refusal,
    Refused,
    Silenced,
    Undone,
    Unsilenced,
)
from bot.service.actions.terms import end_of
from bot.service.attend import covered, extend, silence, unsilence
from bot.service.audit import Actor
from bot.service.hearing import in_force, site_of
from bot.service.orders import EndSilence, ExtendSilence, SetSilence
from bot.service.ports import Transaction
from bot.service.queries.alerts import is_visible, open_alert
from bot.service.queries.inquiry import Inquiry, Known
from bot.service.queries.matched import is_within, sites_of
from bot.service.queries.silences import silence_view

TWICE = 60
"""Seconds within which two ends are one: the same order was given twice."""
NAMED = 5
SUGGESTIONS = 5


async def set_silence(tx: Transaction, known: Known, order: SetSilence, by: Actor) -> Silenced | Undone:
    """A silence of what the order matches; the one that is in force where it is given twice."""
    if order.matching.group is not None:
        return await _silence_group(tx, known, order.matching.group, order, by)
    id_ = order.matching.alert
    alert = await seen_alert(tx, known, id_) if id_ is not None else None
    if id_ is not None and alert is None:
        return await no_such_alert(tx, known, id_)
    if alert is not None and order.if_open and not alert.is_open:
        return Refusal(Refused.ALERT_OVER, alert.short_id)
    inquiry = known.inquiry
    match = match_of(order.matching, inquiry) if alert is None else match_of_alert(alert, site_of(inquiry.fleet, alert))
    if not isinstance(match, Match):
        return match
    reply = await _set(tx, known, match, order, by)
    if isinstance(reply, Silenced) and alert is not None and not alert.is_open:
        return replace(reply, over=left_alone(alert, known))
    return reply


def objection(order: SetSilence, inquiry: Inquiry) -> Undone | None:
    """What is wrong with an order whatever fires: names that nothing here has, a time that is past."""
    match = match_of(order.matching, inquiry)
    if not isinstance(match, Match):
        return match
    return wrong_end(_end(order, match, Known.named(inquiry)), inquiry.at)


async def _silence_group(tx: Transaction, known: Known, group: int, order: SetSilence, by: Actor) -> Silenced | Undone:
    """A silence of the rules, and kinds, that a message is about."""
    alerts = await seen_group(tx, known, group)
    if not alerts or (order.if_open and not any(alert.is_open for alert in alerts)):
        return Refusal(Refused.NOTHING_FIRES)
    match = match_of_alerts(alerts, known.inquiry)
    return await _set(tx, known, match, order, by) if isinstance(match, Match) else match


async def _set(tx: Transaction, known: Known, match: Match, order: SetSilence, by: Actor) -> Silenced | Undone:
    at = known.inquiry.at
    until = _end(order, match, known)
    if wrong := wrong_end(until, at):
        return wrong
    wanted = Silence(match, at, until, by.name, order.reason, order.term.ending)
    same = await _same(tx, wanted, at)
    if same is not None:
        return await _silenced(tx, known, same, is_new=False)
    try:
        kept = await silence(tx, known.inquiry.fleet, wanted, by, at)
    except ValueError as error:
        return Refusal(Refused.IMPOSSIBLE, said=str(error))
    return await _silenced(tx, known, kept)


async def extend_silence(tx: Transaction, known: Known, order: ExtendSilence, by: Actor) -> Silenced | Undone:
    """Have one that is in force end at another time."""
    at, found = known.inquiry.at, await seen_silence(tx, known, order.silence)
    if found is None:
        return await _no_such_silence(tx, known, order.silence)
    if found.ends_at <= at:
        return Refusal(Refused.IS_OVER, found.short_id)
    until = end_of(order.term, at, _zone(found.match, known))
    assert until is not None  # noqa: S101 - the words of it give one
    if wrong := wrong_end(until, at):
        return wrong
    if until == found.ends_at:
        return await _silenced(tx, known, found, is_new=False)
    try:
        kept = await extend(tx, known.inquiry.fleet, found, until, by, at)
    except ValueError as error:
        return Refusal(Refused.IMPOSSIBLE, found.short_id, str(error))
    return await _silenced(tx, known, kept, was=found.ends_at)


async def end_silence(tx: Transaction, known: Known, order: EndSilence, by: Actor) -> Unsilenced | NoSuchSilence:
    inquiry = known.inquiry
    found = await seen_silence(tx, known, order.silence)
    if found is None:
        return await _no_such_silence(tx, known, order.silence)
    if found.ends_at <= inquiry.at:
        return Unsilenced(silence_view(found, known), inquiry.now, was_over=True)
    freed = [one for one in await covered(tx, inquiry.fleet, found, inquiry.at) if is_visible(one, known)]
    ended = await unsilence(tx, inquiry.fleet, found, by, inquiry.at)
    left = await in_force(tx, inquiry.at)
    is_quiet = {one.id for one in freed if left.over(one, site_of(inquiry.fleet, one)) is not None}
    views = {one.id: open_alert(one, known, left) for one in freed}
    return Unsilenced(
        silence_view(ended, known),
        inquiry.now,
        tuple(view for id_, view in views.items() if id_ not in is_quiet),
        still_quiet=tuple(view for id_, view in views.items() if id_ in is_quiet),
    )


async def seen_silence(tx: Transaction, known: Known, id_: int) -> Silence | None:
    """The silence, over or not, unless it is about more than whoever asks may see."""
    found = await tx.silences.get(id_)
    inquiry = known.inquiry
    return found if found is not None and is_within(found.match, inquiry.fleet, inquiry.scope) else None


def _zone(match: Match, known: Known) -> ZoneInfo:
    return known.zone_of([site.key for site in sites_of(match, known.inquiry.fleet, known.inquiry.scope)])


def _end(order: SetSilence, match: Match, known: Known) -> Slot:
    until = end_of(order.term, known.inquiry.at, _zone(match, known))
    return until if until is not None else Slot(known.inquiry.at + LONGEST)


async def _same(tx: Transaction, wanted: Silence, at: Slot) -> Silence | None:
    """One in force that was set by the same order."""
    return next((one for one in await tx.silences.ending_after(at) if _is_same(one, wanted)), None)


def _is_same(one: Silence, wanted: Silence) -> bool:
    told = [(of.match, of.author, of.reason, _told(of.ending)) for of in (one, wanted)]
    return told[0] == told[1] and one.starts_at <= wanted.starts_at and abs(one.ends_at - wanted.ends_at) <= TWICE


def _told(ending: Ending | None) -> object:
    """What of it people said."""
    return type(ending), ending.percent if isinstance(ending, ForecastPasses) else None


async def _silenced(
    tx: Transaction, known: Known, kept: Silence, *, is_new: bool = True, was: Slot | None = None
) -> Silenced:
    inquiry = known.inquiry
    sites = sites_of(kept.match, inquiry.fleet, inquiry.scope)
    quiet = [
        QuietAlert(open_alert(alert, known), to_instant(kept.said_until(alert)))
        for alert in await covered(tx, inquiry.fleet, kept, inquiry.at)
        if is_visible(alert, known)
    ]
    return Silenced(
        silence=silence_view(kept, known, len(quiet)),
        now=inquiry.now,
        sites=len(sites),
        some=tuple(known.labels[site.key] for site in sites[:NAMED]),
        firing=tuple(quiet),
        is_new=is_new,
        was=to_instant(was) if was is not None else None,
    )


async def _no_such_silence(tx: Transaction, known: Known, id_: int) -> NoSuchSilence:
    inquiry = known.inquiry
    seen = [
        one.short_id
        for one in await tx.silences.ending_after(inquiry.at)
        if is_within(one.match, inquiry.fleet, inquiry.scope)
    ]
    return NoSuchSilence(f"S{id_}", tuple(seen[-SUGGESTIONS:]))
