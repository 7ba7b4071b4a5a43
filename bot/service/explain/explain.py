"""Explain: why a site's rules told, or why they did not, as it was known at one time."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.names import name as safe
from bot.domain.times import Slot, to_instant
from bot.rules.model import Rule
from bot.service.commands import Explain
from bot.service.explain.facts import Facts
from bot.service.explain.mismatch import mismatch
from bot.service.explain.model import Because, Case, Explanation, NoSuchRule, NoSuchTime
from bot.service.explain.named import Named, named
from bot.service.explain.telling import Telling
from bot.service.explain.words import Words
from bot.service.fleet import NotFound
from bot.service.ports import Transaction
from bot.service.queries.inquiry import Inquiry, Known

BUCKETS = 12
_ORDER = (
    Because.TOLD,
    Because.QUIET,
    Because.WAITING,
    Because.REJECTED,
    Because.NOBODY,
    Because.PENDING,
    Because.NO_DATA,
    Because.GAPS,
    Because.NOT_NEWS,
    Because.WITHDRAWN,
    Because.OVER,
    Because.NEW_NORMAL,
    Because.RULE_CHANGED,
    Because.BELOW,
)
"""Which of several rules' cases says most."""


async def explain(
    tx: Transaction, inquiry: Inquiry, command: Explain
) -> Explanation | NotFound | NoSuchRule | NoSuchTime:
    """The reply of a site's name, a rule's and a time; a naive time is the site's own."""
    asked = named(inquiry, command)
    if not isinstance(asked, Named):
        return asked
    known = await Known.read(tx, inquiry)
    facts = await Facts.read(tx, inquiry, asked.site, asked.at)
    watches = await tx.alerts.watches()
    words = Words(asked.site.timezone, inquiry.now)
    cases = [case for rule in asked.rules for case in await _cases(facts, rule, watches, words)]
    cases.sort(key=_weight)
    return Explanation(
        site=known.ref(asked.site),
        at=to_instant(facts.at),
        sentence=_sentence(cases, facts),
        data_until=to_instant(facts.until) if facts.until is not None else None,
        cases=tuple(cases),
        buckets=await facts.buckets(BUCKETS),
        freshness=known.freshness([asked.site]),
    )


def _weight(case: Case) -> int:
    return _ORDER.index(case.because) if case.because in _ORDER else len(_ORDER)


def _sentence(cases: list[Case], facts: Facts) -> str:
    if not cases:
        return "No rule is configured, so nothing can be told"
    first = cases[0]
    if first.because is Because.NO_DATA and facts.until is None:
        return first.sentence
    if first.because is Because.NOT_ABOUT and len(cases) > 1:
        return "It told nobody: no rule is about this site"
    return first.sentence if len(cases) == 1 else f"{safe(first.rule)}: {first.sentence[0].lower()}{first.sentence[1:]}"


async def _cases(facts: Facts, rule: Rule, watches: Mapping[str, Slot], words: Words) -> list[Case]:
    """One for each kind of alert and direction of the rule; a single one where it is not about the site."""
    reason = mismatch(rule.sites, facts.site, names_others=facts.inquiry.sees_everything)
    if reason:
        about = f"It told nobody: the rule is not about this site; {safe(reason, 300)}"
        return [Case(rule.name, rule.kind, rule.directions[0], Because.NOT_ABOUT, about, rule.version, mismatch=reason)]
    return [
        await Telling(facts, rule, kind, direction, watches, words).case()
        for kind in rule.kinds
        for direction in rule.directions
    ]
