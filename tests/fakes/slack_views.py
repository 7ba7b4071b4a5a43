"""Slack's documented limits on views: modals and App Home."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakes.slack_elements import size, text_problems
from tests.fakes.slack_limits import block_problems, repeated_ids

BLOCKS = 100
TITLE = 24
METADATA = 3000
CALLBACK_ID = 255
_KEYS = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
_MODAL_KEYS = _KEYS | {"title", "submit", "close", "clear_on_close", "notify_on_close"}


def view_refusal(view: Mapping[str, Any]) -> str | None:
    """Why Slack refuses the view, in words; None of one that is fine."""
    return next(_problems(view), None)


def _problems(view: Mapping[str, Any]) -> Iterator[str]:
    kind, blocks = view.get("type"), view.get("blocks") or []
    if kind not in {"modal", "home"}:
        yield f"a view of type {kind!r}"
    if unknown := set(view) - (_MODAL_KEYS if kind == "modal" else _KEYS):
        yield f"unknown keys {sorted(unknown)}"
    if not 1 <= len(blocks) <= BLOCKS:
        yield f"{len(blocks)} blocks"
    if size(view.get("private_metadata") or "") > METADATA or size(view.get("callback_id") or "") > CALLBACK_ID:
        yield "private_metadata or callback_id too long"
    yield from repeated_ids(blocks)
    for block in blocks:
        yield from block_problems(block)
    if kind == "modal":
        yield from _modal(view, blocks)


def _modal(view: Mapping[str, Any], blocks: list[Mapping[str, Any]]) -> Iterator[str]:
    for name in ("title", "submit", "close"):
        if name in view or name == "title":
            yield from text_problems(view.get(name), TITLE, ("plain_text",))
    if any(block.get("type") == "input" for block in blocks) and "submit" not in view:
        yield "inputs without a submit button"
