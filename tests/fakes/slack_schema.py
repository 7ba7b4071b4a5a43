"""Slack's own types as a JSON schema, where one is at hand: `make strict-slack` names it in SLACK_SCHEMA, and the fake
Slack then refuses what its types do not know."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator  # type: ignore[import-untyped]

MESSAGE, VIEW = "Message", "View"
_SENT = ("text", "blocks", "attachments")


def problem_of_message(message: Mapping[str, Any]) -> str:
    """What is wrong with the parts of a message that people see; "" where nothing is, or no schema is at hand."""
    return _problem(MESSAGE, {key: message[key] for key in _SENT if message.get(key) is not None})


def problem_of_view(view: Mapping[str, Any]) -> str:
    """What is wrong with a modal, or the Home tab."""
    return _problem(VIEW, view)


def _problem(kind: str, value: Mapping[str, Any]) -> str:
    validator = _validator(kind)
    if validator is None:
        return ""
    problems = validator.iter_errors(value)
    return "; ".join(f"{'/'.join(map(str, one.absolute_path))}: {one.message[:200]}" for one in problems)


@cache
def _validator(kind: str) -> Draft7Validator | None:
    path = os.environ.get("SLACK_SCHEMA")  # noqa: TID251 - a matter of the tests' own
    if not path:
        return None
    schema = json.loads(Path(path).read_text(encoding="utf-8"))
    return Draft7Validator({**schema, "$ref": f"#/definitions/{kind}"})
