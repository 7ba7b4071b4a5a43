"""Judge the fleet: whether the sites that a spike rule watches in a workspace have risen together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.alerts.model import Alert, AlertKey, Kind
from bot.domain.block import Block
from bot.domain.sites import Site
from bot.domain.times import HOUR, Slot, Window, floor
from bot.domain.usage import Direction
from bot.engine.edges import BREACH
from bot.engine.spikes.fleet import judge_fleet, together
from bot.rules.kinds import FLEET
from bot.rules.model import Configuration, Rule, Spike
from bot.service.fleet import Fleet
from bot.service.judge_conditions import judge_rows
from bot.service.judging import POOL, Batch, Due
from bot.service.ports import Transaction
from bot.service.spikes.fleet_moves import Moving
from bot.service.spikes.fleet_rise import Rising

Members = Sequence[tuple[Due, bool]]
"""Every site that anything is known of, and whether something of it is new."""
Recorded = Mapping[AlertKey, Sequence[Alert]]


@dataclass(frozen=True, slots=True)
class Sites:
    """The sites of one workspace that a spike rule watches, at least `FLEET`; `dirty_from` is the first bucket of
    any of them that is new."""

    rule: Rule
    workspace: str
    due: Sequence[Due]
    dirty_from: Slot

    def key(self, direction: Direction) -> AlertKey:
        return AlertKey(self.workspace, self.rule.name, Kind.SPIKE, None, direction)

    def as_one(self, configuration: Configuration, recorded: Sequence[Alert]) -> Due:
        """As if they were one site, whose data reach as far as those of any. Where few are known yet nothing is said,
        and what comes of the others later is judged again."""
        seen = max(one.until for one in self.due)
        ends = [one.judged_until for one in self.due if one.judged_until is not None]
        further = [min(alert.judged_until, seen) for alert in recorded if alert.judged_until is not None]
        judged = max([*ends, *further]) if ends else None
        since = [one.judged_from for one in self.due if one.judged_from is not None]
        first = self.dirty_from if judged is None else min(self.dirty_from, judged)
        known_from = min(one.known_from for one in self.due)
        site = Site(POOL, self.workspace, "", f"fleet of {self.rule.name}", configuration.timezone)
        return Due(site, first, max(seen, judged or first), known_from, min(since, default=None), judged, None)


def fleets(fleet: Fleet, members: Members) -> list[Sites]:
    """Those of which any site has something new, in the order of the rules."""
    found = []
    for rule in fleet.configuration.rules:
        by_workspace: dict[str, list[tuple[Due, bool]]] = {}
        for due, is_new in members if isinstance(rule.judge, Spike) else ():
            if rule.sites.matches(due.site):
                by_workspace.setdefault(due.site.workspace, []).append((due, is_new))
        for workspace, own in by_workspace.items():
            fresh = [due.dirty_from for due, is_new in own if is_new]
            if len(own) >= FLEET and fresh:
                found.append(Sites(rule, workspace, [due for due, _ in own], min(fresh)))
    return found


def has_fleet(rule: Rule, workspace: str, fleet: Fleet) -> bool:
    """Whether the rule has enough sites there to speak of a fleet."""
    own = (site for site in fleet.in_workspace(workspace) if rule.sites.matches(site))
    return isinstance(rule.judge, Spike) and sum(1 for _ in own) >= FLEET


async def judge_fleets(
    tx: Transaction,
    fleet: Fleet,
    members: Members,
    moves: Moving,
    at: Slot | None,
    watched_since: Mapping[str, Slot],
) -> list[Batch]:
    """A batch each of what came of it, of which nothing is stored yet. `moves` has what is new; `at` and
    `watched_since` are as of Batch."""
    found = fleets(fleet, members)
    if not found:
        return []
    recorded = await _recorded(tx, found)
    judged = []
    for sites in found:
        for direction in sites.rule.directions:
            own = recorded.get(sites.key(direction), ())
            due = sites.as_one(fleet.configuration, own)
            if due.dirty_from < due.until and (own or await _rises(tx, sites, direction, due, moves)):
                window = Window(floor(due.dirty_from, HOUR), due.until)
                nothing = Block.unknown(np.array([], np.int64), window, fleet.bucket)
                batch = Batch(tx, sites.due, nothing, at, watched_since)
                await _judge(batch, Rising(sites.rule, direction, moves), due, {sites.key(direction): own})
                judged.append(batch)
    return judged


async def _recorded(tx: Transaction, found: Sequence[Sites]) -> Recorded:
    judged = [one.judged_until or one.dirty_from for sites in found for one in sites.due]
    since = min([*judged, *(sites.dirty_from for sites in found)])
    grouped: dict[AlertKey, list[Alert]] = {}
    for alert in await tx.alerts.overlapping(Kind.SPIKE, [None], Slot(since)):
        grouped.setdefault(alert.key, []).append(alert)
    return grouped


async def _rises(tx: Transaction, sites: Sites, direction: Direction, due: Due, moves: Moving) -> bool:
    """Whether the sites are high together anywhere in what is new: nearly always they are not."""
    new = await moves.of(tx, sites.rule, direction, sites.due, Window(due.dirty_from, due.until))
    states = judge_fleet(together(new), len(sites.due), was_open=False, first=0)
    return bool((states == BREACH).any())


async def _judge(batch: Batch, rising: Rising, due: Due, recorded: Recorded) -> None:
    begin = floor(due.dirty_from - rising.memory, HOUR)
    block = Block.unknown(np.array([POOL], np.int64), Window(begin, due.until), batch.block.step)
    await judge_rows(batch, rising, block, [due], recorded)
