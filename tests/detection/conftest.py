"""Fleets that several tests look at; nobody changes them."""

from __future__ import annotations

import pytest

from tests.detection.futures import Fleet

SITES, KNOWN = 16, 35


@pytest.fixture(scope="session")
def fleet() -> Fleet:
    return Fleet(1, SITES, KNOWN)
