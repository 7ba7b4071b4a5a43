"""`usagebot audit`: who did what, for people and for programs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.app.build import system_clock
from bot.cli.auditing import MOST
from bot.cli.exits import Exit
from bot.domain.times import DAY, HOUR, Slot, to_slot
from bot.history.migrate import upgrade
from bot.history.store import SqlHistory
from bot.service.ports import AuditEntry
from tests.cli.console import Usagebot

NOW = to_slot(system_clock())
HOSTILE = "[red]Ana \x1b[31m\u202e"
UNTIL = Slot(1_780_296_000)
ENTRIES = [
    AuditEntry(Slot(NOW - 30 * DAY), "Ana", "slack", "acknowledged", "A1", "acme", {"rule": "lte", "until": None}),
    AuditEntry(Slot(NOW - 2 * DAY), HOSTILE, "slack", "silenced", "S4", "", {"reason": HOSTILE, "ends_at": UNTIL}),
    AuditEntry(Slot(NOW - HOUR), "Ben", "terminal", "tested", "noc", "", {"outcomes": {"slack:#noc": "delivered"}}),
    AuditEntry(Slot(NOW - 60), "usagebot", "bot", "rules_reloaded", "rules", "", {"was": "a", "version": "b"}),
]


def written(folder: Path, entries: list[AuditEntry]) -> None:
    async def fill() -> None:
        history = SqlHistory(url)
        await history.open()
        async with history.writing() as tx:
            for entry in entries:
                await tx.audit.add(entry)
        await history.close()

    url = f"sqlite:///{folder / 'usage.db'}"
    upgrade(url)
    asyncio.run(fill())


@pytest.fixture
def audited(usagebot: Usagebot, tmp_path: Path) -> Usagebot:
    written(tmp_path, ENTRIES)
    return usagebot


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_the_last_week_is_shown_the_oldest_first(audited: Usagebot) -> None:
    ran = audited("audit")
    assert (ran.code, ran.err) == (Exit.OK, "")
    assert "3 entries" in ran.out
    assert [word for word in ran.out.split() if word in {"acknowledged", "silenced", "tested", "rules_reloaded"}] == [
        "silenced",
        "tested",
        "rules_reloaded",
    ]
    assert "ends_at: 2026-06-01T06:40:00Z" in ran.out
    assert "outcomes: slack:#noc delivered" in ran.out


def test_machines_get_one_object_a_line(audited: Usagebot) -> None:
    ran = audited("audit", "--since", "60d", "--format", "jsonl")
    found = lines(ran.out)
    assert [one["action"] for one in found] == [entry.action for entry in ENTRIES]
    assert found[0]["detail"] == {"rule": "lte"}
    assert (found[1]["actor"], found[1]["detail"]["ends_at"]) == (HOSTILE, "2026-06-01T06:40:00Z")
    assert {"at", "actor", "via", "action", "subject", "workspace", "detail"} == set(found[0])


def test_text_of_others_has_no_power_over_the_terminal(audited: Usagebot) -> None:
    table, machine = audited("audit"), audited("audit", "--format", "jsonl")
    assert "[red]Ana" in table.out
    assert not {"\x1b", "\u202e"} & {*table.out, *machine.out}
    assert machine.out.isascii()


def test_only_what_is_asked_for_is_shown_and_a_slip_is_said(audited: Usagebot) -> None:
    ran = audited("audit", "--action", "Tested", "--action", "silenced", "--format", "jsonl")
    assert [one["action"] for one in lines(ran.out)] == ["silenced", "tested"]
    slip = audited("audit", "--action", "silence")
    assert slip.code == Exit.OK
    assert "Nothing was done." in slip.out
    assert slip.err == "note: nothing was ever 'silence' — did you mean 'silenced'?\n"
    assert "there are acknowledged, rules_reloaded" in audited("audit", "--action", "qqq").err
    assert audited("audit", "--since", "yesterday").code == Exit.WRONG_USE


def test_a_long_audit_is_cut_for_people_and_whole_for_machines(usagebot: Usagebot, tmp_path: Path) -> None:
    entries = [AuditEntry(Slot(NOW - HOUR + n), "Ana", "slack", "acknowledged", f"A{n}") for n in range(MOST + 5)]
    written(tmp_path, entries)
    table, machine = usagebot("audit"), usagebot("audit", "--format", "jsonl")
    assert f"Only the latest {MOST} are shown" in table.out
    assert "A5 " in table.out
    assert "A4 " not in table.out
    assert len(lines(machine.out)) == MOST + 5
