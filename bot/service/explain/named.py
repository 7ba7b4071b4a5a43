"""Which site, rules and time an explanation is asked of, within what the asker may know of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.domain.periods import WEEKDAYS
from bot.domain.sites import Site
from bot.domain.times import Slot, local_slot, to_instant, to_slot
from bot.rules.model import Rule
from bot.service.commands import Explain
from bot.service.explain.model import NoSuchRule, NoSuchTime
from bot.service.fleet import NotFound
from bot.service.orders import LocalTime
from bot.service.queries.inquiry import Inquiry
from bot.service.queries.matched import rules_seen
from bot.service.queries.rules import find_rule

MOST_WORDS = 8
"""So many words may be the name of a rule that stands after a site's."""


@dataclass(frozen=True, slots=True)
class Named:
    """`rules` are all that the asker may know of, or the one that was named."""

    site: Site
    rules: tuple[Rule, ...]
    at: Slot


def named(inquiry: Inquiry, command: Explain) -> Named | NotFound | NoSuchRule | NoSuchTime:
    site = inquiry.fleet.find(command.name, inquiry.scope)
    if isinstance(site, NotFound) and command.is_loose:
        command = _apart(inquiry, command)
        site = inquiry.fleet.find(command.name, inquiry.scope)
    if isinstance(site, NotFound):
        return site
    rule = find_rule(inquiry, command.rule) if command.rule is not None else None
    if isinstance(rule, NoSuchRule):
        return rule
    at = _at(command.at, site, inquiry)
    if isinstance(at, NoSuchTime):
        return at
    return Named(site, rules_seen(inquiry.fleet, inquiry.scope) if rule is None else (rule,), at)


def _apart(inquiry: Inquiry, command: Explain) -> Explain:
    """The name of a site and, after it, that of a rule: of a known one, or else after the longest whole name."""
    words = command.name.split()
    splits = [
        replace(command, name=" ".join(words[:place]), rule=" ".join(words[place:]), is_loose=False)
        for place in range(len(words) - 1, max(0, len(words) - 1 - MOST_WORDS), -1)
    ]
    by_rule = (one for one in splits if not isinstance(find_rule(inquiry, one.rule or ""), NoSuchRule))
    by_site = (one for one in splits if isinstance(inquiry.fleet.exactly(one.name, inquiry.scope), Site))
    return next(by_rule, None) or next(by_site, command)


def _at(said: datetime | LocalTime | None, site: Site, inquiry: Inquiry) -> Slot | NoSuchTime:
    """Of a clock without a day the last time that it showed that."""
    match said:
        case None:
            return inquiry.at
        case LocalTime():
            when = to_instant(_latest(said, site, inquiry.now))
        case _:
            when = said.replace(tzinfo=site.timezone) if said.tzinfo is None else said
    return NoSuchTime(when, inquiry.now) if when > inquiry.now else to_slot(when)


def _latest(said: LocalTime, site: Site, now: datetime) -> Slot:
    today = now.astimezone(site.timezone).date()
    first = _slot(_day(said.day, today), said, site)
    if to_instant(first) <= now or isinstance(said.day, date) or said.day in ("today", "yesterday"):
        return first
    return _slot(_day(said.day, today) - timedelta(days=7 if said.day else 1), said, site)


def _day(day: date | str | None, today: date) -> date:
    """Of a weekday the last that has begun."""
    if isinstance(day, date):
        return day
    if day in WEEKDAYS:
        return today - timedelta(days=(today.weekday() - WEEKDAYS.index(day)) % 7)
    return today - timedelta(days=int(day == "yesterday"))


def _slot(day: date, said: LocalTime, site: Site) -> Slot:
    return local_slot(datetime.combine(day, said.time), site.timezone)
