"""Whatever happened on the way, what is remembered of a site is what its buckets say: late and revised ones, history
that came by pieces, passes that failed, restarts, and two replicas that judge in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from typing import cast

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from bot.domain.sites import Site
from bot.domain.times import DAY, HOUR, Slot
from bot.domain.usage import Bucket, Direction
from bot.engine.spikes.memory import Memory
from bot.history.store import SqlHistory, SqlTransaction
from bot.rules.model import UTC_ZONE, Configuration, Rule, Spike
from bot.rules.sites import ListedSite
from bot.service.fleet import Fleet
from bot.service.judging import batches, due_sites, keys_of, look_back
from bot.service.ports import Progress, Reading, Transaction
from bot.service.reach import reach_back
from bot.service.spikes import held
from bot.service.spikes.watch import Watch
from bot.service.spikes.watching import Watching
from tests.fuzz.trying import tries

STEP = HOUR
START = Slot(20_240 * DAY)
A_DAY = DAY // STEP
SITES = tuple(Site(n, "default", f"{n:08}-0000-4000-8000-000000000000", f"s{n}", UTC_ZONE) for n in (1, 2))
RULES = (Rule("spike", Spike(), directions=(Direction.IN, Direction.OUT), notify=()),)
FLEET = Fleet(SITES, Configuration("v", rules=RULES), STEP)
ASKED = look_back(RULES, STEP)


def amount(site: int, index: int, revision: int) -> Bucket:
    """Traffic with a rhythm and a spike now and then."""
    rhythm = 100 + 80 * ((index % A_DAY) // 8) + (index * 7919 + site) % 13
    spike = 40 if index % 31 == 0 else 1
    return Bucket(START + index * STEP, (rhythm * spike + 500 * revision) * 1000, rhythm * 100 + revision)


class FailedError(Exception):
    """A pass came to nothing."""


def fail(fails: bool) -> None:
    if fails:
        raise FailedError


@dataclass
class Bots:
    """Two replicas on one history, to which the buckets with these numbers have come of each site."""

    history: SqlHistory
    end: int = 0
    replicas: list[Watching] = field(default_factory=lambda: [Watching(), Watching()])

    async def write(
        self, site: int, indexes: Sequence[int], revision: int = 0, *, known_from: int | None = None
    ) -> None:
        """As a pull does; `known_from` moves the beginning of what is known."""
        buckets = [amount(site, index, revision) for index in indexes]
        async with self.history.writing() as tx:
            row = (await tx.progress.all()).get(site, Progress(site))
            changed = (await tx.buckets.write([Reading(site, buckets)], Slot(0), {})).get(site)
            mark = Slot(START + self.end * STEP)
            ends = [one for one in (row.dirty_from, row.watermark, changed) if one is not None]
            if known_from is not None:
                ends, begun = [row.watermark or mark], Slot(START + known_from * STEP)
                row = replace(row, known_from=min(begun, row.known_from or begun))
            await tx.progress.save([replace(row, watermark=mark, dirty_from=min([*ends, mark]))])

    async def judge(self, replica: int, *, fails: bool = False) -> None:
        """One pass, without rules that look at the scores. One that fails does so when all is done."""
        watching = self.replicas[replica]
        with suppress(FailedError):
            async with self.history.writing() as tx, watching.one_pass(tx, FLEET, anew=False) as watch:
                assert watch is not None
                due = due_sites(FLEET, await tx.progress.all())
                for window, group in batches(due, ASKED, STEP):
                    await watch.see(tx, group, await tx.buckets.block(keys_of(group), window, STEP))
                await tx.progress.mark_judged({item.site.key: item.until for item in due})
                fail(fails)
            watching.settle()

    async def imported(self, site: int, indexes: Sequence[int], revision: int) -> None:
        """What an import writes is judged by nobody."""
        async with self.history.writing() as tx:
            await tx.buckets.write([Reading(site, [amount(site, one, revision) for one in indexes])], Slot(0), {})
            await reach_back(tx, [site], STEP)

    async def agree(self, replica: int) -> int:
        """What this replica remembers is what one that begins now sees; of how many sites it knows that it is so."""
        watch = self.replicas[replica]._watch
        assert watch is not None
        async with self.history.reading() as tx:
            progress = {site: replace(row, dirty_from=row.watermark) for site, row in (await tx.progress.all()).items()}
            due = due_sites(FLEET, progress)
            fresh, forgetful = Watch(watch.directions, STEP), cast("Transaction", _Forgetful(tx))
            for window, group in batches(due, ASKED, STEP):
                await fresh.see(forgetful, group, await tx.buckets.block(keys_of(group), window, STEP))
        rows = watch._held.rows([item.site.key for item in due])
        ends = zip(watch._held.counts[rows].tolist(), watch._held.memory.until[rows].tolist(), strict=True)
        judged = [item for item, end in zip(due, ends, strict=True) if end == (item.rewound, item.until)]
        for item in judged:
            same(watch, fresh, item.site.key)
        return len(judged)


class _Forgetful:
    """A transaction without what was kept."""

    baselines = None

    def __init__(self, tx: SqlTransaction) -> None:
        self.buckets = tx.buckets


def same(one: Watch, other: Watch, site: int) -> None:
    found: list[Memory] = [each._held.memory.taken(each._held.rows([site])) for each in (one, other)]
    for each in fields(found[0]):
        a, b = (getattr(memory, each.name) for memory in found)
        if isinstance(a, np.ndarray):
            assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f"), f"{each.name} of site {site}"


Happening = tuple[str, int, int]
"""What, to which site, and a number that says how much, how long ago, and which replica judges it."""
happenings = st.lists(
    st.tuples(
        st.sampled_from(
            ["hours", "hours", "hours", "days", "late", "revised", "revised", "fails", "restart", "import"]
        ),
        st.integers(1, 2),
        st.one_of(st.integers(0, 30), st.integers(0, 150)),
    ),
    min_size=5,
    max_size=12,
)
DAYS = 9
"""Of history before anything happens: enough that something is usual."""
BY_MARKS = [("hours", 1, 0), ("hours", 1, 0), ("revised", 1, 1), ("revised", 1, 0), ("late", 1, 40), ("revised", 1, 0)]
IN_TURN = [("hours", 1, 0), ("fails", 1, 2), ("revised", 1, 10), ("hours", 1, 0), ("hours", 1, 7), ("revised", 1, 28)]
KEPT = [("days", 1, 0), ("revised", 1, 28), ("restart", 1, 0), ("hours", 1, 0), ("import", 2, 9), ("hours", 1, 0)]


async def lives(done: Sequence[Happening], begun: int) -> None:
    history = SqlHistory("sqlite://")
    await history.open()
    bots = Bots(history, DAYS * A_DAY)
    try:
        async with history.writing() as tx:
            await tx.sites.workspaces(["default"])
            await tx.sites.save([ListedSite("default", one.id, one.name) for one in SITES], Slot(0))
        for site in (1, 2):
            await bots.write(site, range(begun, bots.end), known_from=begun)
        await bots.judge(0)
        for number, one in enumerate(done, start=1):
            await happens(bots, one, number)
        await ends(bots, begun)
    finally:
        await history.close()


async def happens(bots: Bots, one: Happening, number: int) -> None:
    what, site, size = one
    replica, before = size // 7 % 2, bots.end
    match what:
        case "hours" | "days":
            bots.end += 1 + size % 3 if what == "hours" else A_DAY + size % 30
            for each in (1, 2):
                await bots.write(each, [n for n in range(before, bots.end) if (n * 31 + each) % 11])
        case "late":  # what was left out, or came before
            await bots.write(site, [n for n in range(max(before - size, 0), before) if not (n * 31 + site) % 11])
        case "revised" | "fails":
            for each in (1, 2):
                await bots.write(each, [max(before - 1 - size, 0)], number)
        case "restart":
            bots.replicas[replica] = Watching()
        case "import":
            await bots.imported(site, [max(before - 1 - size, 0)], number)
    await bots.judge(replica, fails=what == "fails")
    if what != "fails" and size % 3 == 0:
        await bots.agree(replica)


async def ends(bots: Bots, begun: int) -> None:
    """The rest of the history comes, and a day later it is part of what is remembered."""
    for site in (1, 2) if begun else ():
        await bots.write(site, range(begun), known_from=0)
    for replica in (0, 1):
        before, bots.end = bots.end, (bots.end // A_DAY + 1) * A_DAY + 3
        for site in (1, 2):
            await bots.write(site, range(before, bots.end))
        await bots.judge(replica)
        assert await bots.agree(replica) == len(SITES)


@given(happenings, st.sampled_from([0, 5 * A_DAY]))
@settings(tries(1), phases=(Phase.explicit, Phase.generate))
@example(BY_MARKS, 0)
@example(IN_TURN, 0)
@example(KEPT, 5 * A_DAY)
def test_what_is_remembered_is_what_the_buckets_say(done: list[Happening], begun: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(held, "SAVED_AT_ONCE", 1)
        asyncio.run(lives(done, begun))
