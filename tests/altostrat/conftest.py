from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.altostrat.scripted import Bench, Reply

Benches = Callable[..., Bench]


@pytest.fixture(autouse=True)
def _on_the_loopback(no_proxy: None) -> None:
    """For all tests here."""


@pytest.fixture
async def bench() -> AsyncIterator[Benches]:
    """Makes benches whose client answers from a script; closes them."""
    made: list[Bench] = []

    def make(*replies: Reply, **settings: Any) -> Bench:
        made.append(Bench(*replies, **settings))
        return made[-1]

    yield make
    for one in made:
        await one.client.close()
