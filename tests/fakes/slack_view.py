"""What people see of a Slack message, and which markup in it is alive."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_LIVE = re.compile(r"<[^>]*>")


def seen(message: Mapping[str, Any]) -> str:
    """The message as lines of text: its blocks, those of its attachments, or the bare text where it has none."""
    attachments = message.get("attachments") or []
    blocks = [
        *(message.get("blocks") or []),
        *(b for attachment in attachments for b in attachment.get("blocks") or []),
    ]
    lines = [line for block in blocks for line in _block(block)]
    return "\n".join(lines) if lines else _decoded(message.get("text") or "")


def live_markup(message: Mapping[str, Any]) -> list[str]:
    """Every mention, link or command that Slack would act on, wherever it acts on them."""
    return [found for text in markup_texts(message) for found in _LIVE.findall(text)]


def markup_texts(message: Mapping[str, Any]) -> list[str]:
    """Every string that Slack parses as mrkdwn: mrkdwn objects, and the top-level text."""
    return [message.get("text") or "", *_mrkdwn(message.get("blocks")), *_mrkdwn(message.get("attachments"))]


def _mrkdwn(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if value.get("type") == "mrkdwn":
            yield str(value.get("text"))
        for inner in value.values():
            yield from _mrkdwn(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _mrkdwn(inner)


def _block(block: Mapping[str, Any]) -> Iterator[str]:
    match block["type"]:
        case "header":
            yield _decoded(block["text"]["text"])
        case "section":
            texts = [*([block["text"]] if "text" in block else []), *(block.get("fields") or [])]
            yield from (_decoded(text["text"]).replace("\n", " ") for text in texts)
        case "context":
            yield " ".join(_decoded(element.get("text", "")) for element in block["elements"])
        case "actions":
            yield " ".join(map(_element, block["elements"]))
        case "image":
            yield f"(image: {block['alt_text']})"
        case "data_table":
            yield block["caption"]
            yield from (" | ".join(cell["text"] for cell in row) for row in block["rows"])
        case "rich_text":
            yield from (line for element in block["elements"] for line in _rich(element))
        case _:
            yield f"({block['type']})"


def _element(element: Mapping[str, Any]) -> str:
    """`"[Acknowledge]"`, `"[Silence for…: For 1 hour / For 4 hours]"`, `"[⋯ Why? / Show history]"`."""
    if "options" not in element:
        return f"[{element['text']['text']}]"
    label = f"{element['placeholder']['text']}:" if "placeholder" in element else "⋯"
    return f"[{label} {' / '.join(option['text']['text'] for option in element['options'])}]"


def _rich(element: Mapping[str, Any]) -> Iterator[str]:
    if element["type"] == "rich_text_list":
        for section in element["elements"]:
            yield "• " + "".join(_rich(section))
    else:
        yield "".join(leaf.get("text", f"({leaf['type']})") for leaf in element["elements"])


def _decoded(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def images(message: object) -> Iterator[str]:
    """The files that a message shows."""
    if isinstance(message, dict):
        if "slack_file" in message:
            yield str(message["slack_file"]["id"])
        message = list(message.values())
    for inner in message if isinstance(message, list) else ():
        yield from images(inner)
