"""Test files for tests."""

from __future__ import annotations

from collections.abc import Sequence

from bot.rules.cases.model import Case
from bot.rules.cases.read import ReadCase, read_case
from bot.rules.check import Parsed, parse

RULES = """\
version: 1
defaults: {timezone: Africa/Johannesburg, receivers: [noc]}
receivers:
  noc: {slack: "#noc"}
  finance: {email: [finance@example.com]}
sites:
  - id: 3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10
    name: durban
    timezone: Africa/Windhoek
    tags: {plan: lte-500, carrier: mtn}
    quota: 300 GB
rules:
  - name: daily
    quota: 1 GB
    per: day
    at: [80%, 90%, 100%]
  - name: burst
    threshold: {over: 1 GB, within: 1h}
    notify: [finance]
"""

CASE = """\
rules: [../fleet.yaml]
start: 2026-06-01T00:00:00Z
bucket: 5m
series:
  - {site: cape-town, timezone: UTC, in: "10MBx288 _x12 10MB+1MBx36", out: "0Bx336"}
  - {site: durban, tags: {plan: lte-200}, out: "1MBx12"}
late:
  - {site: cape-town, slot: 2026-06-01T10:00:00Z, seen: 2026-06-01T10:21:00Z, in: 800MB}
silences:
  - {match: {site: cape-town}, from: 2026-06-01T08:00:00Z, until: 2026-06-01T09:00:00Z}
acknowledge:
  - {rule: daily, site: cape-town, at: 2026-06-01T07:00:00Z}
expect:
  alerts:
    - {at: 2026-06-01T06:40:00Z, rule: daily, site: cape-town, state: firing, step: 80%}
  messages:
    - {at: 2026-06-01T06:40:00Z, receiver: noc, contains: ["cape-town", "80%"]}
"""


def parsed(text: str = RULES) -> Parsed:
    return parse([("fleet.yaml", text.encode())])


def reading(text: str, rules: str = RULES) -> ReadCase:
    asked: list[Sequence[str]] = []

    def load(paths: Sequence[str]) -> Parsed:
        asked.append(paths)
        return parsed(rules)

    found = read_case("a.test.yaml", text.encode(), load)
    assert len(asked) <= 1
    return found


def case(text: str = CASE, rules: str = RULES) -> Case:
    found = reading(text, rules)
    assert found.problems == ()
    assert found.case is not None
    return found.case


def problems(text: str, rules: str = RULES) -> list[str]:
    """Each without the file's name."""
    found = reading(text, rules)
    assert (found.case is None) == bool(found.problems)
    return [str(problem).removeprefix("a.test.yaml:") for problem in found.problems]
