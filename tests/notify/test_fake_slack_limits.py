"""The fake knows Slack's limits on what can be pressed, on tables, pictures and views."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.fakes.slack_limits import refusal
from tests.fakes.slack_views import view_refusal

Json = dict[str, Any]


def label(text: str) -> Json:
    return {"type": "plain_text", "text": text}


BUTTON: Json = {"type": "button", "action_id": "a", "text": label("Press"), "value": "v"}
OPTION: Json = {"text": label("One"), "value": "1"}
MENU: Json = {"type": "static_select", "action_id": "m", "placeholder": label("Choose"), "options": [OPTION]}
IMAGE: Json = {"type": "image", "alt_text": "A chart", "slack_file": {"id": "F1"}}
CELL: Json = {"type": "raw_text", "text": "x"}
TABLE: Json = {"type": "data_table", "caption": "Quotas", "rows": [[CELL, CELL], [CELL, CELL]]}
INPUT: Json = {
    "type": "input",
    "block_id": "why",
    "label": label("Why"),
    "element": {"type": "plain_text_input", "action_id": "why"},
}
MODAL: Json = {"type": "modal", "title": label("Silence"), "submit": label("Silence"), "blocks": [INPUT]}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


@pytest.mark.parametrize(
    "block", [actions(BUTTON, MENU, {**MENU, "type": "overflow", "action_id": "o"}), IMAGE, TABLE, INPUT]
)
def test_what_slack_takes_is_taken(block: Json) -> None:
    sent = deepcopy(block)
    for element in sent.get("elements", []):
        if element["type"] == "overflow":
            del element["placeholder"]
    assert refusal({"text": "x", "blocks": [sent]}) is None
    assert view_refusal({**MODAL, "blocks": [sent]}) is None


@pytest.mark.parametrize(
    "block",
    [
        actions(),
        actions(*({**BUTTON, "action_id": str(n)} for n in range(26))),
        actions(BUTTON, BUTTON),
        actions({**BUTTON, "text": label("x" * 76)}),
        actions({**BUTTON, "text": {"type": "mrkdwn", "text": "x"}}),
        actions({**BUTTON, "value": "x" * 2001}),
        actions({**BUTTON, "action_id": "x" * 256}),
        actions({**BUTTON, "accessibility_label": "x" * 76}),
        actions({**BUTTON, "colour": "red"}),
        actions({**BUTTON, "type": "knob"}),
        actions({**MENU, "options": []}),
        actions({**MENU, "options": [{**OPTION, "value": str(n)} for n in range(101)]}),
        actions({**MENU, "options": [OPTION, OPTION]}),
        actions({**MENU, "options": [{**OPTION, "text": label("x" * 76)}]}),
        actions({**MENU, "options": [{**OPTION, "value": "x" * 76}]}),
        actions({**MENU, "placeholder": label("x" * 151)}),
        actions({"type": "overflow", "action_id": "o", "options": [{**OPTION, "value": str(n)} for n in range(6)]}),
        {**IMAGE, "alt_text": ""},
        {**IMAGE, "alt_text": "x" * 2001},
        {**IMAGE, "image_url": "https://example.com/a.png"},
        {**IMAGE, "slack_file": {"id": "F1", "url": "https://example.com"}},
        {"type": "image", "alt_text": "x"},
        {**TABLE, "caption": ""},
        {**TABLE, "rows": [[CELL]]},
        {**TABLE, "rows": [[CELL]] * 102},
        {**TABLE, "rows": [[CELL] * 21] * 2},
        {**TABLE, "rows": [[CELL], [CELL, CELL]]},
        {**TABLE, "rows": [[CELL], [{"type": "raw_text", "text": ""}]]},
        {**TABLE, "rows": [[CELL], [{"type": "raw_number", "text": "1"}]]},
        {**TABLE, "rows": [[CELL], [{"type": "raw_text", "text": "x" * 10_000}]]},
        {**TABLE, "rows": [[{"type": "rich_text", "elements": []}], [CELL]]},
        {**TABLE, "page_size": 101},
        {**TABLE, "row_header_column_index": 2},
        {**INPUT, "label": label("")},
        {**INPUT, "block_id": "x" * 256},
    ],
)
def test_what_slack_refuses_is_refused(block: Json) -> None:
    assert refusal({"text": "x", "blocks": [block]}) is not None


def test_two_blocks_have_two_ids() -> None:
    refused = refusal({"text": "x", "blocks": [INPUT, INPUT]})
    assert refused is not None
    assert refused[0] == "invalid_blocks"


@pytest.mark.parametrize(
    "changes",
    [
        {"title": label("x" * 25)},
        {"title": None},
        {"submit": label("x" * 25)},
        {"blocks": []},
        {"blocks": [{"type": "divider"}] * 101},
        {"blocks": [INPUT, INPUT]},
        {"private_metadata": "x" * 3001},
        {"callback_id": "x" * 256},
        {"type": "page"},
        {"colour": "red"},
    ],
)
def test_views_beyond_the_limits_are_refused(changes: Json) -> None:
    assert view_refusal(MODAL) is None
    assert view_refusal({**MODAL, **changes}) is not None


def test_a_modal_with_inputs_has_a_submit_button_and_home_has_none() -> None:
    without = {key: value for key, value in MODAL.items() if key != "submit"}
    assert view_refusal(without) == "inputs without a submit button"
    assert view_refusal({"type": "home", "blocks": [actions(BUTTON)]}) is None
    assert view_refusal({"type": "home", "blocks": [IMAGE], "title": label("x")}) is not None
