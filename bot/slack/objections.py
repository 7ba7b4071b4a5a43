"""What is wrong with what was written into a window, at the field that it is about."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.service.actions.replies import NoSuchName, Refusal, Refused, Undone, Unmatched
from bot.service.answers import render
from bot.service.commands import Mistake, Wrong
from bot.service.fleet import NotFound
from bot.slack.silence_form import Field

Errors = dict[str, str]
"""Texts by block id, as Slack wants them."""

LONGEST = 300
_UTC = ZoneInfo("UTC")
_FIELDS = {
    Unmatched.RULE: Field.RULE,
    Unmatched.SITE: Field.SITE,
    Unmatched.TAG: Field.SITE,
    Unmatched.WORKSPACE: Field.WORKSPACE,
}
_REFUSED = {Refused.TIME_PASSED: Field.WORDS, Refused.TOO_LONG: Field.WORDS}


def of_a_mistake(mistake: Mistake) -> Errors:
    """Of how long."""
    field = Field.TERM if mistake.why is Wrong.NEEDS_A_TERM else Field.WORDS
    if mistake.why is Wrong.NEEDS_A_TERM:
        return {field: "For how long? Choose, or write it below."}
    return {field: _cut(render(mistake, _UTC, "").title)}


def of_nothing_meant() -> Errors:
    return {Field.SITE: "What is to be quiet? Write a site, or a rule, or choose a kind or a severity."}


def of_an_objection(objection: Undone) -> Errors:
    answer = render(objection, _UTC, "/usage")
    text = _cut(" ".join([answer.title, *answer.notes]))
    match objection:
        case NoSuchName():
            return {_FIELDS[objection.what]: text}
        case Refusal():
            return {_REFUSED.get(objection.why, Field.SITE): text}
        case NotFound():
            return {Field.SITE: text}
        case _:
            return {Field.TERM: text}


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
