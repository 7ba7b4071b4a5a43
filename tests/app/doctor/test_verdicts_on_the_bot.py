"""What the doctor says of a bot that runs, or should."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.app.doctor.findings import Standing
from bot.app.doctor.own import own
from bot.domain.times import Slot, to_slot
from bot.history.vitals import Told, Vitals

NOW = datetime(2026, 6, 20, 10, 3, tzinfo=UTC)


def ago(seconds: int) -> Slot:
    return to_slot(NOW - timedelta(seconds=seconds))


def test_where_no_bot_has_run_there_is_nothing_to_say() -> None:
    assert list(own(Vitals(None), NOW)) == []


def test_a_bot_that_looked_at_itself_lately_runs() -> None:
    [found] = own(Vitals(None, looked_at=ago(20)), NOW)
    assert (found.standing, found.text) == (Standing.OK, "one looked at itself 20 s ago")


def test_one_that_did_not_may_be_dead() -> None:
    [found] = own(Vitals(None, looked_at=ago(7200)), NOW)
    assert (found.standing, found.text) == (Standing.WARNING, "none has looked at itself for 2 h")


def test_what_its_operators_were_told_is_said_with_what_to_do() -> None:
    told = (Told(ago(600), "The disk is\x1b[2J nearly full\nMake room\x1b."), Told(ago(60), "a receiver is gone"))
    _, disk, receiver = own(Vitals(None, looked_at=ago(20), troubles=told), NOW)
    assert (disk.standing, disk.text) == (Standing.WARNING, "since 2026-06-20T09:53:00Z: The disk is [2J nearly full")
    assert disk.remedy == "Make room ."
    assert receiver.remedy == "Its operators were told what to do"
