"""docs/operations.md names every metric, log event and exit code that there is, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app.metrics import Metrics
from bot.cli.exits import Exit
from bot.service.import_rows import FIELDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
LOGGERS = {"log", "_log"}
INDIRECT = {"tell", "_complain"}
"""Functions that hand an event on to a logger."""


def section(title: str) -> str:
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def first_cells(title: str) -> list[str]:
    """What is in backticks in the first column of a section's table."""
    rows = re.findall(r"^\| (`.*?) \|", section(title), re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        match node.func:
            case ast.Attribute(ast.Name(name), level) if name in LOGGERS and level in LEVELS:
                yield level, node
            case ast.Name(name) | ast.Attribute(ast.Name("self"), name) if name in INDIRECT:
                yield "", node


def events() -> Iterator[tuple[str, str]]:
    """(event, level) of every call of a logger in the code."""
    for file in sorted((ROOT / "bot").rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        if "structlog.get_logger" not in file.read_text("utf-8"):
            continue
        for level, call in calls(tree):
            event = call.args[0]
            if isinstance(event, ast.Constant) and isinstance(event.value, str):
                yield event.value, level
            else:
                # Only what hands an event on may have it in a variable.
                assert isinstance(event, ast.Name), f"{file}:{call.lineno}: an event is a constant"
                assert event.id == "event", f"{file}:{call.lineno}: an event is a constant"


def test_every_log_event_is_on_the_page_and_no_other() -> None:
    assert sorted(first_cells("Log events")) == sorted({event for event, _ in events()})


def test_every_event_has_a_stable_name() -> None:
    names = {event for event, _ in events()}
    assert [name for name in names if not re.fullmatch(r"[a-z]+(?:[._][a-z]+)*", name)] == []


def test_every_metric_is_on_the_page_with_its_labels_and_no_other() -> None:
    rows = re.findall(r"^\| `(usagebot_\w+)` \| (.*?) \|", section("Metrics"), re.MULTILINE)
    documented = {name: tuple(re.findall(r"`(\w+)`", labels)) for name, labels in rows}
    collectors = set(Metrics().registry._collector_to_names)
    # prometheus_client has no public way to ask a collector for its labels.
    real = {
        next(iter(collector.describe())).name: tuple(getattr(collector, "_labelnames", ()))  # type: ignore[attr-defined]
        for collector in collectors
    }
    assert documented == real


def test_the_alerting_rules_ask_for_metrics_that_exist() -> None:
    names = {family.name for family in Metrics().registry.collect()}
    asked = set(re.findall(r"usagebot_\w+", section("Metrics").partition("```yaml")[2]))
    assert asked
    assert {name.removesuffix("_total") for name in asked} <= names


def test_every_exit_code_is_on_the_page() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", section("Exit codes"), re.MULTILINE)
    assert {name: int(code) for code, name in rows} == {code.name: code.value for code in Exit}


@pytest.mark.parametrize("field", FIELDS)
def test_every_column_of_a_history_file_is_on_the_page_with_its_other_names(field: str) -> None:
    first = "time_slot" if field == "time" else field  # what an export calls it
    [row] = re.findall(rf"^\| `{first}` \| (.*?) \|", section("History, in and out"), re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) == FIELDS[field] - {first}
