"""Catch up: ask the usage API for what is not known yet, newest first, and write it down.

A tick means "catch up", not "fetch one bucket", so that a tick that was missed, an API that was down and a bot
that was off leave no hole. For each site there are two wants: the *live* window, from its watermark (less a
trailing span that is read again for revisions) to the last complete bucket; and *backfill*, from the start of
what is known back to what its quotas and baselines need. Live windows come first in every tick.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from bot.domain.sites import Site
from bot.domain.times import Slot, Window, iso, to_slot
from bot.service.chunks import Chunks
from bot.service.finish import to_its_end
from bot.service.fleet import Fleet
from bot.service.notices import TOKEN, Notices
from bot.service.options import PullOptions
from bot.service.plan import Want, backfill_target, backfill_want, last_complete, live_want
from bot.service.ports import (
    ABOUT_THE_QUESTION,
    Answered,
    Clock,
    Declined,
    History,
    Progress,
    PullOutcome,
    Unauthorized,
    Unavailable,
    UsageSource,
)
from bot.service.write import Fetched, write_fetched

log = structlog.get_logger()
BATCH = 250
BATCH_BUCKETS = 100_000
"""A batch is written when it has so many answers, or so many buckets: memory stays bounded in a backfill."""
WORKERS = 8
GIVE_UP_AFTER = 3
"""Answers in a row that say "unavailable" before the rest of a tick is left to the next one."""


@dataclass(slots=True)
class PullSummary:
    """What one tick did: requests by (workspace, outcome), buckets received by workspace, rows refused by
    (workspace, reason), and how many sites' history is not yet as long as wanted."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    buckets: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    backfilling: int = 0


@dataclass(slots=True)
class _Round:
    """One workspace's share of a tick.

    `asked` are the windows already asked for in this tick, none of which is asked for twice; `fetched` what is
    not yet written, `waiting` how many buckets that may be; `unavailable` counts in a row, and `failed` are the sites
    of this tick that were; `has_notice` says that the operators know of a refused token; `turn` is held to write a
    batch.
    """

    workspace: str
    source: UsageSource
    sites: Sequence[Site]
    end: Slot
    has_notice: bool
    summary: PullSummary
    progress: dict[int, Progress]
    asked: set[tuple[int, Window]] = field(default_factory=set)
    fetched: list[Fetched] = field(default_factory=list)
    waiting: int = 0
    unavailable: int = 0
    failed: set[int] = field(default_factory=set)
    stopped: bool = False
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_full(self) -> bool:
        return len(self.fetched) >= BATCH or self.waiting >= BATCH_BUCKETS

    def unasked(self, wants: Iterable[Want | None]) -> list[Want]:
        return [want for want in wants if want and (want.site.key, want.window) not in self.asked]

    def note(self, item: Fetched, options: PullOptions) -> None:
        """Count one outcome, and stop where going on is no use."""
        self.summary.outcomes[self.workspace, type(item.outcome).__name__.lower()] += 1
        self.fetched.append(item)
        match item.outcome:
            case Answered(buckets, refused):
                self.unavailable = 0
                self.waiting += max(len(buckets), len(item.asked(options) or ()))
                self.summary.buckets[self.workspace] += len(buckets)
                self.summary.refused.update({(self.workspace, reason): count for reason, count in refused.items()})
            case Unavailable():
                self.unavailable += 1
                self.failed.add(item.want.site.key)
                self.stopped = self.unavailable >= GIVE_UP_AFTER
            case Unauthorized():
                self.stopped = True
            case Declined():
                self.unavailable = 0


class Pull:
    """The use case. One instance a process; `run` is never run twice at once (the scheduler sees to that).

    `written` is called after each commit: what follows (assessing) may start before the tick has ended.
    """

    def __init__(
        self,
        history: History,
        sources: Mapping[str, UsageSource],
        fleet: Callable[[], Fleet],
        clock: Clock,
        options: PullOptions,
        written: Callable[[], None] = lambda: None,
    ) -> None:
        self._history = history
        self._sources = sources
        self._fleet = fleet
        self._clock = clock
        self._options = options
        self._written = written
        self._notices = Notices(history, fleet)
        self._chunks = Chunks(options)
        self._failed: dict[str, set[int]] = {}

    async def run(self) -> PullSummary:
        """One tick; nothing while the clock stands before usage that is known. Raises only what the history raises."""
        summary, end = PullSummary(), last_complete(self._now(), self._options)
        async with self._history.reading() as tx:
            progress, newest = dict(await tx.progress.all()), await tx.retention.newest()
            # Zeros do not count: a clock that was ahead may have had the API answer with zeros for the future.
            is_behind = newest is not None and end <= newest and await tx.retention.is_used_since(end)
        if newest is not None and is_behind:
            # Were it believed, what is known would be asked for again, judged without its end, and taken back.
            log.warning("clock_is_behind", known_until=iso(newest), clock_says=iso(self._now()))
            return summary
        known = await self._notices.open(TOKEN)
        fleet = self._fleet()
        rounds = []
        for name, source in self._sources.items():
            sites = [site for site in fleet.sites if site.workspace == name]
            rounds.append(_Round(name, source, sites, end, name in known, summary, progress))
        await asyncio.gather(*(self._workspace(round_, fleet) for round_ in rounds))
        outcomes = {f"{workspace}: {outcome}": count for (workspace, outcome), count in summary.outcomes.items()}
        log.info("pulled", outcomes=outcomes, buckets=summary.buckets.total(), backfilling=summary.backfilling)
        return summary

    def _now(self) -> Slot:
        return to_slot(self._clock())

    async def _workspace(self, round_: _Round, fleet: Fleet) -> None:
        try:
            await self._catch_up(round_, fleet)
        finally:
            self._failed[round_.workspace] = round_.failed
        round_.summary.backfilling += self._missing(round_, fleet)

    async def _catch_up(self, round_: _Round, fleet: Fleet) -> None:
        while not round_.stopped and (wants := self._live(round_)):
            await self._fetch(round_, wants)
        while not round_.stopped and (wants := self._backfill(round_, fleet)):
            await self._fetch(round_, wants[:BATCH])
            if last_complete(self._now(), self._options) > round_.end:
                break  # the next tick is due, and live windows come first

    def _live(self, round_: _Round) -> list[Want]:
        """Longest behind first; a site never seen comes after those that people are watching, and one that could not
        be read at the last tick after all others, which it must not keep from being read."""
        failed = self._failed.get(round_.workspace, set())
        wants = (
            live_want(site, round_.progress.get(site.key), round_.end, self._options, self._chunks.of(site))
            for site in round_.sites
        )
        return sorted(
            round_.unasked(wants), key=lambda w: (w.site.key in failed, w.is_first, w.window.start, w.site.key)
        )

    def _wanted(self, round_: _Round, fleet: Fleet) -> list[Want]:
        wants = []
        for site in round_.sites:
            target = backfill_target(site, fleet.configuration, round_.end, self._options)
            wants.append(backfill_want(site, round_.progress.get(site.key), target, self._chunks.of(site)))
        return [want for want in wants if want]

    def _backfill(self, round_: _Round, fleet: Fleet) -> list[Want]:
        """Newest first, so that current periods complete before baselines do."""
        wants = round_.unasked(self._wanted(round_, fleet))
        return sorted(wants, key=lambda want: (-want.window.end, want.site.key))

    def _missing(self, round_: _Round, fleet: Fleet) -> int:
        """Sites whose history is not yet as long as wanted."""
        unseen = sum(site.key not in round_.progress for site in round_.sites)
        return unseen + len(self._wanted(round_, fleet))

    async def _fetch(self, round_: _Round, wants: Sequence[Want]) -> None:
        """Ask for all wants, the first alone: where the token is refused, one request finds out, not eight."""
        queue = list(reversed(wants))

        async def work() -> None:
            while queue and not round_.stopped:
                await self._ask(round_, queue.pop())

        try:
            if queue and not round_.stopped:
                await self._ask(round_, queue.pop())
            async with asyncio.TaskGroup() as workers:  # none goes on asking when another has failed
                for _ in range(min(WORKERS, len(queue))):
                    workers.create_task(work())
        except* Exception as failures:  # noqa: BLE001 - raised again, alone
            raise failures.exceptions[0] from None
        finally:
            await self._flush(round_)

    async def _ask(self, round_: _Round, want: Want) -> None:
        asked_at = self._now()
        round_.asked.add((want.site.key, want.window))
        outcome = await round_.source.usage([want.site.id], want.window)
        round_.note(Fetched(want, outcome, asked_at, self._now()), self._options)
        if isinstance(outcome, Declined) and outcome.status in ABOUT_THE_QUESTION:
            self._chunks.refused(want)
        await self._tell_of_token(round_, outcome)
        if round_.is_full():
            # One batch at a time: a worker each in the queue for the history would keep assessing out for minutes.
            async with round_.turn:
                if round_.is_full():
                    await self._flush(round_)

    async def _tell_of_token(self, round_: _Round, outcome: PullOutcome) -> None:
        if isinstance(outcome, Unauthorized) and not round_.has_notice:
            round_.has_notice = True
            await self._notices.refused(round_.workspace, outcome.why, self._now())
        elif isinstance(outcome, Answered | Declined) and round_.has_notice:
            round_.has_notice = False
            await self._notices.clear(round_.workspace, TOKEN, self._now())

    async def _flush(self, round_: _Round) -> None:
        fetched, round_.fetched, round_.waiting = round_.fetched, [], 0
        if fetched:
            round_.progress.update(await to_its_end(write_fetched(self._history, fetched, self._options)))
            self._written()
