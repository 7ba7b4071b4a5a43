"""`usagebot query` against a real, if empty, history."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli.exits import Exit
from bot.domain.times import HOUR, floor, iso, to_slot
from bot.service.answers.understood import ALERTS, THE_REST, USAGES
from tests.cli.console import Usagebot
from tests.processes import now

RULES = """\
version: 1
receivers: {noc: {terminal: true}}
defaults: {receivers: [noc], timezone: Africa/Johannesburg}
sites:
  - {id: 3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10, name: Cape Town, tags: {plan: lte}}
rules:
  - {name: monthly, quota: 500 GB, per: month}
"""


@pytest.fixture
def asked(usagebot: Usagebot, tmp_path: Path) -> Usagebot:
    """A bot with one site, whose history has no data yet."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "fleet.yaml").write_text(RULES)
    assert usagebot("db", "upgrade").code == Exit.OK
    return usagebot


@pytest.mark.parametrize(
    "words",
    [(), ("help",), ("site", "Cape Town"), ("top", "3", "7d"), ("quota",), ("alerts",), ("noise",), ("status",)],
)
def test_every_question_is_answered(words: tuple[str, ...], asked: Usagebot) -> None:
    ran = asked("query", *words)
    assert (ran.code, ran.err) == (Exit.OK, "")
    assert "data" in ran.out.lower()
    assert "\x1b" not in ran.out


def test_the_help_names_all_that_can_be_asked(usagebot: Usagebot) -> None:
    lines = usagebot("query", "--help").out.splitlines()
    for words, _ in (*USAGES, *ALERTS, *THE_REST):
        begins = " ".join(words.split()[:2])
        assert any(line.strip().startswith(begins) for line in lines), words


def test_a_machine_gets_json_alone(asked: Usagebot) -> None:
    ran = asked("query", "site", "cape town", "--format", "json")
    reply = json.loads(ran.out)
    assert (ran.code, reply["kind"], reply["site"]["name"]) == (Exit.OK, "SiteReport", "Cape Town")


def test_a_mistyped_name_is_a_no_with_what_may_be_meant(asked: Usagebot) -> None:
    ran = asked("query", "site", "Cape Twon")
    assert ran.code == Exit.NO
    assert "Cape Town" in ran.out


def test_words_that_are_no_question_are_wrong_use(asked: Usagebot) -> None:
    ran = asked("query", "tpo")
    assert (ran.code, ran.out) == (Exit.WRONG_USE, "")
    assert "usagebot query top" in ran.err
    machine = asked("query", "tpo", "--format", "json")
    assert (machine.code, json.loads(machine.out)["kind"]) == (Exit.WRONG_USE, "Mistake")


def test_a_history_that_was_never_made_says_what_to_do(usagebot: Usagebot, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "fleet.yaml").write_text(RULES)
    ran = usagebot("query", "status")
    assert ran.code == Exit.UNAVAILABLE
    assert "there is no history at" in ran.err
    assert "usagebot run" in ran.err
    assert not (tmp_path / "usage.db").exists()


def test_broken_rules_are_told_before_anything_is_asked(asked: Usagebot, tmp_path: Path) -> None:
    (tmp_path / "rules" / "more.yaml").write_text("version: 1\nrulez: []\nsitez: []\n")
    ran = asked("query", "status")
    assert ran.code == Exit.BAD_SETUP
    assert "rules/more.yaml:2:1: " in ran.err
    assert "rules/more.yaml:3:1: " in ran.err


def test_run_tells_what_is_missing_before_it_starts(asked: Usagebot) -> None:
    ran = asked("run", LOG_FORMAT="json")
    assert ran.code == Exit.BAD_SETUP
    assert "ALTOSTRAT_TOKEN: it is not set" in ran.err


def test_an_answers_chart_is_written_to_a_file_and_over_an_older_one(asked: Usagebot, tmp_path: Path) -> None:
    time = iso(floor(to_slot(now()) - HOUR, HOUR))
    (tmp_path / "a.csv").write_text(f"site,time_slot,in_bytes,out_bytes\nCape Town,{time},1000000,2000\n")
    assert asked("history", "import", "a.csv").code == Exit.OK
    ran = asked("query", "top", "--chart", "top.png")
    assert ran.code == Exit.OK, ran.err
    assert "wrote top.png" in ran.err
    assert (tmp_path / "top.png").read_bytes().startswith(b"\x89PNG")
    again = asked("query", "top", "--chart", "top.png", "--format", "json")
    assert (again.code, json.loads(again.out)["kind"]) == (Exit.OK, "TopSites")
    assert len(list(tmp_path.glob("*top.png*"))) == 1


def test_what_has_no_chart_or_is_no_picture_says_so(asked: Usagebot, tmp_path: Path) -> None:
    ran = asked("query", "status", "--chart", "status.png")
    assert (ran.code, "no chart" in ran.err) == (Exit.NO, True)
    odd = asked("query", "quota", "--chart", "quota.jpg")
    assert (odd.code, ".png" in odd.err) == (Exit.WRONG_USE, True)
    assert not list(tmp_path.glob("*.png"))
    assert asked("query", "quota", "--chart", "quota.png").code == Exit.NO, "nothing is known"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("rules",), Exit.OK, "500 GB a month"),
        (("rule", "Monthly"), Exit.OK, "fleet.yaml:7"),
        (("rule", "montly"), Exit.NO, "did you mean monthly?"),
        (("whatif", "Cape Town", "-20GB"), Exit.OK, "With 20.0 GB less"),
        (("whatif", "Cape Town", "quota", "1", "TB"), Exit.OK, "With a quota of 1.00 TB"),
        (("compare", "Cape Town", "nowhere"), Exit.NO, "nowhere means no single site here"),
        (("whynot", "Cape Town", "monthly"), Exit.OK, "It told nobody"),
        (("whynot", "Cape Town", "2099-01-01", "14:00"), Exit.WRONG_USE, "is still to come"),
        (("why", "A17"), Exit.NO, "There is no alert A17 here."),
        (("history", "A17"), Exit.NO, "There is no alert A17 here."),
        (("quota", "page", "2"), Exit.OK, "Cape Town"),
        (("quota", "--colour"), Exit.WRONG_USE, "there is no option"),
    ],
)
def test_what_is_asked_of_rules_alerts_and_what_could_be_is_answered(
    words: tuple[str, ...], code: Exit, said: str, asked: Usagebot
) -> None:
    ran = asked("query", *words, COLUMNS="200")
    assert ran.code == code
    assert said in ran.out + ran.err
    assert "Traceback" not in ran.err
