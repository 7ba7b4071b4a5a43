"""Noise in words."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from bot.domain.moments import day
from bot.domain.names import name as safe
from bot.service.answers.freshness import freshness_line
from bot.service.answers.model import Answer, Table
from bot.service.answers.phrases import count
from bot.service.noise.words import number
from bot.service.queries.noise_replies import NoiseReport, RuleNoise, SiteNoise

SHOWN = 20
"""Sites of one rule that are shown, the loudest."""
RULE_COLUMNS = ("Rule", "Says", "A site had", "Kept to it", "Told", "Held back")
SITE_COLUMNS = ("Site", "Told", "Held back", "Highest score", "Besides")


def noise_answer(reply: NoiseReport, zone: ZoneInfo) -> Answer:
    fresh = freshness_line(reply.freshness, zone)
    if not reply.rules:
        return Answer("No rule looks for spikes, so there is no noise to count", freshness=fresh)
    if reply.to_come:
        begins = f"It begins on {day(reply.start, zone, reply.freshness.asked_at)}."
        return Answer(f"{reply.month} has not begun", notes=(begins,), freshness=fresh)
    rows = tuple(_rule_row(rule) for rule in reply.rules)
    return Answer(
        title=f"Noise of spike rules in {reply.month}{' so far' if reply.is_running else ''}",
        tables=(Table("Rules", RULE_COLUMNS, rows), *_loudest(reply)),
        notes=tuple(_notes(reply)),
        freshness=fresh,
    )


def _rule_row(rule: RuleNoise) -> tuple[str, ...]:
    if not rule.judged:
        return safe(rule.rule), rule.written, "not judged", "", "", ""
    return (
        safe(rule.rule),
        _says(rule),
        f"{number(rule.average)} on average" if rule.average is not None else "",
        f"{rule.kept:,} of {count(rule.judged, 'site')}",
        f"{rule.told:,}" + (f", and {rule.fleet:,} about the whole fleet" if rule.fleet else ""),
        _held(rule),
    )


def _says(rule: RuleNoise) -> str:
    most = number(rule.at_most)
    return f"at most {most} a site" if rule.is_promise else f"{rule.written}, about {most} a site"


def _held(one: RuleNoise | SiteNoise) -> str:
    withdrawn = f"{one.withdrawn:,} withdrawn" if one.withdrawn else ""
    return ", ".join(filter(None, (f"{one.held:,}" if one.held or not withdrawn else "", withdrawn)))


def _loudest(reply: NoiseReport) -> Iterator[Table]:
    """A table for each rule that told anything, the loudest sites first."""
    for rule in reply.rules:
        shown = rule.sites[:SHOWN]
        if shown:
            rest = len(rule.sites) - len(shown)
            more = [(f"+{rest:,} more", "", "", "", "")] if rest else []
            yield Table(safe(rule.rule), SITE_COLUMNS, (*(_site_row(rule, one) for one in shown), *more))


def _site_row(rule: RuleNoise, one: SiteNoise) -> tuple[str, ...]:
    above = ("more than promised" if rule.is_promise else "more than usual") if one.is_above else ""
    return safe(one.site), f"{one.told:,}", _held(one), number(one.score) if one.score is not None else "", above


def _notes(reply: NoiseReport) -> Iterator[str]:
    for rule in reply.rules:
        yield from (f"{safe(rule.rule)}: {remark[0].lower()}{remark[1:]}" for remark in rule.remarks)
    if not all(rule.is_promise for rule in reply.rules):
        yield "A sensitivity promises nothing: what is about usual was measured, and `noise` is a promise."
    yield "Counted is what people were told; a score of 1 is what a rule of medium sensitivity tells."
