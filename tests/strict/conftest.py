"""`make strict SPEC=description.yaml`: needs node, and a description of the API that is not ours to ship."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.strict.prism import Prism, mock


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--spec", type=Path, help="the OpenAPI description of the usage API")


@pytest.fixture(scope="session")
def spec(pytestconfig: pytest.Config) -> Path:
    given: Path | None = pytestconfig.getoption("--spec")
    if given is None or not given.is_file():
        raise pytest.UsageError("name the API's description: make strict SPEC=path/to/description.yaml")
    return given.resolve()


@pytest.fixture(scope="session")
def static(spec: Path) -> Iterator[Prism]:
    """Answers with the description's own examples."""
    with mock(spec) as prism:
        yield prism
