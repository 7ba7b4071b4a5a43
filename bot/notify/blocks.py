"""A message as Slack's blocks, within Slack's limits.

Text that others chose goes into plain_text and rich_text only, where no markup has power: nothing escapes `*`,
`_` or `~` in mrkdwn. Text objects want `& < >` escaped even so; the elements of rich_text want them raw.
The top-level text is what push notices and screen readers get.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.notify.action_blocks import actions
from bot.notify.facts import Fact, Row
from bot.notify.plain import listed, one_line, row_words
from bot.notify.wording import Message
from bot.service.answers.model import Answer

Block = dict[str, Any]

HEADER = 150
FIELDS = 10
TEXT = 3000
ALT = 1000
SHOWN_SITES = 30
SHOWN_NEWS = 20
ROOM = 12_700
ROWS_ROOM = 7500
NEWS_ROOM = 3000
"""Characters of JSON: of all blocks, which together are refused from some 13,000 on, though that is not documented; of
rows; and of news."""
_AROUND = 300
"""What is around the rows, and the line that says how many more there are."""
EVENT_TYPE = "usagebot_notification"


@dataclass(frozen=True, slots=True)
class Image:
    """A file that Slack has, and what it shows in words."""

    file: str
    alt: str


def root(message: Message, remark: str = "", picture: Image | None = None) -> dict[str, Any]:
    """What the group's message shows: arguments of both `chat.postMessage` and `chat.update`, always all of them,
    because an update takes away what it does not name. `remark` is said below the headline, `picture` shown below the
    facts."""
    if message.brief is not None:
        return _answer_root(message.brief, remark, picture)
    headline = _headline(message.headline)
    before = [
        _context(message.status),
        *([_plain(remark)] if remark else []),
        *([_plain(message.detail)] if message.detail else []),
        *_lines(message.notes),
        *_fields(message.facts),
    ]
    after = [
        *([_plain(message.next)] if message.rows and message.next else []),
        *([image_block(picture)] if picture else []),
        *actions(message.offers),
        _context(message.footer),
    ]
    rows = _rows(message.rows, ROOM - _length([headline, *before, *after]))
    return {
        "text": _fitting(one_line(message)),
        "blocks": [headline],
        "attachments": [{"color": message.tone.colour, "blocks": [*before, *rows, *after]}],
    }


def _answer_root(answer: Answer, remark: str, picture: Image | None) -> dict[str, Any]:
    """A digest is an answer that nobody asked for."""
    from bot.notify.answer_blocks import message as drawn  # noqa: PLC0415 - it draws its parts as this module does

    said = replace(answer, notes=(remark, *answer.notes)) if remark else answer
    return {**drawn(said, image=image_block(picture) if picture else None), "attachments": []}


def reply(message: Message) -> dict[str, Any]:
    """What a reply in the message's thread says: the news alone."""
    lines = message.news or (message.headline,)
    return {"text": _fitting("\n".join(listed(lines, 3))), "blocks": _lines(lines)}


def bare(content: dict[str, Any]) -> dict[str, Any]:
    """The same in the simplest of blocks, for a workspace that refuses the others: better plain than not told."""
    section = {"type": "section", "text": {"type": "plain_text", "text": content["text"], "emoji": False}}
    return {**content, "blocks": [section], "attachments": []}


def metadata(notification: int, group: int) -> dict[str, Any]:
    """By which a message of ours is found again."""
    return {"event_type": EVENT_TYPE, "event_payload": {"notification": notification, "group": group}}


def escape(text: str) -> str:
    """The three characters that Slack decodes again, and nothing else."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def size(text: str) -> int:
    """Characters, as whoever counts the most of them does: one beyond the first 65,536 counts twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _headline(text: str) -> Block:
    if size(escape(text)) <= HEADER:
        return {"type": "header", "text": _plain_text(text)}
    return {"type": "rich_text", "elements": [_section([_text(text, bold=True)])]}


def _plain(text: str) -> Block:
    return {"type": "section", "text": _plain_text(text)}


def image_block(picture: Image) -> Block:
    """Its words are plain text, whatever they hold."""
    return {"type": "image", "slack_file": {"id": picture.file}, "alt_text": picture.alt[:ALT] or "chart"}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_plain_text(text)]}


def _plain_text(text: str) -> Block:
    """Emoji are off: `:fire:` in a name stays what it is."""
    return {"type": "plain_text", "text": _fitting(text), "emoji": False}


def _fitting(text: str) -> str:
    """Escaped, and cut so that it is within the limit even so."""
    escaped = escape(text)
    while size(escaped) > TEXT:
        text = text[: len(text) * TEXT // size(escaped) - 1] + "…"
        escaped = escape(text)
    return escaped


def _fields(facts: Sequence[Fact]) -> list[Block]:
    """Two columns. Facts hold no text that others chose, so their labels may be bold."""
    fields = [{"type": "mrkdwn", "text": escape(f"*{fact.label}*\n{fact.value}"), "verbatim": True} for fact in facts]
    return [{"type": "section", "fields": fields[start : start + FIELDS]} for start in range(0, len(fields), FIELDS)]


def _rows(rows: Sequence[Row], room: int) -> list[Block]:
    """One bullet a site; of very many the worst, within so many characters, and how many there are besides."""
    if not rows:
        return []
    shown = [_section([_text(row.site, bold=True), _text(f"  {row_words(row)}")]) for row in rows[:SHOWN_SITES]]
    shown = shown[: _fitting_count(shown, min(room - _AROUND, ROWS_ROOM))]
    elements: list[Block] = [{"type": "rich_text_list", "style": "bullet", "elements": shown}]
    if len(rows) > len(shown):
        more = f"+{len(rows) - len(shown)} more: /usage alerts lists them all"
        elements.append(_section([_text(more, bold=True)]))
    return [{"type": "rich_text", "elements": elements}]


def _lines(lines: Sequence[str]) -> list[Block]:
    if not lines:
        return []
    shown = _fitting_count([_section([_text(line)]) for line in lines[:SHOWN_NEWS]], NEWS_ROOM)
    sections = [_section([_text(line)]) for line in listed(lines, shown)]
    if len(sections) == 1:
        return [{"type": "rich_text", "elements": sections}]
    return [{"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": sections}]}]


def _fitting_count(sections: Sequence[Block], room: int) -> int:
    """How many of them, from the first, are within the room as JSON; one in any case."""
    left = room
    for count, section in enumerate(sections):
        left -= _length(section)
        if left < 0:
            return max(count, 1)
    return len(sections)


def _length(block: object) -> int:
    return size(json.dumps(block, ensure_ascii=False))


def _section(elements: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": elements}


def _text(text: str, *, bold: bool = False) -> Block:
    return {"type": "text", "text": text, **({"style": {"bold": True}} if bold else {})}
