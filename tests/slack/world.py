"""A small fleet of two customers with a history, for the tests of questions and of Slack."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.alerts.model import Alert, AlertKey, Kind, State
from bot.domain.periods import Per
from bot.domain.sites import Site
from bot.domain.times import Slot, Window, to_slot
from bot.domain.usage import Bucket, Direction
from bot.history.store import SqlHistory
from bot.rules.model import Configuration, Endpoint, Medium, Quota, Receiver, Rule, Severity, WorkspaceRule
from bot.rules.selectors import Selector
from bot.rules.sites import ListedSite
from bot.service.actions.act import Actions
from bot.service.actions.replies import Done, Undone
from bot.service.audit import Actor
from bot.service.commands import Command
from bot.service.explain.model import Explained
from bot.service.fleet import Fleet, Scope
from bot.service.orders import Order
from bot.service.ports import Group, Progress, Pull, Reading
from bot.service.queries.ask import Questions
from bot.service.queries.replies import Reply

JOHANNESBURG = ZoneInfo("Africa/Johannesburg")
NOW = datetime(2026, 11, 26, 12, 5, tzinfo=UTC)
END = to_slot(datetime(2026, 11, 26, 12, tzinfo=UTC))
"""End of the last bucket that is complete at NOW."""
STEP = 300
ANA = Actor("Ana", "slack", "U0ANA")
GB = 10**9
MB = 10**6
ALL: Scope = frozenset({"acme", "globex"})
ACME: Scope = frozenset({"acme"})

NAMES = (("acme", "cape-town"), ("acme", "cape-point"), ("acme", "durban"), ("globex", "george"), ("globex", "durban"))
"""Site keys count from 1 in this order."""


def at(text: str) -> Slot:
    """The slot of an ISO instant in UTC."""
    return to_slot(datetime.fromisoformat(text).replace(tzinfo=UTC))


def site(key: int, workspace: str, name: str, zone: ZoneInfo = JOHANNESBURG) -> Site:
    return Site(key, workspace, f"{key:08}-0000-4000-8000-000000000000", name, zone)


def sites(names: Sequence[tuple[str, str]] = NAMES) -> tuple[Site, ...]:
    return tuple(site(key, workspace, name) for key, (workspace, name) in enumerate(names, 1))


def monthly(name: str = "lte", limit: int = 500 * GB, direction: Direction = Direction.TOTAL, **keys: object) -> Rule:
    """A monthly quota with the usual steps."""
    steps = (Fraction(80), Fraction(100))
    quota = Quota(limit, Per.MONTH, None, steps, (Severity.WARNING, Severity.CRITICAL))
    return Rule(name, quota, directions=(direction,), **keys)  # type: ignore[arg-type]


def configuration(*rules: Rule, channels: Mapping[str, tuple[str, ...]] | None = None) -> Configuration:
    """Two workspaces, with the channels that are bound to them; #noc is the operators'."""
    bound = channels or {}
    return Configuration(
        version="0123456789ab",
        timezone=JOHANNESBURG,
        operators=("noc",),
        receivers={"noc": Receiver("noc", (Endpoint(Medium.SLACK, ("#noc",)),))},
        workspaces=tuple(WorkspaceRule(name, channels=bound.get(name, ())) for name in ("acme", "globex")),
        rules=rules,
    )


NOC = "C0NOC"
BOUND = configuration(monthly(), channels={"acme": ("C0ACME",), "globex": ("C0GLOBEX",)})
"""Each customer has a channel of their own."""


class World:
    """A fleet, its history in memory, and a clock moved by hand."""

    def __init__(self, history: SqlHistory, config: Configuration | None = None) -> None:
        self.history = history
        self.now = NOW
        self.fleet = Fleet(sites(), config or configuration(monthly()))
        self.actions = Actions(history, lambda: self.fleet, lambda: self.now, self._acted)
        self.acts = 0
        """How often something was done."""
        self.questions = Questions(history, lambda: self.fleet, lambda: self.now, version="1.2.3")

    def _acted(self) -> None:
        self.acts += 1

    async def reply(self, command: Command | Order, scope: Scope) -> Reply | Explained | Done | Undone:
        """To whatever was asked, or ordered by Ana."""
        if isinstance(command, Order):
            return await self.actions.act(command, scope, ANA)
        return await self.questions.ask(command, scope)

    def configure(self, config: Configuration) -> None:
        self.fleet = replace(self.fleet, configuration=config)

    async def list_sites(self) -> None:
        async with self.history.writing() as tx:
            await tx.sites.workspaces(["acme", "globex"])
            await tx.sites.save([ListedSite(one.workspace, one.id, one.name) for one in self.fleet.sites], END)

    async def fill(self, key: int, start: Slot, end: Slot = END, in_bytes: int = MB, out_bytes: int = 0) -> None:
        """Every bucket of `[start, end)` of a site holds the same, and its data end there."""
        buckets = [Bucket(slot, in_bytes, out_bytes) for slot in range(start, end, STEP)]
        async with self.history.writing() as tx:
            await tx.buckets.write([Reading(key, buckets)], END, {})
            await tx.progress.save([Progress(key, known_from=start, watermark=end)])

    async def alert(
        self, site: int | None, workspace: str = "acme", /, key: AlertKey | None = None, **changes: object
    ) -> Alert:
        """A firing quota alert of a site, or a notice of the bot's where there is none; or what `key` says."""
        kind = Kind.QUOTA if site is not None else Kind.SELF
        period = Window(at("2026-10-31T22:00"), at("2026-11-30T22:00")) if site is not None else None
        rule = "lte" if site is not None else "usagebot:token"
        own = AlertKey(workspace, rule, kind, site, Direction.TOTAL, period)
        alert = Alert(key or own, State.FIRING, END, Severity.WARNING)
        alert = replace(alert, value=400 * GB, limit=500 * GB, step=Fraction(80), **changes)  # type: ignore[arg-type]
        async with self.history.writing() as tx:
            return (await tx.alerts.save([alert]))[0]

    async def told(self, *alerts: Alert, channel: str = "C0NOC", ts: str = "1.0") -> Group:
        """A message about them, posted in a channel."""
        endpoint = Endpoint(Medium.SLACK, ("#noc",))
        ids = frozenset(alert.id for alert in alerts)
        ref = json.dumps({"channel": channel, "ts": ts, "picture": "F1"})
        name = f"{alerts[0].key.workspace}/{alerts[0].key.rule}"
        async with self.history.writing() as tx:
            return await tx.outbox.save_group(Group("noc", endpoint, name, END, ids, END, ref, posted_at=END))

    async def pulled(self, workspace: int, outcome: str, before: timedelta, why: str = "") -> None:
        asked = to_slot(self.now - before)
        async with self.history.writing() as tx:
            await tx.pulls.add([Pull(workspace, 1, Window(Slot(END - STEP), END), asked, asked, outcome, why=why)])


def only(rule: Rule, *names: str) -> Rule:
    """The rule for some sites."""
    return replace(rule, sites=Selector(names=names))


@asynccontextmanager
async def opened_world(config: Configuration | None = None) -> AsyncIterator[World]:
    """A world whose sites are listed and have no data yet."""
    history = SqlHistory("sqlite:///:memory:")
    await history.open()
    try:
        world = World(history, config)
        await world.list_sites()
        yield world
    finally:
        await history.close()
