"""Slack's Web API client, as the bot uses it."""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

TIMEOUT = 15


class SteadfastClient(AsyncWebClient):
    """Follows no redirect: neither messages nor the token go to a host that is not in SLACK_API_URL, and what such a
    host answers is no answer of Slack's."""

    async def _request(self, *, http_verb: str, api_url: str, req_args: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = await super()._request(
            http_verb=http_verb, api_url=api_url, req_args={**req_args, "allow_redirects": False}
        )
        return found


def slack_client(token: str, api_url: str) -> SteadfastClient:
    """A client without retries of its own: the outbox does that. `api_url` ends in `/api/`."""
    return SteadfastClient(token, base_url=api_url, timeout=TIMEOUT, retry_handlers=[])
