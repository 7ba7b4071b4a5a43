"""A program that asks the simulated API, and a clock for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from bot.demo.api import USAGE_PATH

TOKEN = "alto_sk_for_tests"


@dataclass
class HandClock:
    """A clock that is moved by hand."""

    now: datetime = datetime(2026, 5, 20, 12, 3, 20, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, span: timedelta) -> None:
        self.now += span


@dataclass
class Client:
    """Asks the simulated API as a program would: over HTTP."""

    http: httpx.AsyncClient

    async def get(self, path: str, **query: str | Sequence[str]) -> httpx.Response:
        return await self.http.get(path, params={key: _listed(value) for key, value in query.items()})

    async def usage(
        self, start: str | None = None, end: str | None = None, *, minutes: str | None = None, sites: Sequence[str] = ()
    ) -> httpx.Response:
        query = {"start_time": start, "end_time": end, "bucket_interval_minutes": minutes, "site_ids[]": list(sites)}
        return await self.http.get(USAGE_PATH, params={key: value for key, value in query.items() if value is not None})


def _listed(value: str | Sequence[str]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)
