"""Assess: judge what changed since it was last judged, and write alerts and the intent to tell them.

Everything between reading what is due and clearing it is one transaction: a fact, the alert it makes and the
notification of it are committed together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from bot.alerts.model import Alert, AlertKey, Kind, Transition, retire
from bot.alerts.quota import close_period
from bot.domain.times import HOUR, Slot, floor, to_slot
from bot.rules.model import Configuration
from bot.service.announce import Recorded, announce, store
from bot.service.finish import to_its_end
from bot.service.fleet import Fleet
from bot.service.judge import judge
from bot.service.judge_pools import judge_pool
from bot.service.judging import Batch, Due, batches, due_sites, keys_of, look_back
from bot.service.lapses import Reach, look_at_forecasts
from bot.service.pools import members, pools
from bot.service.ports import Clock, History, Progress, Transaction
from bot.service.renames import rename_alerts, watch_of
from bot.service.spikes.fleet_judge import has_fleet, judge_fleets
from bot.service.spikes.fleet_moves import FleetMoves, taken
from bot.service.spikes.watch import Watch
from bot.service.spikes.watching import Watching

log = structlog.get_logger()
CLOSE_AFTER = 6 * HOUR
"""A site that fell silent before its period ended has its quota closed so long after that end."""


@dataclass(slots=True)
class AssessSummary:
    """Sites judged, the transitions that came of it, and alerts that a silence keeps quiet no more."""

    sites: int = 0
    transitions: list[Transition] = field(default_factory=list)
    freed: Sequence[Alert] = ()


class Assess:
    """The use case. `announced` is called after a commit that left something to deliver."""

    def __init__(
        self,
        history: History,
        fleet: Callable[[], Fleet],
        clock: Clock,
        announced: Callable[[], None] = lambda: None,
    ) -> None:
        self._history = history
        self._fleet = fleet
        self._clock = clock
        self._announced = announced
        self._judged_by: Configuration | None = None
        self._watching = Watching()
        self._moves: FleetMoves | None = None

    async def run(self) -> AssessSummary:
        """Judge everything that is due now. Raises only what the history raises."""
        try:
            summary = await to_its_end(self._run())
        except BaseException:
            self._moves = None  # what it has may be of a pass that was not committed
            raise
        for move in summary.transitions:
            self._log(move)
        if summary.transitions or summary.freed:
            self._announced()
        return summary

    async def _run(self) -> AssessSummary:
        """The transaction."""
        fleet, at, summary = self._fleet(), to_slot(self._clock()), AssessSummary()
        recorded, anew = Recorded(), self._judged_by is not fleet.configuration
        async with self._history.writing() as tx, self._watching.one_pass(tx, fleet, anew=anew) as watch:
            if anew:
                await rename_alerts(tx, self._judged_by, fleet.configuration)
            progress = await tx.progress.all()
            due = due_sites(fleet, progress)
            summary.sites = len(due)
            watched = await _watched_since(tx, fleet.configuration, at)
            moves = self._moving(fleet, watch, anew=anew)
            for window, group in batches(due, look_back(fleet.configuration.rules, fleet.bucket), fleet.bucket):
                block = await tx.buckets.block(keys_of(group), window, fleet.bucket)
                batch = Batch(tx, group, block, at, watched, watch)
                await judge(batch, fleet.configuration.rules)
                await store(tx, recorded, batch.alerts, batch.moves)
                moves.put(taken(batch, fleet.configuration.rules))
            everywhere = members(fleet, progress)
            for pool in pools(fleet, everywhere):
                batch = await judge_pool(tx, pool, at, watched, fleet.bucket)
                await store(tx, recorded, batch.alerts, batch.moves)
            for batch in await judge_fleets(tx, fleet, everywhere, moves, at, watched):
                await store(tx, recorded, batch.alerts, batch.moves)
            await self._close(tx, recorded, fleet, at)
            await announce(tx, fleet, recorded, at, anew=anew)
            summary.freed = await look_at_forecasts(tx, fleet, recorded.moves, _reach(due, progress), at)
            await tx.progress.mark_judged({item.site.key: item.until for item in due})
        self._watching.settle()
        self._judged_by, summary.transitions = fleet.configuration, recorded.moves
        return summary

    def _moving(self, fleet: Fleet, watch: Watch | None, *, anew: bool) -> FleetMoves:
        """What is remembered of how sites moved, under the rules as they are."""
        if self._moves is None or anew:
            self._moves = FleetMoves(fleet.bucket)
        self._moves.watch = watch
        return self._moves

    async def _close(self, tx: Transaction, recorded: Recorded, fleet: Fleet, at: Slot) -> None:
        """Close alerts whose rule is gone, and quotas of silent sites whose period has ended. Tells nobody anew."""
        alerts, moves = [], []
        for alert in await tx.alerts.open():
            if alert.key.kind is not Kind.SELF and not _is_ruled(alert.key, fleet):
                closed, move = retire(alert, fleet.bucket, at)
            elif alert.key.period is not None and at >= alert.key.period.end + CLOSE_AFTER:
                closed, (move,) = close_period(alert, alert.key.period, fleet.bucket, at)
            else:
                continue
            alerts.append(closed)
            moves.append(move)
        await store(tx, recorded, alerts, moves)

    @staticmethod
    def _log(move: Transition) -> None:
        key = move.alert.key
        log.info(
            "transition",
            alert=move.alert.short_id,
            rule=key.rule,
            site=key.site,
            change=move.change.value,
            reason=move.reason.value,
            value=move.value,
            limit=move.alert.limit,
        )


def _reach(due: Sequence[Due], progress: Mapping[int, Progress]) -> Reach:
    """How far data reach, with what is judged now."""
    knows = {key: row.known_from for key, row in progress.items() if row.known_from is not None}
    turned = {one.site.key for one in due if floor(one.until, HOUR) > (one.judged_until or one.dirty_from)}
    return Reach({one.site.key: one.until for one in due}, knows, turned)


async def _watched_since(tx: Transaction, configuration: Configuration, at: Slot) -> Mapping[str, Slot]:
    """Rule name → when the rule was first judged as it is; an edit of what it judges, and where, begins anew."""
    signatures = {rule.name: watch_of(rule) for rule in configuration.rules}
    since = await tx.alerts.watched_since(list(signatures.values()), at)
    return {name: since[signature] for name, signature in signatures.items()}


def _is_ruled(key: AlertKey, fleet: Fleet) -> bool:
    """Whether the configuration still has the alert's rule, of that kind and direction, for its site, pool or fleet."""
    rule = fleet.configuration.rule(key.rule)
    if rule is None or key.kind not in rule.kinds or key.direction not in rule.directions:
        return False
    if key.site is None:
        of_pool = rule.is_pool and any(rule.sites.matches(site) for site in fleet.in_workspace(key.workspace))
        return of_pool or has_fleet(rule, key.workspace, fleet)
    site = fleet.by_key(key.site)
    return site is not None and not rule.is_pool and rule.sites.matches(site)
