"""What people do about alerts: take one, or keep some quiet for a while. In the caller's transaction, and audited."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.alerts.attention import acknowledged
from bot.alerts.endings import ForecastPasses, GetsWorse, Level, matter_of
from bot.alerts.model import Alert, State
from bot.alerts.routing import matches
from bot.alerts.silences import Silence
from bot.domain.times import Slot
from bot.rules.model import Quota
from bot.rules.selectors import glob_matches
from bot.rules.telling import Match
from bot.service.audit import ACKNOWLEDGED, EXTENDED, SILENCED, UNSILENCED, Actor, note
from bot.service.fleet import Fleet
from bot.service.hearing import site_of
from bot.service.messages import Messages
from bot.service.ports import Transaction
from bot.service.queries.matched import match_words


async def acknowledge(
    tx: Transaction, alerts: Sequence[Alert], by: Actor, at: Slot, until: Slot | None = None, reason: str = ""
) -> list[Alert]:
    """Take stored alerts, for good or `until` then: repeats and escalation stop until one gets worse, and their
    messages say who has them. The `reason`, people's own text, is kept in the audit.

    Those that do not fire, or that somebody has already, are left alone; returns the others, as they are now. Raises
    ValueError where it would be over at once.
    """
    if until is not None and until <= at:
        raise ValueError("an acknowledgement ends after it begins")
    changed = [taken for alert in alerts if (taken := acknowledged(alert, by.name, at, until)) != alert]
    if changed:
        await tx.alerts.save(changed)
        await show(tx, [alert.id for alert in changed], at)
    for alert in changed:
        detail = {"rule": alert.key.rule, "until": until, "reason": reason}
        await note(tx, at, by, ACKNOWLEDGED, alert.short_id, alert.key.workspace, **detail)
    return changed


async def firing_of(tx: Transaction, rule: str, site: int | None) -> list[Alert]:
    """What fires of a rule at a site (its key; None for a pool), of every kind and direction."""
    return [
        alert
        for alert in await tx.alerts.open()
        if (alert.key.rule, alert.key.site) == (rule, site) and alert.state is State.FIRING
    ]


async def matched(tx: Transaction, fleet: Fleet, match: Match) -> list[Alert]:
    """What fires and matches, by id."""
    alerts = [alert for alert in await tx.alerts.open() if alert.state is State.FIRING]
    return [alert for alert in alerts if matches(match, alert, site_of(fleet, alert))]


async def covered(tx: Transaction, fleet: Fleet, silence: Silence, at: Slot) -> list[Alert]:
    """What fires and is kept quiet by the silence at `at`, by id."""
    alerts = await matched(tx, fleet, silence.match)
    return [alert for alert in alerts if silence.covers(alert, site_of(fleet, alert), at) > at]


async def find(tx: Transaction, written: str) -> Silence | None:
    """The silence that people call `S4`, in force or not; None where there is none."""
    number = written.strip().upper().removeprefix("S")
    return await tx.silences.get(int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None


async def silence(tx: Transaction, fleet: Fleet, wanted: Silence, by: Actor, at: Slot) -> Silence:
    """Keep matching alerts quiet, as `wanted` says but for its author. What still fires when it ends, and was not told,
    is told then; messages of what it covers say so. Of `GetsWorse` the levels are filled in here.

    Raises ValueError, with words for people, where it could end nothing or would never begin.
    """
    if wanted.ends_at <= wanted.starts_at:
        raise ValueError("a silence ends after it starts")
    firing = await matched(tx, fleet, wanted.match)
    if isinstance(wanted.ending, GetsWorse):
        if not firing:
            raise ValueError("nothing that matches fires, so nothing of it can get worse: say until when instead")
        levels = {matter_of(alert): Level(alert.severity, alert.step) for alert in firing}
        wanted = replace(wanted, ending=GetsWorse(levels))
    if isinstance(wanted.ending, ForecastPasses) and not _has_quota(fleet, wanted.match):
        raise ValueError("no quota rule matches, so no forecast would end it: say until when instead")
    kept = await tx.silences.save(replace(wanted, author=by.name, created_at=at))
    match = match_words(kept.match, {site.id: site.full_name for site in fleet.sites})
    detail = {"match": match, "starts_at": kept.starts_at, "ends_at": kept.ends_at, "reason": kept.reason}
    await note(tx, at, by, SILENCED, kept.short_id, workspace_of(kept.match), **detail)
    await show(tx, [alert.id for alert in await covered(tx, fleet, kept, at)], at)
    return kept


async def unsilence(tx: Transaction, fleet: Fleet, ended: Silence, by: Actor, at: Slot) -> Silence:
    """End a silence now; one that has not begun will not, and one that is over stays as it was."""
    if ended.ends_at <= at:
        return ended
    quiet = [alert.id for alert in await covered(tx, fleet, ended, at)]
    kept = await tx.silences.save(replace(ended, ends_at=max(ended.starts_at, at)))
    await note(tx, at, by, UNSILENCED, kept.short_id, workspace_of(kept.match))
    await show(tx, quiet, at)
    return kept


async def extend(tx: Transaction, fleet: Fleet, longer: Silence, ends_at: Slot, by: Actor, at: Slot) -> Silence:
    """Have a silence end at another time. Raises ValueError, with words for people, where it is over already, or would
    be then."""
    if longer.ends_at <= at:
        raise ValueError(f"{longer.short_id} is over: set a new silence")
    if ends_at <= max(at, longer.starts_at):
        raise ValueError("a silence ends after it starts, and not in the past: to end it now, unsilence it")
    kept = await tx.silences.save(replace(longer, ends_at=ends_at))
    await note(tx, at, by, EXTENDED, kept.short_id, workspace_of(kept.match), was=longer.ends_at, ends_at=ends_at)
    await show(tx, [alert.id for alert in await covered(tx, fleet, kept, at)], at)
    return kept


async def show(tx: Transaction, alerts: Collection[int], at: Slot) -> None:
    """Have the messages of these alerts say how they stand now."""
    if alerts:
        await (await Messages.about(tx.outbox, alerts, at)).edit()


def workspace_of(match: Match) -> str:
    """The one workspace that is meant; "" where there may be several."""
    named = match.sites.workspaces
    return named[0] if len(named) == 1 and not {"*", "?"} & set(named[0]) else ""


def _has_quota(fleet: Fleet, match: Match) -> bool:
    return any(
        isinstance(rule.judge, Quota)
        and (not match.rules or any(glob_matches(glob, rule.name) for glob in match.rules))
        for rule in fleet.configuration.rules
    )
