"""A store, rules and a hand-driven clock: usage is written bucket by bucket, judged, and what people hear is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bot.alerts.model import Alert, Transition
from bot.domain.periods import Per, Starts
from bot.domain.sites import Site
from bot.domain.times import Slot, Window, to_instant, to_slot
from bot.domain.units import parse_percent
from bot.domain.usage import Bucket
from bot.history.store import SqlHistory
from bot.notify.plain import plain_text
from bot.rules.model import Configuration, Endpoint, Medium, Quota, Receiver, Rule, Severity
from bot.rules.sites import ListedSite
from bot.service.assess import Assess
from bot.service.commands import Command, Quotas
from bot.service.deliver import Deliver
from bot.service.fleet import Fleet
from bot.service.judge import judge
from bot.service.judge_pools import judge_pool
from bot.service.judging import Batch, Due, keys_of
from bot.service.options import PullOptions
from bot.service.plan import Want
from bot.service.pools import members, pools
from bot.service.ports import Answered, Delivered, Outcome, Progress
from bot.service.queries.ask import Questions
from bot.service.views import Notification
from bot.service.write import Fetched, write_fetched

UTC_ZONE = ZoneInfo("UTC")
Amounts = Sequence[int | None]


def site(key: int, name: str = "", **more: Any) -> Site:
    """A site whose zone is UTC unless said otherwise."""
    more.setdefault("timezone", UTC_ZONE)
    return Site(
        key, more.pop("workspace", "default"), f"{key:08}-0000-4000-8000-000000000000", name or f"s{key}", **more
    )


def quota_rule(limit: int | None, per: Per = Per.MONTH, at: Sequence[int] = (50, 80, 100), **more: Any) -> Rule:
    steps = tuple(parse_percent(f"{step}%") for step in at)
    starts, selector = more.pop("starts", Starts()), {k: more.pop(k) for k in ("sites", "directions") if k in more}
    return Rule("q", Quota(limit, per, starts, steps, (Severity.WARNING,) * len(steps), **more), **selector)


@dataclass
class Judged:
    """One bot. `now` is its clock; `fleet` what is configured, and may be set anew: an edit."""

    history: SqlHistory
    fleet: Fleet
    now: int
    seen: list[Notification] = field(default_factory=list)
    moves: list[Transition] = field(default_factory=list)

    async def deliver(self, notification: Notification) -> Outcome:
        self.seen.append(notification)
        return Delivered(f"ref-{notification.group}")

    async def write(self, site: Site, start: int, amounts: Amounts, *, at: int | None = None) -> None:
        """The API answers with these (inbound) buckets from `start` on; None is left out. They are not judged yet."""
        step = self.fleet.bucket
        window = Window(Slot(start), Slot(start + len(amounts) * step))
        buckets = [Bucket(start + n * step, one, 0) for n, one in enumerate(amounts) if one is not None]
        options = PullOptions(bucket=step, settle=0)
        answered = Slot(at if at is not None else window.end)
        fetched = Fetched(Want(site, window, is_live=True), Answered(buckets), answered, answered)
        self.now = max(self.now, answered)
        await write_fetched(self.history, [fetched], options)

    async def begin(self, start: int) -> None:
        """Every site has one known bucket of nothing that is judged: what comes from `start` on is news."""
        for one in self.fleet.sites:
            await self.write(one, start - self.fleet.bucket, [0])
        await self.assess()

    async def assess(self) -> list[Transition]:
        """Nothing is kept but the history: each time is a restart."""
        clock = lambda: to_instant(self.now)  # noqa: E731
        found = (await Assess(self.history, lambda: self.fleet, clock).run()).transitions
        self.moves += found
        return found

    async def texts(self) -> list[str]:
        """The messages that wait to be delivered, as plain text."""
        random = Random(1)  # noqa: S311 - jitter that is the same at every run
        clock = lambda: to_instant(self.now)  # noqa: E731
        await Deliver(self.history, self, lambda: self.fleet, clock, random, owner="test").run()
        seen, self.seen = self.seen, []
        return [plain_text(one) for one in seen]

    async def feed(self, site: Site, start: int, amounts: Amounts, *, at_once: int = 0) -> None:
        """Write and judge bucket by bucket, as in operation without delay; the first so many at once."""
        if at_once:
            await self.write(site, start, amounts[:at_once])
            await self.assess()
        for n, amount in list(enumerate(amounts))[at_once:]:
            await self.write(site, start + n * self.fleet.bucket, [amount])
            await self.assess()

    async def alerts(self) -> Sequence[Alert]:
        """Every alert, by id."""
        async with self.history.reading() as tx:
            found = [await tx.alerts.get(number) for number in range(1, 200)]
        return [alert for alert in found if alert is not None]

    async def ask(self, command: Command, scope: frozenset[str] = frozenset({"default"})) -> Any:
        """What `/usage` answers now."""
        options = PullOptions(bucket=self.fleet.bucket, settle=0)
        return await Questions(self.history, lambda: self.fleet, lambda: to_instant(self.now), options).ask(
            command, scope
        )

    async def agree(self) -> None:
        """Answers and open alerts say the same of every quota."""
        table = await self.ask(Quotas())
        states = {(state.site.id, to_slot(state.period_start)): state for state in table.quotas}
        by_key = {one.key: one.id for one in self.fleet.sites}
        for alert in await self.alerts():
            period = alert.key.period
            state = states.get((by_key[alert.key.site] if alert.key.site else "", period.start if period else Slot(0)))
            if alert.is_open and state is not None:
                assert (state.used, state.limit) == (alert.value, alert.limit)
                assert (state.known, state.expected) == (alert.known, alert.expected)

    def edit(self, *rules: Rule, sites: Sequence[Site] | None = None) -> None:
        configuration = replace(self.fleet.configuration, rules=rules)
        self.fleet = Fleet(tuple(sites or self.fleet.sites), configuration, self.fleet.bucket)

    def told(self) -> list[tuple[str, str]]:
        """(change, step) of everything that people were told anew."""
        return said(move for move in self.moves if move.reason.notifies)

    async def replay(self, window: Window) -> list[Transition]:
        """The transitions of a judgement of the whole window at once, where each bucket is learnt of at its end."""
        rules, step = self.fleet.configuration.rules, self.fleet.bucket
        ends = (window.start, window.end, window.start, None, None, window.start)
        due = [Due(one, *ends) for one in self.fleet.sites]
        watched = dict.fromkeys((rule.name for rule in rules), window.start)
        async with self.history.reading() as tx:
            batch = Batch(tx, due, await tx.buckets.block(keys_of(due), window, step), None, watched)
            batch.tx.alerts.overlapping = _none  # type: ignore[method-assign, assignment]
            await judge(batch, rules)
            row = {one.key: Progress(one.key, window.start, window.end, window.start) for one in self.fleet.sites}
            for pool in pools(self.fleet, members(self.fleet, row)):
                settled = replace(pool, due=due)
                batch.moves += (await judge_pool(tx, settled, None, watched, step)).moves
        return batch.moves


async def _none(*_: object) -> list[Alert]:
    return []


def said(moves: Iterable[Transition]) -> list[tuple[str, str]]:
    return [(move.change.value, str(move.step or "")) for move in moves]


@asynccontextmanager
async def judged(rules: Sequence[Rule], sites: Sequence[Site], start: int, bucket: int = 300) -> AsyncIterator[Judged]:
    receiver = Receiver("noc", (Endpoint(Medium.TERMINAL),))
    configuration = Configuration(
        "v", default_receivers=("noc",), receivers={"noc": receiver}, rules=tuple(rules), timezone=UTC_ZONE
    )
    history = SqlHistory("sqlite://")
    await history.open()
    try:
        async with history.writing() as tx:
            await tx.sites.workspaces(sorted({one.workspace for one in sites}))
            await tx.sites.save([ListedSite(one.workspace, one.id, one.name) for one in sites], Slot(start))
        bot = Judged(history, Fleet(tuple(sites), configuration, bucket), start)
        await bot.begin(start)
        yield bot
    finally:
        await history.close()


def flat(moves: Sequence[Transition]) -> list[tuple[object, ...]]:
    """What a transition says, without the numbers of rows."""
    return [(m.alert.key, m.change, m.reason, m.slot, m.known_at, m.step, m.value, m.was) for m in moves]
