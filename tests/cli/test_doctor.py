"""`usagebot doctor`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.app.doctor.findings import Finding, Standing, Subject
from bot.cli.exits import Exit
from bot.cli.findings import counts_of, draw_findings
from tests.cli.console import Usagebot, drawn_on

RULES = "version: 1\ndefaults: {receivers: [noc]}\nreceivers: {noc: {terminal: true}}\n"
RULE = "rules: [{name: lte, quota: 5 GB, per: month, at: [80%]}]\n"
HOSTILE = "[red]Cape\x1b[31m Town[/] :smile:\n\x9b2J"


def write_rules(folder: Path, text: str = RULE) -> None:
    (folder / "rules").mkdir()
    (folder / "rules" / "fleet.yaml").write_text(RULES + text)


def drawn(findings: list[Finding], *, terminal: bool = False, width: int = 100) -> str:
    return drawn_on(lambda console: draw_findings(console, findings), terminal=terminal, width=width)


def test_offline_and_healthy_is_zero(usagebot: Usagebot, tmp_path: Path) -> None:
    write_rules(tmp_path)
    ran = usagebot("doctor", "--offline", ALTOSTRAT_TOKEN="alto_sk_x")
    assert (ran.code, ran.err) == (Exit.OK, "")
    assert ran.out.startswith("Reads only, and makes no connection.\nSettings\n  ok       settings")
    assert "1 rule, 1 receiver, 0 sites" in ran.out
    assert not (tmp_path / "usage.db").exists()


def test_problems_exit_with_one_and_everything_is_told(usagebot: Usagebot, tmp_path: Path) -> None:
    write_rules(tmp_path, "rulez: []\n")
    ran = usagebot("doctor", "--offline", HTTP_PORT="many", LOG_LEVEL="loud", SMTP_HOTS="x")
    assert ran.code == Exit.NO
    for word in ("HTTP_PORT", "LOG_LEVEL", "Did you mean SMTP_HOST?", "rules/fleet.yaml:4:1", "usage.db"):
        assert word in ran.out


def test_without_rules_or_settings_it_says_how_to_begin(usagebot: Usagebot) -> None:
    ran = usagebot("doctor", "--offline")
    assert ran.code == Exit.NO
    assert "usagebot init" in ran.out


def test_json_is_for_machines(usagebot: Usagebot, tmp_path: Path) -> None:
    write_rules(tmp_path)
    ran = usagebot("doctor", "--offline", "--format", "json", ALTOSTRAT_TOKEN="alto_sk_x")
    said = json.loads(ran.out)
    assert said["ok"] is True
    assert said["requests"] == {"most": 0, "made": 0}
    assert set(said["findings"][0]) == {"subject", "check", "standing", "text", "remedy", "workspace"}
    assert ran.out.isascii()


def test_the_first_line_says_how_many_requests_there_may_be(usagebot: Usagebot, tmp_path: Path) -> None:
    write_rules(tmp_path)
    ran = usagebot("doctor", ALTOSTRAT_TOKEN="alto_sk_x", ALTOSTRAT_BASE_URL="http://127.0.0.1:9", NO_PROXY="*")
    assert "At most 9 requests" in ran.out.splitlines()[0]
    assert "1 request to the usage API." in ran.out.splitlines()[-1]
    assert ran.code == Exit.NO


def test_a_workspace_that_does_not_exist_is_wrong_use(usagebot: Usagebot, tmp_path: Path) -> None:
    write_rules(tmp_path)
    ran = usagebot("doctor", "--workspace", "defualt")
    assert ran.code == Exit.WRONG_USE
    assert "did you mean default?" in " ".join(ran.err.split())


def test_a_secret_file_for_everybody_is_told_once_and_never_shown(usagebot: Usagebot, tmp_path: Path) -> None:
    write_rules(tmp_path)
    with TemporaryDirectory(prefix="usagebot-") as name:  # pytest's own folders are closed to others
        file = Path(name, "token")
        file.write_text("alto_sk_hunter22")
        Path(name).chmod(0o755)
        file.chmod(0o644)
        if not all(parent.stat().st_mode & 0o001 for parent in file.resolve().parents):
            pytest.skip(f"{name} is closed to other users")
        ran = usagebot("doctor", "--offline", ALTOSTRAT_TOKEN_FILE=str(file))
    assert (ran.out.count("chmod 600"), ran.out.count("ALTOSTRAT_TOKEN_FILE")) == (1, 1)
    assert "hunter22" not in ran.out + ran.err


def test_a_missing_token_is_told_once_with_its_remedy(usagebot: Usagebot, tmp_path: Path) -> None:
    write_rules(tmp_path)
    ran = usagebot("doctor", ALTOSTRAT_BASE_URL="http://127.0.0.1:9", ALTOSTRAT_TOKEN="")
    said = " ".join(ran.out.split())
    assert said.count("Set ALTOSTRAT_TOKEN, or ALTOSTRAT_TOKEN_FILE to a file that holds the token") == 1
    assert "was not asked: there is no token to ask with" in said


FINDINGS = [
    Finding(Subject.API, "token", Standing.OK, "the API accepts it"),
    Finding(Subject.API, "time zone", Standing.WARNING, "it is odd " * 20, "Set it " * 20),
    Finding(Subject.SITES, "list", Standing.PROBLEM, HOSTILE, HOSTILE, workspace=HOSTILE),
    Finding(Subject.SLACK, "Slack", Standing.SKIPPED, "not set up"),
]


def test_findings_are_aligned_and_fit_and_lose_nothing() -> None:
    text = drawn(FINDINGS, width=70)
    assert max(map(len, text.splitlines())) <= 70
    assert text.count("odd") == 20
    assert "→ Set it" in text
    starts = {line.index("the API") for line in text.splitlines() if "the API accepts" in line}
    starts |= {line.index("it is odd") for line in text.splitlines() if "time zone" in line}
    assert len(starts) == 1


def test_foreign_text_cannot_play_with_the_terminal() -> None:
    text = drawn(FINDINGS)
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert ":smile:" in text
    assert "[red]" in text


def test_colours_are_for_terminals_alone_and_the_word_is_always_there() -> None:
    assert "\x1b" in drawn(FINDINGS, terminal=True)
    for standing in Standing:
        assert f"  {standing.value}" in drawn(FINDINGS)


def test_the_last_line_counts() -> None:
    assert counts_of(FINDINGS) == "1 problem, 1 warning, 1 fine, 1 skipped."
    assert counts_of(FINDINGS[:1]) == "No problem, 1 fine."
