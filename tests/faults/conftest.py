from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.campaign import Campaign
from tests.faults.work import campaign


@pytest.fixture(scope="session")
def sqlite() -> Iterator[Campaign]:
    """One prepared history and its undisturbed runs, for all tests of a worker."""
    with campaign("sqlite") as one:
        yield one
