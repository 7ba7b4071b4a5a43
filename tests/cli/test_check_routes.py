"""`usagebot check --routes SITE RULE`: who would be told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.exits import Exit
from tests.cli.console import Usagebot

RULES = """
version: 1
defaults: {receivers: [noc]}
receivers: {noc: {slack: "#noc"}, finance: {email: f@example.com}, oncall: {slack: "#oncall"}}
sites:
  - {id: 3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10, name: cape-town, tags: {plan: lte}}
  - {id: 5d1f9f3c-6b0e-4d57-8a43-1b7f1f2c9e21, name: durban}
mute_timings: {nights: {times: ["22:00-06:00"]}}
routes:
  - {match: {severity: critical}, notify: [oncall], escalate: {after: 30m, notify: [finance]}}
  - {match: {tags: {plan: lte}}, notify: [noc], repeat_every: 4h, mute: [nights]}
  - {notify: []}
rules:
  - {name: lte, sites: {name: "cape-*"}, quota: 1 GB, severity: {80%: warning, 100%: critical}}
  - {name: own, threshold: {over: 1 GB, within: 1h}, direction: [in, out], notify: [noc, finance]}
"""
ONCALL = "critical quota: oncall (route 1), and finance unless acknowledged within 30 minutes"


@pytest.fixture(autouse=True)
def _rules(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES)


def said(usagebot: Usagebot, *names: str) -> tuple[list[str], str]:
    ran = usagebot("check", "--rules", "rules.yaml", "--routes", *names)
    assert ran.code == Exit.OK
    return ran.out.splitlines()[1:], ran.err


def test_each_severity_goes_its_own_way(usagebot: Usagebot) -> None:
    noc = "warning quota: noc (route 2), but not during nights, again every 4 hours"
    assert said(usagebot, "cape-town", "lte") == ([noc, ONCALL], "")


def test_a_rules_own_receivers_need_no_route(usagebot: Usagebot) -> None:
    lines, _ = said(usagebot, "durban", "own")
    assert lines == ["warning threshold (in), warning threshold (out): noc, finance"]


def test_a_site_that_the_rule_does_not_watch_is_noted(usagebot: Usagebot) -> None:
    lines, notes = said(usagebot, "Durban", "lte")
    assert lines == ["warning quota: nobody is told", ONCALL]
    assert "rule 'lte' does not watch default/durban" in notes


def test_a_site_that_only_the_api_may_know_is_taken_by_its_name(usagebot: Usagebot) -> None:
    lines, notes = said(usagebot, "george", "lte")
    assert lines == ["warning quota: nobody is told", ONCALL]
    assert "the rules name no site 'george'" in notes


def test_a_rule_that_is_not_there_is_an_error_with_a_suggestion(usagebot: Usagebot) -> None:
    ran = usagebot("check", "--rules", "rules.yaml", "--routes", "durban", "lta")
    assert ran.code == Exit.NO
    assert "there is no rule 'lta' — did you mean 'lte'?" in ran.err
