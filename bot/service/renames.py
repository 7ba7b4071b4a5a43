"""A rule that only got another name keeps its alerts: what was told is not told again under the new one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from bot.alerts.model import Kind
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


def watch_of(rule: Rule, name: str = "") -> str:
    """The signature by which the history knows a rule: changes with what it judges, and where. Or as if it had the
    other name."""
    return f"{name or rule.name} {rule.version} {rule.sites!r} {rule.directions!r}"


def renamed_since(gone: Collection[str], watches: Collection[str], after: Configuration) -> Mapping[str, str]:
    """As `renamed`, of rules that only the history knows: those with the names `gone`, by all of its `watches`."""
    new = [rule for rule in after.rules if watch_of(rule) not in watches]
    meant = {name: [rule.name for rule in new if watch_of(rule, name) in watches] for name in gone}
    often = Counter(name for names in meant.values() for name in names)
    return {old: names[0] for old, names in meant.items() if len(names) == 1 and often[names[0]] == 1}


async def rename_alerts(tx: Transaction, before: Configuration | None, after: Configuration) -> None:
    """Give the open alerts of rules that were renamed their new names; it tells nobody. `before` is None where nothing
    was judged since the start: rules may have got other names while the bot was down."""
    if before is not None:
        await _rename(tx, renamed(before, after))
        return
    known = {rule.name for rule in after.rules}
    gone = {one.key.rule for one in await tx.alerts.open() if one.key.kind is not Kind.SELF} - known
    if gone:
        await _rename(tx, renamed_since(gone, set(await tx.alerts.watches()), after))


async def _rename(tx: Transaction, names: Mapping[str, str]) -> None:
    if names:
        alerts = [alert for alert in await tx.alerts.open() if alert.key.rule in names]
        await tx.alerts.save([replace(a, key=replace(a.key, rule=names[a.key.rule])) for a in alerts])
