"""Long silences that are about to end: the operators are reminded, before what was quiet is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.alerts.model import BOT_RULE, Alert, Change, Kind, Reason, State, Transition
from bot.alerts.silences import Silence
from bot.domain.moments import moment
from bot.domain.names import name
from bot.domain.times import Slot, to_instant
from bot.rules.model import Severity
from bot.service.announce import record
from bot.service.attend import covered
from bot.service.fleet import Fleet
from bot.service.notices import EVERY_WORKSPACE, notice_key
from bot.service.ports import Transaction
from bot.service.present import alert_view

TOPIC = "silence"
NAMED = 5


async def next_reminder(tx: Transaction, at: Slot) -> Slot | None:
    """When `remind` has something to do next, as things stand at `at`; None where nothing is to come."""
    open_ = await _open(tx)
    silences = {one.short_id: one for one in await tx.silences.ending_after(at)}
    fresh = [one.reminds_at for key, one in silences.items() if one.reminds_at is not None and key not in open_]
    own = [silences.get(key) for key in open_]
    return min([*fresh, *(one.ends_at if one and _is_told(one, at) else at for one in own)], default=None)


def _is_told(silence: Silence, at: Slot) -> bool:
    """Whether people are to know at `at` that it ends."""
    return silence.reminds_at is not None and silence.reminds_at <= at < silence.ends_at


async def remind(tx: Transaction, fleet: Fleet, at: Slot) -> list[Transition]:
    """Fire the notice of each silence whose reminder is due, as of when it was, and take back those that are out of
    date: the silence is over, or was made longer."""
    moves: list[Transition] = []
    open_ = await _open(tx)
    silences = {one.short_id: one for one in await tx.silences.ending_after(at)}
    for short_id, alert in open_.items():
        own = silences.get(short_id)
        if own is None or not _is_told(own, at):
            moves += await _take_back(tx, fleet, alert, await _over_at(tx, short_id, at))
    for short_id, silence in silences.items():
        if _is_told(silence, at) and short_id not in open_:
            moves += await _fire(tx, fleet, silence, silence.reminds_at or at)
    return moves


async def _open(tx: Transaction) -> dict[str, Alert]:
    """The notices that fire, by the silence that they are about."""
    prefix = f"{BOT_RULE}:{TOPIC}:"
    own = [alert for alert in await tx.alerts.open_at([None]) if alert.key.kind is Kind.SELF]
    return {alert.key.rule.removeprefix(prefix): alert for alert in own if alert.key.rule.startswith(prefix)}


async def _over_at(tx: Transaction, short_id: str, at: Slot) -> Slot:
    silence = await tx.silences.get(int(short_id.removeprefix("S")))
    return min(at, silence.ends_at) if silence is not None else at


async def _fire(tx: Transaction, fleet: Fleet, silence: Silence, at: Slot) -> list[Transition]:
    key = notice_key(EVERY_WORKSPACE, f"{TOPIC}:{silence.short_id}")
    note = _words(fleet, silence, await covered(tx, fleet, silence, at), at)
    alert = Alert(key, State.FIRING, at, Severity.INFO, fired_at=at, reason=Reason.SILENCE_ENDS, note=note)
    return await record(tx, fleet, [alert], [Transition(alert, Change.FIRED, Reason.SILENCE_ENDS, at, at)], at)


async def _take_back(tx: Transaction, fleet: Fleet, alert: Alert, at: Slot) -> list[Transition]:
    at = max(at, alert.since)
    over = replace(alert, state=State.RESOLVED, resolved_at=at, reason=Reason.SILENCE_OVER)
    return await record(tx, fleet, [over], [Transition(over, Change.RESOLVED, Reason.SILENCE_OVER, at, at)], at)


def _words(fleet: Fleet, silence: Silence, quiet: Sequence[Alert], at: Slot) -> str:
    """Three lines: when it ends, who set it and why, what is told then. Others' text in it is made safe."""
    zone, now = fleet.configuration.timezone, to_instant(at)
    ends, began = (moment(to_instant(slot), zone, now) for slot in (silence.ends_at, silence.starts_at))
    count = f"{len(quiet)} firing {'alert' if len(quiet) == 1 else 'alerts'}" if quiet else "nothing that fires"
    why = f": {name(silence.reason)}" if silence.reason else ", without a reason"
    lines = [
        f"Silence {silence.short_id} ends on {ends} and keeps {count} quiet.",
        f"Set by {name(silence.author) if silence.author else 'nobody that is known'}{why}. It began on {began}.",
        _named(fleet, quiet),
        f"To go on, extend it; to end it now, `usagebot unsilence {silence.short_id}`.",
    ]
    return "\n".join(filter(None, lines))


def _named(fleet: Fleet, quiet: Sequence[Alert]) -> str:
    if not quiet:
        return ""
    views = [alert_view(alert, fleet) for alert in quiet[:NAMED]]
    shown = [f"{view.id} ({name(view.rule)}{f', {name(view.site)}' if view.site else ''})" for view in views]
    rest = len(quiet) - len(shown)
    return f"Quiet until then: {', '.join(shown)}{f' and {rest} more' if rest else ''}."
