"""A message as plain text: what mails begin with, what tests of rules look into, and what a screen reader reads."""

from __future__ import annotations

from collections.abc import Sequence

from bot.notify.answer_text import plain_answer
from bot.notify.facts import Fact, Row
from bot.notify.wording import Message, compose
from bot.service.views import Notification

NAMED_SITES = 30
ONE_LINE = 3000


def plain_text(notification: Notification) -> str:
    """The whole message; it always names the rule and every site."""
    return plain(compose(notification))


def plain(message: Message) -> str:
    """The whole message as lines."""
    if message.answer is not None:
        return f"{plain_answer(message.answer)}\n\n{message.footer}"
    blocks = [
        f"{message.headline}\n{message.status}",
        message.detail,
        "\n".join(message.told),
        _facts(message.facts),
        "\n".join(_row(row) for row in message.rows),
        message.next if message.rows else "",
        message.footer,
    ]
    return "\n\n".join(filter(None, blocks))


def one_line(message: Message) -> str:
    """The gist on one line, with the sites' names as far as they fit: push notices show this, and lists of messages."""
    if message.answer is not None:
        return f"{message.headline} · {message.footer}"
    parts = [message.headline.removesuffix("."), message.status, message.next.rstrip(".")]
    missing = [site for site in message.sites if site not in message.headline]
    if missing:
        parts.append(", ".join(listed(missing, NAMED_SITES)))
    parts.append(f"Rule {message.rule}")
    line = " · ".join(filter(None, parts))
    return line if len(line) <= ONE_LINE else line[: ONE_LINE - 1] + "…"


def listed(lines: Sequence[str], limit: int) -> list[str]:
    """At most `limit` of the lines; what is left out is counted in one more: `"+270 more"`."""
    rest = len(lines) - limit
    return [*lines[:limit], *([f"+{rest} more"] if rest > 0 else [])]


def _facts(facts: Sequence[Fact]) -> str:
    width = max((len(fact.label) for fact in facts), default=0)
    return "\n".join(f"{fact.label:<{width}}  {fact.value}" for fact in facts)


def _row(row: Row) -> str:
    return f"- {row.site}: {row_words(row)}"


def row_words(row: Row) -> str:
    """What a row says behind its name: `"warning · 80.4 %, 402 GB of 500 GB (A17)"`."""
    words = " · ".join(filter(None, (row.state, row.numbers)))
    return f"{words} ({row.alert})" if row.alert else words
