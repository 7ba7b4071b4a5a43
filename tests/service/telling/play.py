"""Several alerts of one site, told in words: what happens to each, all of one pass at once, and who hears what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.domain.times import Slot, Window
from bot.rules.model import Severity
from bot.service.announce import Recorded, announce, record
from bot.service.ports import HeldBack
from bot.service.timers import next_due
from tests.history.in_memory import Remembered as Memory
from tests.service.telling.stage import Stage, clock, words

HEAD = """
version: 1
defaults: {receivers: [noc]}
receivers: {noc: {terminal: true}, oncall: {terminal: true}, boss: {terminal: true}}
mute_timings: {nights: {times: ["22:00-06:00"]}}
rules:
  - {name: lte, quota: 1 GB, at: [50%, 80%, 100%], forecast: {reaches: 100%}, pace: [{faster_than: 3x, over: [1d, 2h]}]}
  - {name: other, quota: 1 GB, at: [50%, 80%, 100%]}
  - {name: gone, no_data: {after: 30m}}
  - {name: busy, threshold: {over: 1 GB, within: 1h}}
  - {name: busier, threshold: {over: 2 GB, within: 1h}}
"""
JUNE = Window(clock("00:00"), Slot(clock("00:00") + 27 * 86400))
KINDS = {
    "quota": ("lte", Kind.QUOTA),
    "twin": ("other", Kind.QUOTA),
    "forecast": ("lte", Kind.FORECAST),
    "pace": ("lte", Kind.PACE),
    "gone": ("gone", Kind.NO_DATA),
    "busy": ("busy", Kind.THRESHOLD),
    "busier": ("busier", Kind.THRESHOLD),
}
CHANGES = {"fires": Change.FIRED, "worsens": Change.WORSENED, "ends": Change.RESOLVED, "falls": Change.CORRECTED}


class Remembered(Stage):
    """A stage on the memory of a replay, which is as true as the store, and quicker."""

    async def _next_due(self, end: Slot) -> Slot:
        async with self.history.writing() as tx:
            memory: Any = tx.outbox
            dues = (await next_due(tx, self.fleet, self.now), memory.next_due())
        return Slot(max(self.now, min([end, *(due for due in dues if due is not None)])))


def remembered() -> Remembered:
    history: Any = Memory()
    return Remembered(history)


@dataclass
class Play:
    """Everything is at site 1. An act is like `quota fires 80 critical`: which alert, what happens, how grave it is."""

    stage: Stage = field(default_factory=remembered)
    lives: dict[str, Alert] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stage.now = clock("08:00")
        self.stage.configure("", HEAD)

    def configure(self, more: str) -> None:
        self.stage.configure(more, HEAD)

    async def at(self, time: str, *acts: str) -> None:
        """Let time pass until then, and all of this happen in one pass."""
        await self.stage.go(time)
        moves = [self._move(*act.split()) for act in acts]
        async with self.stage.history.writing() as tx:
            stored = await record(tx, self.stage.fleet, [move.alert for move in moves], moves, self.stage.now)
        for act, move in zip(acts, stored, strict=True):
            self.lives[act.split()[0]] = move.alert
        await self.stage.go(time)

    def _move(self, name: str, verb: str, *more: str) -> Transition:
        now, change = self.stage.now, CHANGES[verb]
        severity = next((Severity(word) for word in more if not word.isdigit()), None)
        step = next((Fraction(word) for word in more if word.isdigit()), None)
        old = self.lives.get(name)
        alert = _begun(name, now, old) if old is None or verb == "fires" else old
        alert = replace(alert, severity=severity or alert.severity, step=step or alert.step)
        if verb == "ends":
            alert = replace(alert, state=State.RESOLVED, resolved_at=now, reason=Reason.BACK_TO_NORMAL)
        reason = {"ends": Reason.BACK_TO_NORMAL, "falls": Reason.DATA_REVISED}.get(verb, Reason.LIMIT_PASSED)
        return Transition(alert, change, reason, Slot(now - 300), now, step)

    async def anew(self) -> None:
        """The rules were edited: everything is looked at again."""
        async with self.stage.history.writing() as tx:
            await announce(tx, self.stage.fleet, Recorded(), self.stage.now, anew=True)

    async def rows(self) -> Sequence[HeldBack]:
        async with self.stage.history.reading() as tx:
            return await tx.held.all()

    @property
    def said(self) -> list[str]:
        """Every message that people noticed."""
        return self._lines(loud=True)

    def marks(self, name: str) -> list[str]:
        """What the messages that show an alert said of what holds it back, each time that this changed."""
        number, found = self.lives[name].id, [""]
        for shown in self.stage.seen:
            for view in shown.alerts:
                if view.id == f"A{number}" and view.held_by != found[-1]:
                    found.append(view.held_by)
        return found[1:]

    def _lines(self, *, loud: bool) -> list[str]:
        lines = []
        for (at, number, _, _), shown in zip(self.stage.lines, self.stage.seen, strict=True):
            told = ", ".join(f"{news.change.value} {_name(news.alert.rule, news.alert.kind)}" for news in shown.news)
            if shown.loud is loud:
                lines.append((at, number, f"{words(at)} {shown.receiver}: {told}"))
        return [line for _, _, line in sorted(lines)]


def _begun(name: str, now: Slot, old: Alert | None) -> Alert:
    """Of a billing period the same alert once more."""
    rule, kind = KINDS[name]
    period = JUNE if kind in {Kind.QUOTA, Kind.FORECAST} else None
    step = {Kind.QUOTA: Fraction(50), Kind.FORECAST: Fraction(100)}.get(kind)
    key = AlertKey("default", rule, kind, 1, period=period)
    return Alert(
        key,
        State.FIRING,
        now,
        Severity.WARNING,
        limit=1000,
        step=step,
        fired_at=now,
        id=old.id if old and period else 0,
    )


def _name(rule: str, kind: Kind) -> str:
    return next(name for name, one in KINDS.items() if one == (rule, kind))
