"""Slack's documented limits on messages, as its API enforces them.

The SDK's own validators are asked first. They do not know: how many blocks a message may have, how long fields,
context elements and the blocks together may be, that a text must not be empty, where mrkdwn is not taken, what
rich_text may hold, and that keys may be unknown. These are checked here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block as SdkBlock

from tests.fakes.slack_schema import problem_of_message

Block = Mapping[str, Any]

BLOCKS = 50
TEXT = 40_000
UPDATED_TEXT = 4000
ATTACHMENTS = 20
TOGETHER = 13_000
"""Of all blocks as JSON. No figure is documented; posts were refused from 13,172 characters on."""
_KEYS = {
    "header": {"text"},
    "section": {"text", "fields", "accessory", "expand"},
    "context": {"elements"},
    "actions": {"elements"},
    "rich_text": {"elements"},
    "image": {"alt_text", "image_url", "slack_file", "title"},
    "divider": set(),
}


def size(text: str) -> int:
    """In UTF-16 units: of the ways to count characters the one that counts most."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def refusal(
    message: Mapping[str, Any], *, text_limit: int = TEXT, together: int | None = None
) -> tuple[str, str] | None:
    """The error code and detail with which Slack refuses the message; None of one that is fine. `together` limits
    the blocks as a whole, which answers at a `response_url` are free of."""
    return next(_refusals(message, text_limit, together), None)


def _refusals(message: Mapping[str, Any], text_limit: int, together: int | None) -> Iterator[tuple[str, str]]:
    blocks, attachments = message.get("blocks") or [], message.get("attachments") or []
    if size(message.get("text") or "") > text_limit:
        yield "msg_too_long", "text"
    if not (message.get("text") or blocks or attachments):
        yield "no_text", ""
    if len(attachments) > ATTACHMENTS:
        yield "too_many_attachments", str(len(attachments))
    every = [*blocks, *(block for attachment in attachments for block in attachment.get("blocks") or [])]
    if len(every) > BLOCKS:
        yield "invalid_blocks", f"{len(every)} blocks"
    yield from (("invalid_blocks", problem) for block in every for problem in _problems(block))
    length = size(json.dumps(every, ensure_ascii=False, separators=(",", ":")))
    if together is not None and length > together:
        yield "msg_blocks_too_long", f"{length} characters"
    yield from _attached(attachments)
    if problem := problem_of_message(message):
        yield "invalid_blocks", f"against Slack's types: {problem}"


def _attached(attachments: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for one in attachments:
        colour = one.get("color", "good")
        if colour not in {"good", "warning", "danger"} and not _is_colour(colour):
            yield "invalid_attachments", f"the colour {colour!r}"


def _is_colour(text: str) -> bool:
    return text.startswith("#") and len(text) in {4, 7} and all(one in "0123456789abcdefABCDEF" for one in text[1:])


def _problems(block: Block) -> Iterator[str]:
    yield from _problems_of_the_sdk(block)
    if unknown := set(block) - _KEYS.get(block.get("type", ""), set(block)) - {"type", "block_id"}:
        yield f"unknown keys {sorted(unknown)}"
    check = _CHECKS.get(block.get("type", ""))
    if check is None:
        yield f"unknown block type {block.get('type')!r}"
    else:
        yield from check(block)


def _problems_of_the_sdk(block: Block) -> Iterator[str]:
    try:
        parsed = SdkBlock.parse(dict(block))
        if parsed is None:
            yield f"a block that the SDK cannot read: {block.get('type')!r}"
        else:
            parsed.validate_json()
    except (SlackObjectFormationError, TypeError) as problem:
        yield str(problem)


def _header(block: Block) -> Iterator[str]:
    yield from _text(block.get("text"), 150, {"plain_text"})


def _section(block: Block) -> Iterator[str]:
    fields = block.get("fields") or []
    if "text" in block:
        yield from _text(block["text"], 3000)
    elif not fields:
        yield "a section needs text or fields"
    if len(fields) > 10:
        yield f"{len(fields)} fields"
    for field in fields:
        yield from _text(field, 2000)


def _context(block: Block) -> Iterator[str]:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 10:
        yield f"{len(elements)} context elements"
    for element in elements:
        if element.get("type") != "image":
            yield from _text(element, 3000)


def _actions(block: Block) -> Iterator[str]:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 25:
        yield f"{len(elements)} actions"
    for element in elements:
        if element.get("type") == "button":
            yield from _text(element.get("text"), 75, {"plain_text"})
        if size(element.get("value") or "") > 2000:
            yield "a value of more than 2000 characters"
        if len(element.get("options") or []) > 100:
            yield "more than 100 options"


def _rich_text(block: Block) -> Iterator[str]:
    known = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
    if not block.get("elements"):
        yield "an empty rich_text"
    for element in block.get("elements") or []:
        if element.get("type") not in known:
            yield f"{element.get('type')!r} in rich_text"
        nested = element["elements"] if element.get("type") == "rich_text_list" else [element]
        for section in nested:
            for leaf in section.get("elements") or []:
                if leaf.get("type") == "text" and not leaf.get("text"):
                    yield "an empty text in rich_text"


def _image(block: Block) -> Iterator[str]:
    if not block.get("alt_text"):
        yield "an image without alt_text"


def _anything(block: Block) -> Iterator[str]:
    yield from ()


def _text(
    text: Any, limit: int, kinds: frozenset[str] | set[str] = frozenset({"plain_text", "mrkdwn"})
) -> Iterator[str]:
    if not isinstance(text, Mapping) or text.get("type") not in kinds:
        yield f"not a text object here: {text!r}"
        return
    length = size(text.get("text") or "")
    if not 1 <= length <= limit:
        yield f"a text of {length} characters (1 to {limit})"


_CHECKS: dict[str, Callable[[Block], Iterator[str]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "rich_text": _rich_text,
    "image": _image,
    "divider": _anything,
    "input": _anything,
}
