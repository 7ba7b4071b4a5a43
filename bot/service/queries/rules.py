"""What is configured, and when it last told anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.alerts.model import Alert, State
from bot.domain.sites import Site
from bot.domain.times import Slot, to_instant
from bot.rules.model import Percentile, Quota, Rule, Severity
from bot.service.commands import OneRule
from bot.service.explain.model import NoSuchRule
from bot.service.fleet import LONGEST_NAME, SUGGESTIONS
from bot.service.ports import Transaction
from bot.service.queries.alerts import is_visible, visible_alerts
from bot.service.queries.inquiry import Inquiry, Known
from bot.service.queries.matched import rules_seen
from bot.service.queries.rule_replies import RuleReport, RuleTable, RuleView, ToldAt
from bot.service.queries.rule_words import says
from bot.service.where_told import where_told


async def rule_table(tx: Transaction, inquiry: Inquiry) -> RuleTable:
    known, configuration = await Known.read(tx, inquiry), inquiry.fleet.configuration
    lately = await _Lately.read(tx, known)
    return RuleTable(
        rules=tuple(lately.view(rule) for rule in rules_seen(inquiry.fleet, inquiry.scope)),
        routes=len(configuration.routes),
        defaults=configuration.default_receivers,
        version=configuration.version,
        freshness=known.freshness(),
    )


async def rule_report(tx: Transaction, inquiry: Inquiry, command: OneRule) -> RuleReport | NoSuchRule:
    rule = find_rule(inquiry, command.name)
    if isinstance(rule, NoSuchRule):
        return rule
    known = await Known.read(tx, inquiry)
    sites = [site for site in known.sites if rule.sites.matches(site)]
    alerts = await visible_alerts(tx, known)
    return RuleReport(
        rule=(await _Lately.read(tx, known)).view(rule),
        sites=tuple(sorted(known.labels[site.key] for site in sites)),
        told=_told(known, rule, sites),
        alerts=tuple(alert for alert in alerts if alert.view.rule == rule.name),
        freshness=known.freshness(sites),
    )


def find_rule(inquiry: Inquiry, name: str) -> Rule | NoSuchRule:
    """The rule of that name, in any case, among those that the asker may know of."""
    wanted, seen = name.strip().casefold(), rules_seen(inquiry.fleet, inquiry.scope)
    by_folded = {rule.name.casefold(): rule for rule in seen}
    if wanted in by_folded:
        return by_folded[wanted]
    near = get_close_matches(wanted[:LONGEST_NAME], by_folded, n=SUGGESTIONS, cutoff=0.5)
    return NoSuchRule(name, tuple(by_folded[one].name for one in near))


@dataclass(frozen=True, slots=True)
class _Lately:
    """What every rule did: when it last told, and its alerts that are open."""

    known: Known
    told: Mapping[tuple[str, str], Slot]
    open: Sequence[Alert]

    @classmethod
    async def read(cls, tx: Transaction, known: Known) -> _Lately:
        seen = [alert for alert in await tx.alerts.open() if is_visible(alert, known)]
        return cls(known, await tx.outbox.last_told(), seen)

    def view(self, rule: Rule) -> RuleView:
        inquiry = self.known.inquiry
        told = [at for (name, workspace), at in self.told.items() if name == rule.name and workspace in inquiry.scope]
        firing = [one for one in self.open if one.key.rule == rule.name and one.state is State.FIRING]
        sites = [site for site in self.known.sites if rule.sites.matches(site)]
        return RuleView(
            name=rule.name,
            kinds=tuple(rule.kinds),
            directions=rule.directions,
            severities=_severities(rule),
            says=says(rule, sites),
            hold=rule.hold,
            keep_firing=rule.keep_firing,
            sites=len(sites),
            firing=len(firing),
            notify=rule.notify,
            told_at=to_instant(max(told)) if told else None,
            version=rule.version,
            place=rule.place if inquiry.sees_everything else "",
        )


def _severities(rule: Rule) -> tuple[Severity, ...]:
    if isinstance(rule.judge, Quota | Percentile) and rule.judge.severities:
        return tuple(dict.fromkeys(rule.judge.severities))
    return (rule.severity,)


def _told(known: Known, rule: Rule, sites: Sequence[Site]) -> tuple[ToldAt, ...]:
    """Sites whose alerts go the same ways, together."""
    by_lines: dict[tuple[str, ...], list[str]] = {}
    for site in sites:
        lines = tuple(where_told(known.inquiry.fleet.configuration, rule, site))
        by_lines.setdefault(lines, []).append(known.labels[site.key])
    found = [ToldAt(lines, tuple(sorted(labels))) for lines, labels in by_lines.items()]
    return tuple(sorted(found, key=lambda one: -len(one.sites)))
