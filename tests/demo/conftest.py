from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import date

import httpx
import pytest

from bot.demo.api import SimulatedApi, serve
from bot.demo.fleet import Fleet
from bot.demo.retail import retail_chain
from tests.demo.client import TOKEN, Client, HandClock

ORIGIN = date(2026, 5, 1)


@pytest.fixture(scope="session")
def chain() -> Fleet:
    return retail_chain(ORIGIN)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def api(chain: Fleet, clock: HandClock) -> SimulatedApi:
    return SimulatedApi(chain, clock, token=TOKEN)


@pytest.fixture
async def client(api: SimulatedApi) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with serve(api) as base_url, httpx.AsyncClient(base_url=base_url, headers=headers, trust_env=False) as http:
        yield Client(http)


@pytest.fixture
def site_ids(chain: Fleet) -> Callable[..., list[str]]:
    def ids(*names: str) -> list[str]:
        return [chain.site(name).id for name in names]

    return ids
