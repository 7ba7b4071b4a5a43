"""What is said to words that cannot be answered: what is wrong, and what would have been understood."""

from __future__ import annotations

from bot.domain.names import name as safe
from bot.service.answers.model import Answer, Table
from bot.service.answers.phrases import listed
from bot.service.commands import Mistake, Wrong
from bot.service.fleet import NotFound
from bot.service.queries.replies import NoScope

ASKABLE = (
    ("help", "the fleet at a glance, and this list"),
    ("site NAME [24h|7d|30d|period]", "usage in and out, quotas, open alerts"),
    ("top [N] [24h|7d|30d] [in|out]", "the largest sites, and how they changed"),
    ("quota [NAME]", "every quota, by who runs out first"),
    ("alerts", "open alerts"),
    ("status", "the bot's own health"),
)


def askable(prefix: str) -> Table:
    """What can be asked."""
    rows = tuple((f"{prefix} {words}", meaning) for words, meaning in ASKABLE)
    return Table("What you can ask", ("Words", "Answer"), rows)


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
    is_near = reply.why is Wrong.UNKNOWN_COMMAND and reply.suggestions
    meant = f" Did you mean {prefix} {listed(reply.suggestions)}?" if is_near else ""
    return Answer(_wrong(reply) + meant, tables=(askable(prefix),))


def _wrong(reply: Mistake) -> str:
    word = safe(reply.word)
    return {
        Wrong.UNKNOWN_COMMAND: f"There is no command {word}.",
        Wrong.NOT_YET: f"{word} is not in this version.",
        Wrong.NEEDS_A_SITE: "Which site? Write its name after the command.",
        Wrong.UNKNOWN_WORD: f"{word} is not understood here.",
        Wrong.BAD_COUNT: f"{word} is no number of sites between 1 and 100.",
        Wrong.BAD_SPAN: f"{word} is no window that can be shown here; write it like 24h, 7d or 30d.",
        Wrong.OPEN_QUOTE: "A quotation mark is missing.",
        Wrong.TOO_LONG: "That is too long to be a question.",
    }[reply.why]
