"""JSON Schema (Draft 2020-12) of what is posted to webhooks."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.notify.webhook_body import VERSION, Body


def webhook_schema() -> dict[str, Any]:
    """Every key is always there; a body with more keys fits too, since keys are added in later versions."""
    (schema,), parts = msgspec.json.schema_components([Body], ref_template="#/$defs/{name}")
    del schema
    body = parts.pop("Body")
    body["properties"]["version"] = {"const": VERSION}
    for part in parts.values():
        if "enum" in part:  # what these say of themselves is for who reads the code
            part.pop("description", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **body,
        "title": "A message of usagebot to a webhook",
        "$defs": parts,
    }
