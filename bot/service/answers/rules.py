"""Rules in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.moments import moment
from bot.domain.names import name as safe
from bot.domain.units import format_duration
from bot.service.answers.freshness import freshness_line
from bot.service.answers.model import Answer, Table
from bot.service.answers.phrases import count, direction_words, listed
from bot.service.answers.tables import alert_tables
from bot.service.queries.rule_replies import RuleReport, RuleTable, RuleView, ToldAt

COLUMNS = ("Rule", "What", "Sites", "Severity", "Tells", "Last told")
NAMED = 12
"""Sites of one rule that are named."""


def rules_answer(reply: RuleTable, zone: ZoneInfo, prefix: str) -> Answer:
    now = reply.freshness.asked_at
    rows = tuple(
        (
            safe(rule.name),
            "; ".join((_limit(rule), *_besides(rule))),
            f"{rule.sites:,}",
            _severity(rule),
            _tells(rule, reply),
            _lately(rule, zone, now),
        )
        for rule in reply.rules
    )
    return Answer(
        title=count(len(rows), "rule") if rows else "No rule is about any site here",
        facts=(("Version", reply.version or "none"), *((("Routes", f"{reply.routes:,}"),) if reply.routes else ())),
        tables=(Table("Rules", COLUMNS, rows),) if rows else (),
        notes=(f"All of one: {prefix} rule NAME.",) if rows else (),
        freshness=freshness_line(reply.freshness, zone),
    )


def rule_answer(reply: RuleReport, zone: ZoneInfo) -> Answer:
    rule, now = reply.rule, reply.freshness.asked_at
    facts = [
        *rule.says[1:],
        ("Kinds", listed([kind.replace("_", " ") for kind in rule.kinds], "and")),
        ("Severity", _severity(rule)),
        *((("For", format_duration(rule.hold)),) if rule.hold else ()),
        *((("Keep firing for", format_duration(rule.keep_firing)),) if rule.keep_firing else ()),
        ("Sites", _named(reply.sites)),
        ("Last told", _lately(rule, zone, now)),
        ("Version", rule.version),
        *((("Written in", safe(rule.place, 200)),) if rule.place else ()),
    ]
    return Answer(
        title=f"{safe(rule.name)}: {_limit(rule)}",
        facts=tuple(facts),
        tables=(*_ways(reply), *alert_tables("Open alerts", reply.alerts, now)),
        notes=() if reply.alerts else ("No open alerts of this rule.",),
        freshness=freshness_line(reply.freshness, zone),
    )


def _limit(rule: RuleView) -> str:
    side = listed([words for one in rule.directions if (words := direction_words(one))], "and")
    return f"{rule.says[0][1]}{', ' + side if side else ''}"


def _besides(rule: RuleView) -> Iterator[str]:
    """Kinds of alert that it makes besides its own."""
    if len(rule.kinds) > 1:
        yield f"also {listed(rule.kinds[1:], 'and')}"


def _severity(rule: RuleView) -> str:
    return listed([one.value for one in rule.severities], "or")


def _tells(rule: RuleView, reply: RuleTable) -> str:
    if rule.notify is not None:
        return listed([safe(one) for one in rule.notify], "and") or "nobody"
    return "by routes" if reply.routes else listed([safe(one) for one in reply.defaults], "and") or "nobody"


def _lately(rule: RuleView, zone: ZoneInfo, now: datetime) -> str:
    told = moment(rule.told_at, zone, now) if rule.told_at is not None else "never"
    return f"{told}, {rule.firing:,} firing now" if rule.firing else told


def _ways(reply: RuleReport) -> Iterator[Table]:
    """Who is told; the sites only where they are not all told alike."""
    for one in reply.told:
        rows = tuple(_way(line) for line in one.lines)
        yield Table(f"Who is told{_where(one) if len(reply.told) > 1 else ''}", ("Alerts", "Told"), rows)


def _where(one: ToldAt) -> str:
    return f" at {_named(one.sites)}"


def _way(line: str) -> tuple[str, str]:
    what, _, told = line.partition(": ")
    return what, told


def _named(labels: tuple[str, ...]) -> str:
    """`"3: a, b and c"`, of many the first."""
    if not labels:
        return "none here"
    more = len(labels) - NAMED
    shown = [safe(label) for label in labels[:NAMED]]
    return f"{len(labels):,}: " + (f"{', '.join(shown)} and {more:,} more" if more > 0 else listed(shown, "and"))
