"""A deep run is bounded in time: what has not begun when the time is over is skipped, and shown as skipped."""

from __future__ import annotations

import time

import pytest

from tests.fuzz.trying import factor

LONGEST = 20 * 60
_begun = time.monotonic()


@pytest.fixture(autouse=True)
def _in_time() -> None:
    if factor() > 1 and time.monotonic() - _begun > LONGEST:
        pytest.skip("the time for this run is over")
