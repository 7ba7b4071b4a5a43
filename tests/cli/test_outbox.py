"""`usagebot outbox …` beside a history in which something waits, something was refused and something delivered."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app.build import system_clock
from bot.cli.exits import Exit
from bot.domain.times import DAY, Slot, Window, to_slot
from bot.history.migrate import upgrade
from bot.history.store import SqlHistory
from bot.rules.model import Endpoint, Medium
from bot.rules.telling import Rhythm
from bot.service.ports import AuditEntry, Digested, OutboxRow, Standing
from bot.service.reports.send import group_of
from tests.cli.console import Ran, Usagebot
from tests.history.given import group, news, quota_alert, transition

HOSTILE = "[red]the channel \x1b[31m is gone\u202e"
NOW = to_slot(system_clock())


async def _fill(url: str) -> None:
    history = SqlHistory(url)
    await history.open()
    async with history.writing() as tx:
        (alert,) = await tx.alerts.save([quota_alert()])
        (move,) = await tx.alerts.record([transition(alert)])
        own = await tx.outbox.save_group(group(alert.id, name="default/rule:lte"))
        waiting = news(own.id, move.id, due_at=NOW + 86400, created_at=NOW - 60)
        settled = replace(waiting, settled_at=Slot(NOW - 3600))
        for row in (
            waiting,
            replace(settled, standing=Standing.REJECTED, attempts=3, why=HOSTILE),
            replace(settled, standing=Standing.DELIVERED, attempts=1),
            replace(settled, standing=Standing.REJECTED, settled_at=Slot(NOW - 30 * 86400)),
            replace(waiting, leased_by="bot", leased_until=Slot(NOW + 86400), attempts=1, loud=False),
        ):
            await tx.outbox.save(row)
    await history.close()


@pytest.fixture
def outbox(usagebot: Usagebot, tmp_path: Path) -> Usagebot:
    """Runs `usagebot outbox ARGUMENTS`: N1 waits, N2 and (long ago) N4 were refused, N3 delivered, N5 is being sent."""
    url = f"sqlite:///{tmp_path / 'usage.db'}"
    upgrade(url)
    asyncio.run(_fill(url))

    def run(*arguments: str) -> Ran:
        return usagebot("outbox", *arguments)

    return run


def rows_of(folder: Path) -> dict[int, OutboxRow]:
    return dict(asyncio.run(_rows(f"sqlite:///{folder / 'usage.db'}"))[0])


def audit_of(folder: Path) -> list[AuditEntry]:
    return asyncio.run(_rows(f"sqlite:///{folder / 'usage.db'}"))[1]


async def _rows(url: str) -> tuple[dict[int, OutboxRow], list[AuditEntry]]:
    history = SqlHistory(url)
    await history.open()
    async with history.reading() as tx:
        found = {row.id: row for row in await tx.outbox.some(range(10))}, list(await tx.audit.since(Slot(0), None))
    await history.close()
    return found


def listed(ran: Ran) -> list[str]:
    return [one["id"] for one in json.loads(ran.out)["notifications"]]


def test_what_waits_is_listed_with_whom_it_is_for_and_what_keeps_it(outbox: Usagebot) -> None:
    ran = outbox("list")
    assert (ran.code, ran.err) == (Exit.OK, "")
    first, second = [line for line in ran.out.splitlines() if line.startswith((" N1", " N5", "N1", "N5"))]
    assert "noc (email:a@example.com,b@example.com)" in first
    assert "lte: A1 fired" in first
    assert "waits for " in first
    assert "(edit only)" in second
    assert "is being sent" in second
    assert "1 notification could not be delivered lately: --rejected shows why." in ran.out


def test_a_machine_gets_what_it_asks_for(outbox: Usagebot) -> None:
    assert listed(outbox("list", "--format", "json")) == ["N1", "N5"]
    assert listed(outbox("list", "--rejected", "--format", "json")) == ["N2"]
    assert listed(outbox("list", "--rejected", "--since", "60d", "--format", "json")) == ["N2", "N4"]
    assert listed(outbox("list", "--all", "--format", "json")) == ["N1", "N2", "N3", "N5"]
    assert listed(outbox("list", "--all", "--receiver", "boss", "--format", "json")) == []


def test_a_digest_is_told_by_its_report_and_its_days(usagebot: Usagebot, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'usage.db'}"
    upgrade(url)
    asyncio.run(_digest(url))
    assert "digest mondays, 2026-11-16 to 2026-11-22" in usagebot("outbox", "list").out
    (one,) = json.loads(usagebot("outbox", "list", "--format", "json").out)["notifications"]
    assert one["digest"] == {
        "report": "mondays",
        "rhythm": "weekly",
        "start": "2026-11-15T22:00:00Z",
        "end": "2026-11-22T22:00:00Z",
        "workspaces": ["acme"],
    }
    assert (one["workspace"], one["news"]) == ("", [])


async def _digest(url: str) -> None:
    start = to_slot(datetime(2026, 11, 15, 22, tzinfo=UTC))
    week = Window(start, Slot(start + 7 * DAY))
    said = Digested("mondays", Rhythm.WEEKLY, week, "Africa/Johannesburg", week.end, ("acme",))
    history = SqlHistory(url)
    await history.open()
    async with history.writing() as tx:
        own = await tx.outbox.save_group(group_of("noc", Endpoint(Medium.SLACK, ("#noc",)), said, NOW))
        await tx.outbox.save(OutboxRow(own.id, (), True, NOW, NOW))
    await history.close()


def test_text_of_others_has_no_power_over_the_terminal(outbox: Usagebot) -> None:
    table, machine = outbox("list", "--rejected"), outbox("list", "--rejected", "--format", "json")
    assert "[red]the channel" in table.out
    assert not {"\x1b", "\u202e"} & {*table.out, *machine.out}
    assert machine.out.isascii()


def test_one_is_put_back_by_its_name_and_it_is_kept_who_did_it(outbox: Usagebot, tmp_path: Path) -> None:
    ran = outbox("requeue", "n2", "--as", "Ana\nB")
    assert (ran.code, ran.out, ran.err) == (Exit.OK, "N2 will be sent again.\n", "")
    row = rows_of(tmp_path)[2]
    assert (row.standing, row.attempts) == (Standing.WAITING, 3)
    (entry,) = audit_of(tmp_path)
    assert (entry.actor, entry.via, entry.action, entry.subject) == ("Ana B", "terminal", "requeued", "N2")


def test_all_that_was_refused_lately_is_put_back(outbox: Usagebot, tmp_path: Path) -> None:
    assert outbox("requeue", "--rejected").out == "N2 will be sent again.\n"
    assert rows_of(tmp_path)[4].standing is Standing.REJECTED
    again = outbox("requeue", "--rejected")
    assert (again.code, again.out) == (Exit.OK, "Nothing was rejected since then.\n")


def test_what_is_left_alone_is_told_and_the_rest_is_done(outbox: Usagebot, tmp_path: Path) -> None:
    ran = outbox("discard", "N1", "N5", "N77", "--reason", "the site is sold")
    assert (ran.code, ran.out) == (Exit.NO, "N1 was discarded.\n")
    assert "N5: it is being sent right now" in ran.err
    assert "N77: there is no such notification" in ran.err
    assert {number: row.standing for number, row in rows_of(tmp_path).items() if number in {1, 5}} == {
        1: Standing.DISCARDED,
        5: Standing.WAITING,
    }


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("list", "--waiting", "--all"), "ask for one"),
        (("list", "--since", "soon"), "write it like 7d"),
        (("requeue",), "name notifications, or give --rejected"),
        (("requeue", "N1", "--rejected"), "give IDs or --rejected"),
        (("requeue", "N1", "--receiver", "noc"), "--receiver goes with --rejected"),
        (("requeue", "A17"), "'A17' is no notification"),
        (("requeue", "N" + "9" * 19), "is no notification"),
        (("requeue", "N1", "--as", " "), "--as: this is no name"),
        (("discard", "N1"), "--reason"),
        (("discard", "N1", "--reason", " "), "say why"),
    ],
)
def test_words_that_are_not_understood_change_nothing(words: tuple[str, ...], what: str, outbox: Usagebot) -> None:
    ran = outbox(*words)
    assert (ran.code, ran.out) == (Exit.WRONG_USE, "")
    assert what in ran.err


def test_a_history_that_was_never_made_says_what_to_do(usagebot: Usagebot, tmp_path: Path) -> None:
    ran = usagebot("outbox", "list")
    assert ran.code == Exit.UNAVAILABLE
    assert "usagebot run" in ran.err
    assert not (tmp_path / "usage.db").exists()
