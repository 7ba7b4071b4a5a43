"""Facts that a scenario states: alerts recorded as if usage had made them, by the path that judging takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from bot.alerts.model import Alert, AlertKey, Change, Kind, Reason, State, Transition
from bot.domain.sites import Site
from bot.domain.times import HOUR, Slot
from bot.rules.contracts import contract, holders
from bot.rules.kinds import Quota
from bot.rules.model import Rule, Severity
from bot.service.announce import record
from bot.service.fleet import Fleet
from bot.service.ports import Transaction
from tests.acceptance.life.stage import Life

GB = 10**9


class Facts:
    """What may come true at the stage's present moment. A rule is named, or "" is the first one."""

    def __init__(self, life: Life) -> None:
        self._life = life

    @property
    def _fleet(self) -> Fleet:
        return self._life.fleet

    def rule(self, name: str) -> Rule:
        found = self._fleet.configuration.rule(name) if name else self._fleet.configuration.rules[0]
        assert found is not None, f"there is no rule {name}"
        return found

    def site(self, name: str) -> Site:
        found = [site for site in self._fleet.sites if site.name == name]
        assert found, f"there is no site {name}"
        return found[0]

    async def reach(self, sites: Sequence[str], step: int, rule: str, severity: Severity | None) -> None:
        """A step of a quota: the alert begins to fire, or gets worse."""
        moves = []
        async with self._life.history.writing() as tx:
            for name in sites:
                alert = await self._firing(tx, name, rule, Kind.QUOTA)
                change = Change.WORSENED if alert else Change.FIRED
                alert = alert or self._new(name, rule, Kind.QUOTA)
                worse = severity or max(alert.severity, self.rule(rule).severity, key=lambda one: one.rank)
                steps = {**alert.steps, Fraction(step): self._life.now}
                value = alert.limit * step // 100
                now = replace(alert, step=Fraction(step), steps=steps, severity=worse, value=value)
                moves.append(self._move(now, change, Reason.STEP_REACHED))
            await self._record(tx, moves)

    async def fire(self, sites: Sequence[str], rule: str, severity: Severity | None, kind: str = "") -> None:
        """An alert of whatever kind the rule is; `kind` names one of several."""
        found = Kind(kind or self.rule(rule).kind)
        alerts = [self._new(name, rule, found) for name in sites]
        alerts = [replace(one, severity=severity or one.severity) for one in alerts]
        moves = [self._move(one, Change.FIRED, Reason.LIMIT_PASSED) for one in alerts]
        async with self._life.history.writing() as tx:
            await self._record(tx, moves)

    async def end(self, sites: Sequence[str], rule: str, reason: Reason, kind: str = "") -> None:
        """Back to normal, or the end of the billing period."""
        moves = []
        async with self._life.history.writing() as tx:
            for name in sites:
                alert = await self._existing(tx, name, rule, Kind(kind or self.rule(rule).kind))
                over = replace(alert, state=State.RESOLVED, reason=reason, resolved_at=self._life.now)
                moves.append(self._move(over, Change.RESOLVED, reason))
            await self._record(tx, moves)

    async def correct(self, site: str, step: int | None, rule: str) -> None:
        """Revised data: the quota's alert falls back to `step`, or was never right."""
        async with self._life.history.writing() as tx:
            alert = await self._existing(tx, site, rule, Kind.QUOTA)
            now = replace(alert, reason=Reason.DATA_REVISED, value=alert.limit * (step or 0) // 100)
            if step is None:
                now = replace(now, state=State.RESOLVED, resolved_at=self._life.now)
            else:
                now = replace(
                    now, step=Fraction(step), steps={one: at for one, at in alert.steps.items() if one <= step}
                )
            move = self._move(now, Change.CORRECTED, Reason.DATA_REVISED)
            await self._record(tx, [replace(move, step=alert.step, was=alert.value)])

    async def firing(self, tx: Transaction, sites: Sequence[str], rule: str) -> list[Alert]:
        """Everything that fires at the sites, of one rule where it is named."""
        keys = {self.site(name).key for name in sites}
        return [
            alert
            for alert in await tx.alerts.open()
            if alert.key.site in keys and alert.state is State.FIRING and rule in {"", alert.key.rule}
        ]

    async def _existing(self, tx: Transaction, site: str, rule: str, kind: Kind) -> Alert:
        alert = await self._firing(tx, site, rule, kind)
        assert alert is not None, f"nothing fires at {site}"
        return alert

    async def _firing(self, tx: Transaction, site: str, rule: str, kind: Kind) -> Alert | None:
        of_rule = await self.firing(tx, [site], self.rule(rule).name)
        return next((alert for alert in of_rule if alert.key.kind is kind), None)

    def _new(self, name: str, rule: str, kind: Kind) -> Alert:
        found, site, now = self.rule(rule), self.site(name), self._life.now
        period, limit = None, HOUR
        if isinstance(found.judge, Quota):
            limit = found.judge.limit or GB
            period = (
                contract(
                    found.judge, holders(found.judge, [site], self._fleet.configuration.timezone)[0]
                ).calendar.period(Slot(now - 1))
                if kind is not Kind.PACE
                else None
            )
        key = AlertKey(site.workspace, found.name, kind, site.key, found.directions[0], period)
        version = found.version_of(kind)
        return Alert(key, State.FIRING, now, found.severity, limit, limit, fired_at=now, rule_version=version)

    def _move(self, alert: Alert, change: Change, reason: Reason) -> Transition:
        slot = Slot(self._life.now - self._fleet.bucket)
        return Transition(alert, change, reason, slot, self._life.now, alert.step, alert.value)

    async def _record(self, tx: Transaction, moves: Sequence[Transition]) -> None:
        await record(tx, self._fleet, [move.alert for move in moves], moves, self._life.now)
