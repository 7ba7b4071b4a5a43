"""What is said to an order that was understood and not carried out."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.names import name as safe
from bot.service.actions.replies import NoSuchAlert, NoSuchName, NoSuchSilence, Refusal, Refused
from bot.service.answers.model import Answer
from bot.service.answers.phrases import listed
from bot.service.answers.tables import alert_tables


def undone_answer(reply: NoSuchAlert | NoSuchSilence | NoSuchName | Refusal) -> Answer:
    match reply:
        case NoSuchAlert():
            return _no_such_alert(reply)
        case NoSuchSilence():
            return _nothing_like(f"silence {reply.id}", reply.open, "No silence is in force.")
        case NoSuchName():
            return _nothing_like(f"{reply.what.value} {safe(reply.name)}", reply.suggestions)
        case Refusal():
            return Answer(_REFUSED[reply.why].format(reply.about, reply.said))


def _nothing_like(what: str, suggestions: Sequence[str], otherwise: str = "") -> Answer:
    meant = f"Did you mean {listed([safe(one) for one in suggestions])}?" if suggestions else otherwise
    return Answer(f"There is no {what} here.", notes=(meant,) if meant else ())


def _no_such_alert(reply: NoSuchAlert) -> Answer:
    site = f'A site of that name is written "{reply.id}", in quotes.'
    return Answer(
        f"There is no alert {reply.id} here.",
        tables=alert_tables("Open alerts", reply.open, reply.now),
        notes=(site,) if reply.is_site_too else (),
    )


_REFUSED = {
    Refused.NO_SITE: "No site here is all of that, so nothing would be quiet.",
    Refused.SITE_GONE: "The site of {0} is not listed any more: acknowledge it instead, or silence its rule.",
    Refused.OUT_OF_SCOPE: "That reaches more than is seen here; ask an operator to set it.",
    Refused.TIME_PASSED: "That time is past.",
    Refused.TOO_LONG: "That is longer than a year.",
    Refused.IS_OVER: "{0} is over: set a new silence.",
    Refused.IMPOSSIBLE: "Not set: {1}.",
    Refused.ALERT_OVER: "{0} is over by now, so there is nothing to silence.",
    Refused.NOTHING_FIRES: "Nothing that this message is about fires any more.",
}
