"""Slack's documented limits on messages, as its API enforces them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Block = Mapping[str, Any]

BLOCKS = 50
TEXT = 40_000
ATTACHMENTS = 20


def refusal(message: Mapping[str, Any]) -> tuple[str, str] | None:
    """The error code and detail with which Slack refuses the message; None of one that is fine."""
    blocks, attachments = message.get("blocks") or [], message.get("attachments") or []
    if len(message.get("text") or "") > TEXT:
        return "msg_too_long", "text"
    if not (message.get("text") or blocks or attachments):
        return "no_text", ""
    if len(attachments) > ATTACHMENTS:
        return "too_many_attachments", str(len(attachments))
    inner = [block for attachment in attachments for block in attachment.get("blocks") or []]
    if len(blocks) + len(inner) > BLOCKS:
        return "invalid_blocks", f"{len(blocks) + len(inner)} blocks"
    problem = next((problem for block in [*blocks, *inner] for problem in _problems(block)), None)
    return ("invalid_blocks", problem) if problem else None


def _problems(block: Block) -> Iterator[str]:
    check = _CHECKS.get(block.get("type", ""))
    if check is None:
        yield f"unknown block type {block.get('type')!r}"
    else:
        yield from check(block)


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
        if len(element.get("value") or "") > 2000:
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
    length = len(text.get("text") or "")
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
