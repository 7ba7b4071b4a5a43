"""`usagebot ack`, `silence`, `silences` and `unsilence` against a real history."""

from __future__ import annotations

import asyncio
import getpass
import json
from pathlib import Path

import pytest

from bot.alerts.model import Alert, AlertKey, Kind, State
from bot.cli.exits import Exit
from bot.domain.times import Slot
from bot.history.store import SqlHistory
from bot.rules.model import Severity
from bot.service.ports import AuditEntry
from tests.cli.console import Usagebot
from tests.cli.test_asking import RULES


async def _fire(url: str) -> None:
    history = SqlHistory(url)
    await history.open()
    key = AlertKey("default", "monthly", Kind.QUOTA, 1)
    async with history.writing() as tx:
        await tx.alerts.save([Alert(key, State.FIRING, Slot(1_790_000_000), Severity.WARNING, value=400, limit=500)])
    await history.close()


async def _audited(url: str) -> list[AuditEntry]:
    history = SqlHistory(url)
    await history.open()
    async with history.reading() as tx:
        found = list(reversed(await tx.audit.since(Slot(0), 100)))
    await history.close()
    return found


@pytest.fixture
def acting(usagebot: Usagebot, tmp_path: Path) -> Usagebot:
    """A bot with one site, an alert of which fires."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "fleet.yaml").write_text(RULES)
    assert usagebot("db", "upgrade").code == Exit.OK
    assert usagebot("query", "alerts").code == Exit.OK
    asyncio.run(_fire(f"sqlite:///{tmp_path / 'usage.db'}"))
    return usagebot


def test_an_alert_is_taken_silenced_and_heard_again(acting: Usagebot, tmp_path: Path) -> None:
    taken = acting("ack", "A1", "for", "8h", "the", "line", "went", "public", "--as", "thandi")
    assert (taken.code, taken.err) == (Exit.OK, "")
    assert "Acknowledged: A1, Cape Town" in taken.out
    assert "the line went public" in taken.out
    assert acting("ack", "A1", "--as", "ben").code == Exit.OK
    kept = acting("silence", "Cape Town", "until", "tomorrow", "08:00", "--as", "ben")
    assert (kept.code, "S1: quiet until" in kept.out) == (Exit.OK, True)
    listed = acting("silences")
    assert (listed.code, "1 alert quiet" in listed.out, "usagebot unsilence ID" in listed.out) == (Exit.OK, True, True)
    assert "silenced by ben" in acting("query", "alerts").out
    assert acting("unsilence", "S1", "--as", "thandi").code == Exit.OK
    entries = asyncio.run(_audited(f"sqlite:///{tmp_path / 'usage.db'}"))
    assert [(one.actor, one.via, one.action, one.subject) for one in entries] == [
        ("thandi", "terminal", "acknowledged", "A1"),
        ("ben", "terminal", "silenced", "S1"),
        ("thandi", "terminal", "unsilenced", "S1"),
    ]


def test_the_login_name_is_who_does_it_unless_another_is_given(
    acting: Usagebot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ops\x1b[31m")
    out = acting("ack", "A1").out
    assert "ops" in out
    assert "\x1b" not in out
    assert acting("silence", "A1", "4h", "--as", " ").code == Exit.WRONG_USE


NOT_DONE = (
    (("ack", "A9"), Exit.NO, "out"),
    (("ack", "A1", "A9"), Exit.NO, "out"),
    (("ack",), Exit.WRONG_USE, "err"),
    (("ack", "A1", "until", "2020-01-01"), Exit.WRONG_USE, "out"),
    (("silence", "Cape Twon", "4h"), Exit.NO, "out"),
    (("silence", "Cape Town"), Exit.WRONG_USE, "err"),
    (("silence", "rule=monthly", "until-forecast", "95"), Exit.WRONG_USE, "err"),
    (("silences", "some"), Exit.WRONG_USE, "err"),
    (("unsilence", "S1"), Exit.NO, "out"),
    (("query", "ack", "A1"), Exit.WRONG_USE, "err"),
)


def test_what_is_not_done_says_why_and_ends_with_a_code(acting: Usagebot) -> None:
    for words, code, stream in NOT_DONE:
        ran = acting(*words)
        assert ran.code == code, words
        assert getattr(ran, stream).strip(), words
        assert "Traceback" not in ran.out + ran.err


def test_a_machine_gets_json_alone(acting: Usagebot) -> None:
    taken = json.loads(acting("ack", "A1", "--format", "json", "--as", "é<!channel>").out)
    assert (taken["kind"], taken["by"], taken["taken"][0]["view"]["id"]) == ("Acknowledged", "é<!channel>", "A1")
    kept = json.loads(acting("silence", "A1", "2d", "until-worse", "--format", "json").out)
    assert (kept["kind"], kept["silence"]["id"], kept["silence"]["ends"]) == ("Silenced", "S1", "gets_worse")
    assert json.loads(acting("silences", "--format", "json").out)["silences"][0]["match"].startswith("rule=monthly")
    assert json.loads(acting("unsilence", "S1", "--format", "json").out)["was_over"] is False
    assert json.loads(acting("ack", "--format", "json").out)["why"] == "needs_an_alert"


def test_a_history_that_was_never_made_is_not_made_by_an_order(usagebot: Usagebot, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "fleet.yaml").write_text(RULES)
    ran = usagebot("ack", "A1", "--as", "ana")
    assert ran.code == Exit.UNAVAILABLE
    assert "there is no history at" in ran.err
    assert not (tmp_path / "usage.db").exists()
