from __future__ import annotations

import pytest

from tests.fuzz.trying import tries

AT_IMPORT = tries(10).max_examples


def test_a_deep_run_tries_thirty_times_as_much(pytestconfig: pytest.Config) -> None:
    """As the properties themselves are told, when their modules are read."""
    is_deep = pytestconfig.getoption("--hypothesis-profile") == "deep"
    assert (300 if is_deep else 10) == AT_IMPORT
