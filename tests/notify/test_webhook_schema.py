"""The schema of what is posted to webhooks: every body fits it, and the documentation names every key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from bot.alerts.model import Kind, Reason, State
from bot.notify.webhook import LARGEST
from bot.notify.webhook_body import body_of
from bot.notify.webhook_schema import webhook_schema
from bot.service.views import News, RiseView
from tests.notify.builders import HOSTILE, NOW, ended, news, quota, spike, telling, threshold, trouble

PAGE = (Path(__file__).parents[2] / "docs" / "webhook.md").read_text("utf-8")
SCHEMA = webhook_schema()
RISE = RiseView(37, 40, 42, 60, NOW - timedelta(hours=2), NOW, timedelta(minutes=15), 16, 10, ((HOSTILE, 90),))


def posted(*items: News) -> Any:
    return json.loads(msgspec.json.encode(body_of(telling(*items), LARGEST)))


def problems(body: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(body)]


def bodies() -> Iterator[Any]:
    yield posted(news(quota(HOSTILE)), news(threshold()), news(ended(quota())), news(trouble("the token is refused")))
    quiet: dict[str, Any] = {
        "silenced_by": "Ben",
        "silenced_until": NOW,
        "held_by": "A3",
        "flapping": 7,
        "acknowledged_until": NOW,
    }
    yield posted(news(replace(quota(), acknowledged_by="Ana", **quiet)))
    yield posted(news(spike()), news(replace(threshold(), kind=Kind.SPIKE, rise=RISE)))
    for kind in Kind:
        for state in State:
            for reason in Reason:
                yield posted(news(replace(threshold(), kind=kind, state=state, reason=reason, within=None)))


def test_the_schema_is_one_and_every_body_fits_it() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for body in bodies():
        assert problems(body) == []


def test_what_is_unusual_is_in_numbers_with_how_often_it_was_so() -> None:
    alert = posted(news(spike()))["alerts"][0]
    assert alert["spike"] == {
        "at": "2025-11-20T12:05:00Z",
        "span_seconds": 900,
        "came": 3_100_000_000,
        "usual_low": 100_000_000,
        "usual_top": 300_000_000,
        "extra": 4_100_000_000,
        "days": 28,
        "days_as_high": 0,
    }
    assert (alert["rise"], posted(news(quota()))["alerts"][0]["spike"]) == (None, None)
    rise = posted(news(replace(threshold(), kind=Kind.SPIKE, rise=RISE)))["alerts"][0]["rise"]
    assert (rise["moved"], rise["known"], rise["percent"], rise["largest"]) == (37, 40, 60, [HOSTILE])


@pytest.mark.parametrize(
    ("key", "wrong"), [("version", 2), ("id", "12"), ("told_at", "today"), ("alerts", [{}]), ("more", {"alerts": 1})]
)
def test_what_is_no_body_does_not_fit(key: str, wrong: object) -> None:
    body = posted(news(quota()))
    assert problems({**body, key: wrong}) != []
    assert problems({name: value for name, value in body.items() if name != key}) != []


def test_a_body_with_keys_of_a_later_version_fits() -> None:
    body = posted(news(quota()))
    assert problems({**body, "later": 1, "alerts": [{**body["alerts"][0], "later": 1}]}) == []


def keys(title: str) -> set[str]:
    """The keys in the first column of a table of the page."""
    return set(re.findall(r"^\| `(\w+)`", PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0], re.MULTILINE))


def test_the_documentation_names_every_key_and_no_other() -> None:
    assert keys("The body") == set(SCHEMA["properties"])
    assert keys("An alert") == set(SCHEMA["$defs"]["AlertBody"]["properties"])
    assert keys("A spike") == set(SCHEMA["$defs"]["SpikeBody"]["properties"])
    assert keys("A rise of the fleet") == set(SCHEMA["$defs"]["RiseBody"]["properties"])
    assert keys("News") == set(SCHEMA["$defs"]["NewsBody"]["properties"])
