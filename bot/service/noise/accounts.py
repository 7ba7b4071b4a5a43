"""The accounts of a month, from what the history keeps of its alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.alerts.model import Alert, Kind
from bot.alerts.noise import Account, account_of
from bot.domain.sites import Site
from bot.domain.times import Slot, Window
from bot.rules.model import Configuration, Rule, Spike
from bot.service.fleet import Fleet, Scope
from bot.service.ports import Progress, Transaction
from bot.service.renames import watch_of

VERSION = 12
"""Characters of a rule's version."""


def spike_rules(configuration: Configuration) -> list[Rule]:
    return [rule for rule in configuration.rules if isinstance(rule.judge, Spike)]


async def accounts_of(
    tx: Transaction, fleet: Fleet, rules: Sequence[Rule], scope: Scope, month: Window
) -> list[Account]:
    """One for each of these spike rules, of the sites and alerts of these workspaces. A rule that was not known before
    the month was over, and told nothing, has an account without sites."""
    if not rules:
        return []
    alerts = await tx.alerts.noticed(Kind.SPIKE, month)
    own = [alert for alert in alerts if alert.key.workspace in scope and _is_known(fleet, alert)]
    sites = _judged(fleet.visible(scope), await tx.progress.all(), month)
    watches = await tx.alerts.watches()
    return [_account(rule, sites, own, watches, month) for rule in rules]


def _is_known(fleet: Fleet, alert: Alert) -> bool:
    """Not of a site that is listed no more."""
    return alert.key.site is None or fleet.by_key(alert.key.site) is not None


def _judged(sites: Sequence[Site], progress: Mapping[int, Progress], month: Window) -> list[Site]:
    """The sites of which anything in the month was judged."""
    return [site for site in sites if (row := progress.get(site.key)) and _is_within(row, month)]


def _is_within(row: Progress, month: Window) -> bool:
    if row.judged_from is None or row.judged_until is None:
        return False
    return row.judged_from < month.end and row.judged_until > month.start


def _account(
    rule: Rule, judged: Sequence[Site], alerts: Sequence[Alert], watches: Mapping[str, Slot], month: Window
) -> Account:
    assert isinstance(rule.judge, Spike)  # noqa: S101 - the caller chose
    since, edited_at = _known_since(rule, watches), watches.get(watch_of(rule))
    is_late = since is None or since >= month.end
    sites = [] if is_late else [site.key for site in judged if rule.sites.matches(site)]
    own = [alert for alert in alerts if alert.key.rule == rule.name]
    account = account_of(rule.name, rule.judge, rule.directions, month, sites, own)
    is_edited = edited_at is not None and since is not None and edited_at > max(since, month.start)
    return replace(account, since=since, edited_at=edited_at if is_edited else None)


def _known_since(rule: Rule, watches: Mapping[str, Slot]) -> Slot | None:
    """When a rule of that name was judged first, however it was written then."""
    mark = f"{rule.name} "
    own = [since for watch, since in watches.items() if watch.startswith(mark) and _is_version(watch[len(mark) :])]
    return min(own, default=None)


def _is_version(rest: str) -> bool:
    """Whether a version follows, and not more of a longer name."""
    version, _, _ = rest.partition(" ")
    return len(version) == VERSION and set(version) <= set("0123456789abcdef")
