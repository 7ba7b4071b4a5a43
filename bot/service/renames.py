"""A rule that only got another name keeps its alerts: what was told is not told again under the new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.rules.model import Configuration, Rule
from bot.service.ports import Transaction


def renamed(before: Configuration, after: Configuration) -> Mapping[str, str]:
    """Old name → new name of rules that are alike in everything else, where no other could be meant."""
    gone = [rule for rule in before.rules if after.rule(rule.name) is None]
    new = [rule for rule in after.rules if before.rule(rule.name) is None]
    return {
        rule.name: one[0].name for rule in gone if len(one := _alike(rule, new)) == 1 and len(_alike(rule, gone)) == 1
    }


def _alike(rule: Rule, others: Iterable[Rule]) -> list[Rule]:
    nameless = replace(rule, name="")
    return [other for other in others if replace(other, name="") == nameless]


async def rename_alerts(tx: Transaction, before: Configuration, after: Configuration) -> None:
    """Give the open alerts of rules that were renamed their new names; it tells nobody."""
    names = renamed(before, after)
    if names:
        alerts = [alert for alert in await tx.alerts.open() if alert.key.rule in names]
        await tx.alerts.save([replace(a, key=replace(a.key, rule=names[a.key.rule])) for a in alerts])
