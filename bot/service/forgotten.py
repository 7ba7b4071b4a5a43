"""Silences that nobody needs any more, as far as the bot can see."""

from __future__ import annotations

from dataclasses import dataclass

from bot.alerts.model import BOT_RULE, Alert, Kind
from bot.alerts.routing import matches
from bot.alerts.silences import Silence
from bot.domain.times import DAY, Slot
from bot.rules.selectors import EVERYWHERE, Selector, glob_matches
from bot.service.fleet import Fleet
from bot.service.hearing import site_of
from bot.service.ports import Transaction

IDLE = 7 * DAY
"""A silence that kept nothing quiet for so long, and no other, may have been forgotten."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """`why` is for people, and holds no text that others chose."""

    silence: Silence
    why: str


async def forgotten(tx: Transaction, fleet: Fleet, at: Slot) -> list[Forgotten]:
    """Silences in force that seem to be of no use, by id: what they name is gone, or nothing that matches fires or has
    fired since they began, more than a week ago."""
    in_force = [one for one in await tx.silences.ending_after(at) if one.is_in_force(at)]
    idle_since = [one.starts_at for one in in_force if at - one.starts_at > IDLE]
    alerts = await _fired_since(tx, fleet, min(idle_since)) if idle_since else []
    found = []
    for one in in_force:
        why = _names_nothing(fleet, one) or (_is_idle(fleet, one, alerts) if at - one.starts_at > IDLE else "")
        if why:
            found.append(Forgotten(one, why))
    return found


async def _fired_since(tx: Transaction, fleet: Fleet, since: Slot) -> list[Alert]:
    """Alerts that fire, or fired at `since` or later."""
    sites = [None, *(site.key for site in fleet.sites)]
    alerts = [alert for kind in Kind for alert in await tx.alerts.overlapping(kind, sites, since)]
    return [one for one in alerts if one.fired_at is not None and (one.is_open or one.fired_at >= since)]


def _is_idle(fleet: Fleet, silence: Silence, alerts: list[Alert]) -> str:
    begun = silence.starts_at
    own = [one for one in alerts if one.is_open or (one.fired_at or 0) >= begun]
    if any(matches(silence.match, one, site_of(fleet, one)) for one in own):
        return ""
    return "nothing that it matches has fired since it began"


def _names_nothing(fleet: Fleet, silence: Silence) -> str:
    match = silence.match
    rules = [rule.name for rule in fleet.configuration.rules]
    known = [glob for glob in match.rules if glob.startswith(BOT_RULE) or any(glob_matches(glob, one) for one in rules)]
    if match.rules and not known:
        return "the rule that it names does not exist any more"
    if not _means_a_site(fleet, match.sites):
        return "no site matches it any more"
    return ""


def _means_a_site(fleet: Fleet, selector: Selector) -> bool:
    return selector == EVERYWHERE or any(selector.matches(site) for site in fleet.sites)
