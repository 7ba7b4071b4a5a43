"""What the commands print and how they exit."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import __version__
from bot.app.start import CannotListenError, CannotStartError
from bot.cli import database
from bot.cli.exits import Exit
from bot.cli.starter import EXAMPLE_SETTINGS
from bot.history import migrate
from bot.settings import SETTING_NAMES, Settings, load_settings
from tests.cli.console import Usagebot
from tests.processes import ROOT, USAGEBOT

BROKEN = "version: 1\nrulez: []\n"


def raising(error: BaseException) -> Callable[[], Settings]:
    def fail() -> Settings:
        raise error

    return fail


def test_the_help_names_every_command_and_the_exit_codes(usagebot: Usagebot) -> None:
    ran = usagebot("--help")
    assert ran.code == Exit.OK
    for word in ("run", "demo", "check", "init", "query", "db", "Exit codes", "70"):
        assert word in ran.out


def test_the_version_is_told(usagebot: Usagebot) -> None:
    assert usagebot("--version").out == f"usagebot {__version__}\n"


@pytest.mark.parametrize("arguments", [("nope",), ("check", "--nope"), ("db", "nope"), ("init", "a", "b")])
def test_wrong_use_exits_with_two(arguments: tuple[str, ...], usagebot: Usagebot) -> None:
    assert usagebot(*arguments).code == Exit.WRONG_USE


def test_init_writes_rules_that_check_finds_good_and_settings_that_load(usagebot: Usagebot, tmp_path: Path) -> None:
    ran = usagebot("init")
    assert ran.code == Exit.OK
    assert "usagebot check" in ran.out
    checked = usagebot("check")
    assert (checked.code, checked.err) == (Exit.OK, "")
    (tmp_path / ".env.example").rename(tmp_path / ".env")
    assert isinstance(load_settings({}, tmp_path), Settings)


def test_init_writes_a_test_of_its_rules_that_passes(usagebot: Usagebot) -> None:
    assert "wrote rules/tests/fleet.test.yaml" in usagebot("init").out
    ran = usagebot("test")
    assert ran.code == Exit.OK
    assert "rules/tests/fleet.test.yaml: passed" in ran.out


def test_init_writes_no_test_beside_rules_that_are_there_already(usagebot: Usagebot, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.yaml").write_text("version: 1\n")
    assert usagebot("init").code == Exit.OK
    assert not (tmp_path / "rules" / "tests").exists()


def test_init_never_overwrites_unless_forced(usagebot: Usagebot, tmp_path: Path) -> None:
    rules = tmp_path / "fleet" / "rules" / "fleet.yaml"
    rules.parent.mkdir(parents=True)
    rules.write_text("mine")
    ran = usagebot("init", "fleet")
    assert ran.code == Exit.OK
    assert "kept" in ran.out
    assert rules.read_text() == "mine"
    assert (rules.parents[1] / ".env.example").exists()
    assert usagebot("init", "fleet").code == Exit.NO
    assert usagebot("init", "fleet", "--force").code == Exit.OK
    assert rules.read_text() != "mine"


def test_init_into_a_file_says_why_not(usagebot: Usagebot, tmp_path: Path) -> None:
    (tmp_path / "rules").write_text("a file")
    ran = usagebot("init")
    assert ran.code == Exit.BAD_SETUP
    assert "rules cannot be written" in ran.err


def test_the_example_settings_name_every_setting_and_no_other() -> None:
    named = re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", EXAMPLE_SETTINGS, re.MULTILINE)
    assert sorted(named) == sorted(SETTING_NAMES)


def test_the_example_settings_show_the_defaults(tmp_path: Path) -> None:
    uncommented = re.sub(r"^# ([A-Z_]+=(?!usage@|587).+)$", r"\1", EXAMPLE_SETTINGS, flags=re.MULTILINE)
    (tmp_path / ".env").write_text(uncommented)
    shown, defaults = load_settings({}, tmp_path), load_settings({}, tmp_path / "nowhere")
    assert isinstance(shown, Settings)
    assert isinstance(defaults, Settings)
    assert shown.model_dump() == defaults.model_dump()


def test_check_prints_every_problem_with_its_place_and_exits_with_one(usagebot: Usagebot, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text(BROKEN)
    (tmp_path / "rules" / "b.yaml").write_text(BROKEN)
    ran = usagebot("check")
    assert ran.code == Exit.NO
    first, second = ran.out.splitlines()
    assert first.startswith("rules/a.yaml:2:1: ")
    assert second.startswith("rules/b.yaml:2:1: ")


def test_check_of_a_named_file_needs_no_settings(usagebot: Usagebot, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(BROKEN)
    ran = usagebot("check", "--rules", "one.yaml", HTTP_PORT="many")
    assert ran.code == Exit.NO
    assert ran.out.startswith("one.yaml:2:1: ")


def test_check_waits_for_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from bot.cli import main\n"
        f"sys.argv = ['usagebot', 'check', '--rules', '{ROOT / 'rules'}']\n"
        "try: main()\n"
        "except SystemExit as ended: assert not ended.code, ended\n"
        "slow = {'sqlalchemy', 'numpy', 'pyarrow', 'slack_bolt', 'aiohttp', 'httpx'}\n"
        "slow |= {'matplotlib', 'jinja2', 'css_inline'}\n"
        "print(slow & set(sys.modules))\n"
    )
    command = [sys.executable, "-c", code]
    ran = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout.splitlines()[-1], ran.stderr) == (0, "set()", "")


def test_check_names_the_places_of_a_table_of_sites(usagebot: Usagebot, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "fleet.yaml").write_text("version: 1\nsites_file: sites.csv\n")
    (tmp_path / "rules" / "sites.csv").write_text("id,quota\nx,300\n")
    for rules in ("rules", "rules/fleet.yaml"):
        ran = usagebot("check", "--rules", rules)
        assert ran.code == Exit.NO
        assert [line.split(": ")[0] for line in ran.out.splitlines()] == ["rules/sites.csv:2:1", "rules/sites.csv:2:3"]


def test_check_without_rules_says_how_to_begin(usagebot: Usagebot) -> None:
    ran = usagebot("check")
    assert ran.code == Exit.BAD_SETUP
    assert "usagebot init" in ran.err


def test_names_in_rules_cannot_play_with_the_terminal(usagebot: Usagebot, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text('version: 1\n"[red]x[/]\\e[31m": 1\n')
    ran = usagebot("check", "--rules", "one.yaml")
    assert "[red]x[/]" in ran.out
    assert "\x1b" not in ran.out


def test_bad_settings_are_told_all_at_once_with_remedies(usagebot: Usagebot) -> None:
    ran = usagebot("db", "upgrade", HTTP_PORT="many", LOG_LEVEL="loud", SLACK_BOT_TOKN="x")
    assert ran.code == Exit.BAD_SETUP
    assert ran.out == ""
    assert "HTTP_PORT" in ran.err
    assert "LOG_LEVEL" in ran.err
    assert "Did you mean SLACK_BOT_TOKEN?" in ran.err


def test_db_upgrade_makes_the_database_and_is_content_the_second_time(usagebot: Usagebot, tmp_path: Path) -> None:
    assert usagebot("db", "upgrade").out == "The database was upgraded.\n"
    with sqlite3.connect(tmp_path / "usage.db") as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] > 5
    connection.close()
    assert usagebot("db", "upgrade").out == "The database is up to date.\n"


def test_a_database_that_cannot_be_used_is_the_outside_world(usagebot: Usagebot, tmp_path: Path) -> None:
    (tmp_path / "usage.db").write_bytes(b"no database at all" * 100)
    ran = usagebot("db", "upgrade")
    assert ran.code == Exit.UNAVAILABLE
    assert "restore a backup" in ran.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CannotStartError(["one", "two"]), Exit.BAD_SETUP),
        (CannotStartError(["one", "two"], outside=True), Exit.UNAVAILABLE),
        (CannotListenError("one two"), Exit.BAD_SETUP),
    ],
)
def test_errors_that_people_can_help_are_lines_and_a_code(
    error: Exception, code: Exit, usagebot: Usagebot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "settings", raising(error))
    ran = usagebot("db", "upgrade")
    assert ran.code == code
    assert "one" in ran.err
    assert "two" in ran.err


def test_a_mistake_of_ours_is_one_line_with_a_hint_and_no_secret(
    usagebot: Usagebot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "pending", lambda url: 1 / 0 if url else False)
    ran = usagebot("db", "upgrade", ALTOSTRAT_TOKEN="division-by", LOG_LEVEL="info")
    assert ran.code == Exit.UNEXPECTED
    assert len(ran.err.splitlines()) == 1
    assert "ZeroDivisionError" in ran.err
    assert "LOG_LEVEL=debug" in ran.err


def test_details_of_a_mistake_are_there_for_whoever_asks_but_the_secret_is_not(
    usagebot: Usagebot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(url: str) -> bool:
        raise RuntimeError(f"cannot open {url}")

    monkeypatch.setattr(migrate, "pending", fail)
    ran = usagebot("db", "upgrade", DATABASE_URL="postgresql://bot:hunter22@host/usage", LOG_LEVEL="debug")
    assert ran.code == Exit.UNEXPECTED
    assert "Traceback" in ran.err
    assert "hunter22" not in ran.err


def test_an_interrupt_is_no_mistake(usagebot: Usagebot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "settings", raising(KeyboardInterrupt()))
    assert usagebot("db", "upgrade").code == Exit.INTERRUPTED


FULL = Path("/dev/full")


def run_into(output: int, *arguments: str, errors: int = subprocess.PIPE) -> tuple[int, str]:
    """Run the console script as a process of its own; its exit code and what it said to standard error."""
    command = [*USAGEBOT, *arguments]
    ran = subprocess.run(command, stdout=output, stderr=errors, text=True, timeout=60, check=False, cwd=ROOT)
    return ran.returncode, ran.stderr or ""


@pytest.mark.skipif(not FULL.exists(), reason="this machine has no full device")
@pytest.mark.parametrize("arguments", [("--help",), ("query", "x", "--format", "json")])
def test_an_output_without_room_is_no_mistake_of_ours(arguments: tuple[str, ...]) -> None:
    with FULL.open("w") as full:
        code, said = run_into(full.fileno(), *arguments)
        assert (code, said) == (
            Exit.UNAVAILABLE,
            "usagebot: cannot write: no space left on device; make room, or write elsewhere\n",
        )


@pytest.mark.skipif(not FULL.exists(), reason="this machine has no full device")
def test_not_even_errors_can_be_told_and_the_exit_code_still_means_something() -> None:
    with FULL.open("w") as full:
        assert run_into(subprocess.PIPE, "query", "tpo", errors=full.fileno())[0] == Exit.UNAVAILABLE


def test_a_reader_that_has_gone_is_no_news() -> None:
    read, write = os.pipe()
    os.close(read)
    assert run_into(write, "check", "--rules", "rules") == (Exit.CLOSED_OUTPUT, "")
    os.close(write)


def test_a_format_that_does_not_exist_is_told_in_our_words(usagebot: Usagebot) -> None:
    ran = usagebot("query", "--format", "xml")
    assert ran.code == Exit.WRONG_USE
    assert "'xml' is no format; use table or json" in ran.err
    assert "Value error" not in ran.err


def test_check_warns_of_what_the_named_sites_show_with_its_place(usagebot: Usagebot, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    site = "3e0b5a0e-58e4-4b0b-9a55-0c1f5b6f2a10,durban,1 TB\n"
    (tmp_path / "rules" / "sites.csv").write_text(f"id,name,quota\n{site}")
    rule = "rules:\n  - {name: one, quota: 1 GB, sites: {name: durbn}, notify: []}\n"
    (tmp_path / "rules" / "fleet.yaml").write_text(f"version: 1\nsites_file: sites.csv\n{rule}")
    ran = usagebot("check")
    assert ran.code == Exit.OK
    first, second, _ = ran.out.splitlines()
    assert first.startswith("rules/fleet.yaml:4:6: warning: rule 'one' matches none of the sites that the rules name")
    assert second.startswith("rules/sites.csv:2:1: warning: site 'default/durban' has a quota")


def test_check_reckons_with_the_request_budget_of_the_settings(usagebot: Usagebot, tmp_path: Path) -> None:
    rows = "".join(f"3e0b5a0e-58e4-4b0b-9a55-{n:012d}\n" for n in range(700))
    (tmp_path / "sites.csv").write_text(f"id\n{rows}")
    rule = "rules: [{name: quiet, no_data: {after: 10m}, notify: []}]\n"
    (tmp_path / "one.yaml").write_text(f"version: 1\nsites_file: sites.csv\n{rule}")
    assert "takes 11 minutes at 60 requests" in usagebot("check", "--rules", "one.yaml").out
    assert "warning" not in usagebot("check", "--rules", "one.yaml", ALTOSTRAT_REQUESTS_PER_MINUTE="70").out
