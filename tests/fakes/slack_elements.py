"""Slack's documented limits on what can be pressed or filled in: buttons, menus, inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Block = Mapping[str, Any]

ELEMENTS = 25
OPTIONS = 100
OVERFLOW = 5
LABEL = 75
VALUE = 2000
OPTION_VALUE = 75
"""Slack's pages say 150, its own types 75: what holds for both."""
ACTION_ID = 255
PLACEHOLDER = 150
INPUT_LABEL = 2000
_BUTTON_KEYS = {"type", "action_id", "text", "value", "url", "style", "confirm", "accessibility_label"}
_MENUS = {"static_select", "multi_static_select", "overflow", "radio_buttons", "checkboxes"}
_FREE = {"plain_text_input", "users_select", "conversations_select", "channels_select", "datepicker", "timepicker"}


def size(text: str) -> int:
    """In UTF-16 units: of the ways to count characters the one that counts most."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def text_problems(text: Any, limit: int, kinds: Iterable[str] = ("plain_text", "mrkdwn")) -> Iterator[str]:
    if not isinstance(text, Mapping) or text.get("type") not in set(kinds):
        yield f"not a text object here: {text!r}"
        return
    length = size(text.get("text") or "")
    if not 1 <= length <= limit:
        yield f"a text of {length} characters (1 to {limit})"


def actions_problems(block: Block) -> Iterator[str]:
    """Of a block of `actions`."""
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= ELEMENTS:
        yield f"{len(elements)} actions"
    ids = [element.get("action_id") for element in elements]
    if len(set(ids)) < len(ids):
        yield f"the same action_id twice: {ids}"
    for element in elements:
        yield from element_problems(element)


def input_problems(block: Block) -> Iterator[str]:
    """Of a block of `input`."""
    yield from _plain(block.get("label"), INPUT_LABEL)
    if "hint" in block:
        yield from _plain(block["hint"], INPUT_LABEL)
    yield from element_problems(block.get("element") or {})


def element_problems(element: Block) -> Iterator[str]:
    kind = element.get("type", "")
    if not 1 <= size(element.get("action_id") or "") <= ACTION_ID:
        yield f"the action_id {element.get('action_id')!r}"
    if "placeholder" in element:
        yield from _plain(element["placeholder"], PLACEHOLDER)
    if kind == "button":
        yield from _button(element)
    elif kind in _MENUS:
        yield from _menu(element)
    elif kind not in _FREE:
        yield f"unknown element {kind!r}"


def _button(element: Block) -> Iterator[str]:
    if unknown := set(element) - _BUTTON_KEYS:
        yield f"unknown keys {sorted(unknown)}"
    yield from _plain(element.get("text"), LABEL)
    if size(element.get("value") or "") > VALUE:
        yield f"a value of {size(element['value'])} characters"
    if size(element.get("accessibility_label") or "") > LABEL:
        yield "an accessibility_label of more than 75 characters"
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield f"the style {element['style']!r}"


def _menu(element: Block) -> Iterator[str]:
    options = element.get("options") or []
    most = OVERFLOW if element["type"] == "overflow" else OPTIONS
    if not 1 <= len(options) <= most:
        yield f"{len(options)} options"
    values = [option.get("value") for option in options]
    if len(set(values)) < len(values):
        yield f"the same value twice: {values}"
    for option in options:
        yield from _plain(option.get("text"), LABEL)
        if not 1 <= size(option.get("value") or "") <= OPTION_VALUE:
            yield f"an option's value of {size(option.get('value') or '')} characters"
    initial = element.get("initial_option")
    if initial is not None and initial not in options:
        yield "an initial option that is none of the options"


def _plain(text: Any, limit: int) -> Iterator[str]:
    yield from text_problems(text, limit, ("plain_text",))
