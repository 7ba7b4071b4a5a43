"""Alerts that happen when a test says so, and what people are told of them, on a hand-driven clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bot.alerts.endings import Ending
from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.alerts.silences import Silence
from bot.domain.sites import Site
from bot.domain.times import HOUR, Slot, Window, to_instant, to_slot
from bot.history.store import SqlHistory
from bot.history.tables import OUTBOX
from bot.rules.check import parse
from bot.rules.model import Severity
from bot.rules.telling import EVERYTHING, Match
from bot.service.announce import record
from bot.service.attend import acknowledge, firing_of, silence, unsilence
from bot.service.audit import Actor
from bot.service.deliver import Deliver
from bot.service.fleet import Fleet
from bot.service.ports import Delivered, Outcome
from bot.service.reminders import next_reminder
from bot.service.timers import Timers, next_due
from bot.service.views import Notification

HEAD = """
version: 1
defaults: {receivers: [noc]}
operators: [noc]
receivers: {noc: {terminal: true}, oncall: {terminal: true}, boss: {terminal: true}}
mute_timings: {nights: {times: ["22:00-06:00"]}}
rules:
  - {name: lte, quota: 1 GB, at: [50%, 80%, 100%]}
  - {name: mpls, quota: 1 GB}
"""
SITES = tuple(
    Site(key, "default", f"{key:08}-0000-4000-8000-000000000000", f"site-{key}", ZoneInfo("UTC")) for key in (1, 2, 3)
)
MINUTE = 60
ANA = Actor("Ana", "slack")
DAY_START = datetime(2026, 6, 3, tzinfo=UTC)


def clock(text: str) -> Slot:
    """`"14:30"` of 3 June 2026 (a Wednesday), `"1d 06:00"` of the next day."""
    day, _, time = text.rpartition(" ")
    hour, minute = map(int, time.split(":"))
    return Slot(to_slot(DAY_START) + int(day.rstrip("d") or 0) * 24 * HOUR + hour * HOUR + minute * MINUTE)


def words(slot: Slot) -> str:
    """The other way round."""
    days, rest = divmod(slot - to_slot(DAY_START), 24 * HOUR)
    return (f"{days}d " if days else "") + f"{rest // HOUR:02}:{rest % HOUR // MINUTE:02}"


@dataclass
class Stage:
    """`said` is every message that people noticed: when it was delivered, to whom, and what it told, like `fired 1`
    (of site 1). `edited` is the same of messages that were only edited. While it `is_down`, nothing is delivered."""

    history: SqlHistory
    now: Slot = field(default_factory=lambda: clock("10:00"))
    seen: list[Notification] = field(default_factory=list)
    lines: list[tuple[Slot, int, bool, str]] = field(default_factory=list)
    is_down: bool = False

    def __post_init__(self) -> None:
        self.configure("")

    @property
    def said(self) -> list[str]:
        """In the order of making: what is due together goes out together."""
        return [line for _, _, loud, line in sorted(self.lines) if loud]

    @property
    def edited(self) -> list[str]:
        return [line for _, _, loud, line in sorted(self.lines) if not loud]

    def configure(self, more: str, head: str = HEAD) -> None:
        parsed = parse([("fleet.yaml", (head + more).encode())])
        assert parsed.configuration is not None, "\n".join(map(str, parsed.problems))
        self.fleet = Fleet(SITES, parsed.configuration)
        random = Random(1)  # noqa: S311 - jitter that is the same at every run
        self._deliver = Deliver(self.history, self, lambda: self.fleet, self._instant, random, owner="test")
        self._timers = Timers(self.history, lambda: self.fleet, self._instant)

    def _instant(self) -> datetime:
        return to_instant(self.now)

    async def deliver(self, notification: Notification) -> Outcome:
        """The stage is the notifier of everybody."""
        told = ", ".join(f"{n.change.value} {n.alert.site.removeprefix('site-')}" for n in notification.news)
        line = f"{words(self.now)} {notification.receiver}: {told}"
        self.seen.append(notification)
        self.lines.append((self.now, notification.id, notification.loud, line))
        return Delivered(f"ref-{notification.group}")

    async def go(self, until: str, tick: int | None = None) -> None:
        """Let time pass, from one thing that is due to the next, or looking only every `tick` seconds."""
        end = clock(until)
        while True:
            await self._look()
            if self.now >= end:
                return
            then = min(end, Slot(self.now + tick) if tick else await self._next_due(end))
            assert then > self.now, f"what was due by {words(self.now)} still is"
            self.now = then

    async def _look(self) -> None:
        self._timers.wake()
        await self._timers.run()
        if not self.is_down:
            await self._deliver.run()

    async def _next_due(self, end: Slot) -> Slot:
        async with self.history.writing() as tx:
            waiting = select(func.min(OUTBOX.c.due_at)).where(OUTBOX.c.standing == "waiting")
            own = (await next_due(tx, self.fleet, self.now), await next_reminder(tx, self.now))
            dues = (*own, await tx.connection.scalar(waiting))
        return Slot(max(self.now, min([end, *(due for due in dues if due is not None)])))

    # --- what happens ------------------------------------------------------------------------------------

    async def fire(
        self,
        *sites: int,
        rule: str = "lte",
        step: int = 50,
        severity: Severity = Severity.WARNING,
        period: Window | None = None,
    ) -> None:
        keys = [AlertKey("default", rule, Kind.QUOTA, site, period=period) for site in sites]
        alerts = [
            Alert(
                key,
                State.FIRING,
                self.now,
                severity,
                step=Fraction(step),
                steps={Fraction(step): self.now},
                fired_at=self.now,
            )
            for key in keys
        ]
        await self._happen(alerts, Change.FIRED, Reason.STEP_REACHED)

    async def worsen(self, site: int, step: int = 80, severity: Severity = Severity.WARNING) -> None:
        alert = await self.alert(site)
        worse = replace(alert, step=Fraction(step), severity=severity, steps={**alert.steps, Fraction(step): self.now})
        await self._happen([worse], Change.WORSENED, Reason.STEP_REACHED)

    async def resolve(self, *sites: int, reason: Reason = Reason.BACK_TO_NORMAL) -> None:
        ended = [
            replace(await self.alert(site), state=State.RESOLVED, reason=reason, resolved_at=self.now) for site in sites
        ]
        await self._happen(ended, Change.RESOLVED, reason)

    async def correct(self, site: int, step: int | None = None, withdrawn: int = 50) -> None:
        """The alert falls back to `step`, or is withdrawn whole; `withdrawn` is the highest step that goes."""
        alert = await self.alert(site)
        state, step_ = (State.RESOLVED, alert.step) if step is None else (State.FIRING, Fraction(step))
        now = replace(alert, state=state, step=step_, reason=Reason.DATA_REVISED)
        await self._happen([now], Change.CORRECTED, Reason.DATA_REVISED, Fraction(withdrawn))

    async def _happen(
        self, alerts: Sequence[Alert], change: Change, reason: Reason, step: Fraction | None = None
    ) -> None:
        slot = Slot(self.now - self.fleet.bucket)
        moves = [Transition(a, change, reason, slot, self.now, step or a.step, a.value) for a in alerts]
        async with self.history.writing() as tx:
            await record(tx, self.fleet, alerts, moves, self.now)
        await self._look()

    async def silence(self, start: str, end: str, match: Match = EVERYTHING, ending: Ending | None = None) -> Silence:
        async with self.history.writing() as tx:
            wanted = Silence(match, clock(start), clock(end), reason="maintenance", ending=ending)
            return await silence(tx, self.fleet, wanted, ANA, self.now)

    async def unsilence(self, ended: Silence) -> None:
        async with self.history.writing() as tx:
            await unsilence(tx, self.fleet, ended, ANA, self.now)

    async def acknowledge(self, site: int, by: str = "Ana", until: str | None = None) -> None:
        async with self.history.writing() as tx:
            end = clock(until) if until else None
            await acknowledge(tx, await firing_of(tx, "lte", site), Actor(by, "slack"), self.now, end)
        await self._deliver.run()

    async def alert(self, site: int) -> Alert:
        """The latest of the site, as it is stored."""
        async with self.history.reading() as tx:
            found = [one for number in range(1, 20) if (one := await tx.alerts.get(number)) and one.key.site == site]
        return found[-1]

    async def transitions(self, site: int) -> list[str]:
        alert = await self.alert(site)
        async with self.history.reading() as tx:
            moves = await tx.alerts.transitions(alert.id)
        return [f"{words(move.known_at)} {move.change.value}" for move in moves]
