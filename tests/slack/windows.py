"""The window "Silence alerts" as whoever it was opened for sees and sends it."""

from __future__ import annotations

import json
from typing import Any

from bot.notify.buttons import For, Press, Target
from bot.slack.silence_form import ACTION
from tests.fakes.slack_view import live_markup, seen
from tests.slack.door import Door
from tests.slack.world import NOC


async def told(door: Door, *ids: int, channel: str = NOC, ts: str = "1.0") -> Target:
    async with door.world.history.reading() as tx:
        alerts = await tx.outbox.alerts(ids)
    return Target((await door.world.told(*alerts, channel=channel, ts=ts)).id, is_group=True)


def window(door: Door) -> tuple[str, dict[str, Any]]:
    """The window that was opened last, as it is now."""
    id_ = list(door.slack.views)[-1]
    return id_, door.slack.views[id_]


async def opened(door: Door, value: str = "A1:other", channel: str = NOC, ts: str = "1.0") -> dict[str, Any]:
    body = door.pressed(Press.SILENCE, value, channel, ts)
    assert await door.post(body, door.signed(body)) == (200, "")
    await door.app.close()
    return window(door)[1]


def filled(view: dict[str, Any]) -> dict[str, str | list[str]]:
    """What stands in its fields."""
    found: dict[str, str | list[str]] = {}
    for block in view["blocks"]:
        element = block.get("element") or {}
        if "initial_value" in element:
            found[block["block_id"]] = element["initial_value"]
        if "initial_options" in element:
            found[block["block_id"]] = [option["value"] for option in element["initial_options"]]
    return found


def values(view: dict[str, Any], **written: Any) -> dict[str, Any]:
    """The state of the view as Slack sends it, with something written over what stands there."""
    state: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        word = written.get(block["block_id"], filled(view).get(block["block_id"]))
        kind = block["element"]["type"]
        if kind == "static_select":
            one: dict[str, Any] = {"selected_option": {"value": word or For.FOUR_HOURS}}
        elif kind == "multi_static_select":
            one = {"selected_options": [{"value": each} for each in word or ()]}
        else:
            one = {"value": word}
        state[block["block_id"]] = {ACTION: {"type": kind, **one}}
    return {"values": state}


async def sent(door: Door, person: str = "U0PERSON", **written: Any) -> dict[str, Any]:
    """Send the window that is open; the acknowledgement."""
    id_, view = window(door)
    body = door.interaction(
        {
            "type": "view_submission",
            "user": {"id": person, "username": "thandi", "team_id": "T0FAKE"},
            "view": {"id": id_, **view, "state": values(view, **written)},
        }
    )
    status, text = await door.post(body, door.signed(body))
    assert status == 200
    await door.app.close()
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def shown(door: Door) -> str:
    view = window(door)[1]
    assert live_markup(view) == []
    return seen(view)
