"""What is said to words that cannot be answered: what is wrong, and what would have been understood."""

from __future__ import annotations

from bot.domain.names import name as safe
from bot.service.answers.model import Answer
from bot.service.answers.phrases import listed
from bot.service.answers.understood import askable, doable, order_tables, question_tables
from bot.service.commands import Mistake, Wrong
from bot.service.fleet import NotFound
from bot.service.queries.replies import NoScope


def not_found_answer(reply: NotFound) -> Answer:
    name, suggestions = safe(reply.name), tuple(safe(text) for text in reply.suggestions)
    if reply.is_ambiguous:
        more = f" and {reply.others} more" if reply.others else ""
        return Answer(f"Which site is meant by {name}?", notes=(f"It may be {listed(suggestions)}{more}.",))
    if not suggestions:
        return Answer(f"There is no site {name} here, nor one with a name like that.")
    return Answer(f"There is no site {name} here.", notes=(f"Did you mean {listed(suggestions)}?",))


def no_scope_answer(reply: NoScope) -> Answer:
    place = f", with its id {reply.place}" if reply.place else ""
    remedy = f"An operator can list this channel{place}, under channels: of a workspace in the rules."
    return Answer("Usage is not shown in this channel.", notes=(remedy,))


def mistake_answer(reply: Mistake, prefix: str) -> Answer:
    """What is wrong, and what is understood instead: of a command that there is, its own words alone."""
    is_near = reply.why is Wrong.UNKNOWN_COMMAND and reply.suggestions
    meant = f" Did you mean {prefix} {listed(reply.suggestions)}?" if is_near else ""
    if reply.question:
        notes = (f"All that can be asked: {prefix} help.",)
        return Answer(_wrong(reply) + meant, tables=question_tables(reply.question, prefix), notes=notes)
    tables = order_tables(reply.order, prefix) if reply.order else (*askable(prefix), doable(prefix))
    return Answer(_wrong(reply) + meant, tables=tables)


def _wrong(reply: Mistake) -> str:
    return _WRONG[reply.why].format(safe(reply.word), listed(reply.suggestions))


_WRONG = {
    Wrong.UNKNOWN_COMMAND: "There is no command {0}.",
    Wrong.NEEDS_A_SITE: "Which site? Write its name after the command.",
    Wrong.UNKNOWN_WORD: "{0} is not understood here.",
    Wrong.BAD_COUNT: "{0} is no number of sites between 1 and 100.",
    Wrong.BAD_SPAN: "{0} is no window that can be shown here; write it like 24h, 7d or 30d.",
    Wrong.OPEN_QUOTE: "A quotation mark is missing.",
    Wrong.TOO_LONG: "That is too long to be understood.",
    Wrong.NEEDS_AN_ALERT: "Which alert? Write its id, like A17; the word `alerts` lists them.",
    Wrong.TOO_MANY: "Those are more alerts than can be taken at once; write at most 50.",
    Wrong.NEEDS_A_MATCH: "What is to be quiet? Write an alert's id, a site's name, or words like rule=lte-* first.",
    Wrong.ALERT_AND_MORE: "{0} says all by itself: write it without the other words.",
    Wrong.TWO_SITES: "{0} and site= name two sites: write both as site=a,b.",
    Wrong.UNKNOWN_KEY: "{0}= is not understood; write {1}.",
    Wrong.EMPTY_KEY: "Nothing stands after {0}=.",
    Wrong.UNKNOWN_VALUE: "{0} is not understood; write {1}.",
    Wrong.NEEDS_A_TERM: "For how long? Write it after what is to be quiet.",
    Wrong.TWO_TERMS: "{0} says a second time until when; a reason that begins like that goes into quotes.",
    Wrong.BAD_TERM: "{0} is no time that is understood here, between a minute and a year.",
    Wrong.BAD_PERCENT: "until-forecast needs a percentage of the quota, like 95%.",
    Wrong.NO_ENDING: "{0} cannot be said here: write how long, or until when.",
    Wrong.BAD_MONTH: "{0} is no month that is understood here; write it like 2026-10, october or last.",
    Wrong.NEEDS_SITES: "Which sites? Name two to ten; a name of several words goes into quotes, or between commas.",
    Wrong.NEEDS_A_CHANGE: "What if what? Write +20GB, -20GB or quota 600GB after the site's name.",
    Wrong.BAD_AMOUNT: "{0} is no amount of data; write it like 20GB or 1.5TB.",
    Wrong.NEEDS_ONE_ALERT: "Which alert? Write its id, like A17; the word `alerts` lists the open ones.",
    Wrong.NEEDS_A_RULE: "Which rule? Write its name; the word `rules` lists them.",
    Wrong.BAD_TIME: "{0} is no time that is understood here; write it like 14:00, yesterday 14:00, mon 14:00 or "
    "2026-11-24 14:00.",
    Wrong.BAD_PAGE: "{0} is no page; write page 1, page 2 and so on.",
    Wrong.NEEDS_A_SILENCE: "Which silence? Write its id, like S4; the word `silences` lists them.",
}
