"""`usagebot notify test`: what it prints and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.exits import Exit
from tests.cli.console import Usagebot

RULES = """
version: 1
defaults: {receivers: [me]}
receivers: {me: {terminal: true}, noc: {terminal: true, slack: "#noc"}, tickets: {webhook: {url_env: TICKETS_URL}}}
rules: []
"""


@pytest.fixture
def trying(usagebot: Usagebot, tmp_path: Path, no_proxy: None) -> Usagebot:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "fleet.yaml").write_text(RULES)
    assert usagebot("db", "upgrade").code == Exit.OK
    return usagebot


def test_a_receiver_that_hears_is_said_to(trying: Usagebot) -> None:
    ran = trying("notify", "test", "me", "--as", "Ana")
    assert (ran.code, ran.err) == (Exit.OK, "")
    assert "This is a test of the receiver me, by Ana" in ran.out
    assert ran.out.endswith("terminal: delivered\n")


def test_what_is_not_set_up_is_a_no_with_the_remedy(trying: Usagebot) -> None:
    ran = trying("notify", "test", "noc")
    assert ran.code == Exit.NO
    assert "slack:#noc: not delivered: slack is not set up: set SLACK_BOT_TOKEN" in ran.out
    assert "terminal: delivered" in ran.out


def test_who_cannot_be_reached_now_is_unavailable(trying: Usagebot) -> None:
    secret = "http://127.0.0.1:9/s3cr3t"
    ran = trying("notify", "test", "tickets", TICKETS_URL=secret)
    assert ran.code == Exit.UNAVAILABLE
    assert (
        ran.out == "webhook:TICKETS_URL: not delivered: the address in TICKETS_URL cannot be reached (ConnectError)\n"
    )
    assert "s3cr3t" not in ran.out + ran.err


def test_a_receiver_that_the_rules_do_not_name_is_a_no_with_what_may_be_meant(trying: Usagebot) -> None:
    ran = trying("notify", "test", "ticket")
    assert (ran.code, ran.out) == (Exit.NO, "")
    assert ran.err == "the rules name no receiver 'ticket' — did you mean 'tickets'?\n"


def test_before_the_first_run_it_says_that_nothing_is_kept(usagebot: Usagebot, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "fleet.yaml").write_text(RULES)
    ran = usagebot("notify", "test", "me")
    assert ran.code == Exit.OK
    assert "there is no history yet" in ran.err
