"""Slack's documented limits on messages, as its API enforces them.

The SDK's own validators are asked first. They do not know: how many blocks a message may have, how long fields,
context elements and the blocks together may be, that a text must not be empty, where mrkdwn is not taken, what
rich_text may hold, native tables, what buttons and menus may say, and that keys may be unknown. These are checked here
and in `slack_elements` and `slack_tables`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block as SdkBlock

from tests.fakes.slack_elements import actions_problems, element_problems, input_problems, size, text_problems
from tests.fakes.slack_schema import problem_of_message
from tests.fakes.slack_tables import CELLS, cells_of, data_table_problems

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
    "input": {"label", "hint", "optional", "element", "dispatch_action"},
    "data_table": {"rows", "caption", "page_size", "row_header_column_index"},
}
_UNKNOWN_TO_THE_SDK = {"data_table"}
ALT_TEXT = 2000
BLOCK_ID = 255


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
    yield from (("invalid_blocks", problem) for problem in repeated_ids(every))
    yield from (("invalid_blocks", problem) for block in every for problem in block_problems(block))
    if sum(cells_of(block) for block in every if block.get("type") == "data_table") > CELLS:
        yield "invalid_blocks", "too much in the cells of tables"
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


def repeated_ids(blocks: Iterable[Block]) -> Iterator[str]:
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(set(ids)) < len(ids):
        yield f"the same block_id twice: {ids}"


def block_problems(block: Block) -> Iterator[str]:
    """What is wrong with one block, wherever it stands."""
    if block.get("type") not in _UNKNOWN_TO_THE_SDK:
        yield from _problems_of_the_sdk(block)
    if not 1 <= size(block.get("block_id", "x")) <= BLOCK_ID:
        yield f"a block_id of {size(block['block_id'])} characters"
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
    yield from text_problems(block.get("text"), 150, {"plain_text"})


def _section(block: Block) -> Iterator[str]:
    fields = block.get("fields") or []
    if "text" in block:
        yield from text_problems(block["text"], 3000)
    elif not fields:
        yield "a section needs text or fields"
    if len(fields) > 10:
        yield f"{len(fields)} fields"
    for field in fields:
        yield from text_problems(field, 2000)
    accessory = block.get("accessory")
    if accessory is not None and accessory.get("type") != "image":
        yield from element_problems(accessory)


def _context(block: Block) -> Iterator[str]:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 10:
        yield f"{len(elements)} context elements"
    for element in elements:
        if element.get("type") != "image":
            yield from text_problems(element, 3000)


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
    if not 1 <= size(block.get("alt_text") or "") <= ALT_TEXT:
        yield f"an alt_text of {size(block.get('alt_text') or '')} characters"
    if "title" in block:
        yield from text_problems(block["title"], 2000, {"plain_text"})
    if ("image_url" in block) == ("slack_file" in block):
        yield "an image needs either image_url or slack_file"
    if "slack_file" in block and set(block["slack_file"]) not in ({"id"}, {"url"}):
        yield "a slack_file needs either id or url"


def _anything(block: Block) -> Iterator[str]:
    yield from ()


_CHECKS: dict[str, Callable[[Block], Iterator[str]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": actions_problems,
    "rich_text": _rich_text,
    "image": _image,
    "divider": _anything,
    "input": input_problems,
    "data_table": data_table_problems,
}
