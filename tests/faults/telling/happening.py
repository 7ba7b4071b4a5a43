"""Acts as the bot's judging leaves them: alerts and transitions, each act in one transaction with how far it got."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.domain.times import Slot, Window, to_slot
from bot.history.store import SqlHistory, SqlTransaction
from bot.rules.model import Severity
from bot.rules.sites import ListedSite
from bot.service.announce import record
from bot.service.attend import acknowledge
from bot.service.audit import Actor
from bot.service.fleet import Fleet
from bot.service.ports import Progress
from tests.acceptance.world import at
from tests.faults.telling.story import MB, SITES, Act, What, value_of

MONTH = Window(to_slot(at(0)), to_slot(at(30)))
MARK = SITES[0].key
"""The site whose progress says how many acts have happened."""
REASONS = {
    What.FIRE: Reason.STEP_REACHED,
    What.WORSEN: Reason.STEP_REACHED,
    What.CORRECT: Reason.DATA_REVISED,
    What.END: Reason.BACK_TO_NORMAL,
}


async def prepare(history: SqlHistory) -> None:
    """The sites, into an empty history."""
    async with history.writing() as tx:
        await tx.sites.workspaces(["default"])
        await tx.sites.save([ListedSite("default", one.id, one.name) for one in SITES], Slot(0))


async def happen(history: SqlHistory, fleet: Fleet, acts: Sequence[Act], now: Slot) -> int:
    """All that has not happened yet and is due. How many acts have happened now, in this life or before."""
    done = await _done(history)
    while done < len(acts) and acts[done].at <= now:
        async with history.writing() as tx:
            await _act(tx, fleet, acts[done], now)
            await tx.progress.save([Progress(MARK, judged_until=Slot(done + 1))])
        done += 1
    return done


async def _done(history: SqlHistory) -> int:
    async with history.reading() as tx:
        progress = (await tx.progress.all()).get(MARK)
    return progress.judged_until or 0 if progress else 0


async def _act(tx: SqlTransaction, fleet: Fleet, act: Act, now: Slot) -> None:
    firing = {alert.key.site: alert for alert in await tx.alerts.open() if alert.key.rule == act.rule}
    if act.what is What.TAKE:
        await acknowledge(tx, [firing[site] for site in act.sites], Actor("Ana", "slack"), now)
        return
    alerts = [_changed(firing.get(site) or _new(act, site, now), act, now) for site in act.sites]
    slot, step = Slot(now - fleet.bucket), Fraction(act.step) if act.rule != "burst" else None
    change = Change(act.what)
    moves = [Transition(one, change, REASONS[act.what], slot, now, step, value_of(act.step)) for one in alerts]
    await record(tx, fleet, alerts, moves, now)


def _new(act: Act, site: int, now: Slot) -> Alert:
    is_quota = act.rule != "burst"
    kind, period = (Kind.QUOTA, MONTH) if is_quota else (Kind.THRESHOLD, None)
    severity = Severity.CRITICAL if act.rule == "mpls" else Severity.WARNING
    limit = 1000 * MB if is_quota else 250 * MB
    key = AlertKey("default", act.rule, kind, site, period=period)
    return Alert(key, State.FIRING, now, severity, limit=limit, known=2, expected=2, fired_at=now)


def _changed(alert: Alert, act: Act, now: Slot) -> Alert:
    """The alert after the act."""
    alert = replace(alert, reason=REASONS[act.what], value=value_of(act.step), judged_until=now)
    if act.what is What.END or (act.what is What.CORRECT and not act.back):
        return replace(alert, state=State.RESOLVED, resolved_at=now)
    if act.rule == "burst":
        return alert
    step = Fraction(act.back or act.step)
    steps = {reached: when for reached, when in alert.steps.items() if reached < step}
    return replace(alert, step=step, steps={**steps, step: alert.steps.get(step, now)})
