"""What each measured fact means, at its borders, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.trouble import Found, Vital
from bot.domain.times import Slot, to_slot
from bot.rules.model import Severity
from bot.service.vitals.checks import Speech, clock, disk, failing, outbox, socket, stale, vitals
from bot.service.vitals.facts import Behind, Ear, Machine, Reach, Room, Stuck
from tests.service.vitals.stage import ahead

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SPEECH = Speech(ZoneInfo("Africa/Johannesburg"), NOW)
GIB = 2**30
BREACH, CLEAR, UNKNOWN = Found.BREACH, Found.CLEAR, Found.UNKNOWN


def heard(minutes: float, *, was_heard: bool = True) -> Vital:
    return socket(Ear(timedelta(minutes=minutes), was_heard), SPEECH)


def room(free: int, total: int = 100 * GIB) -> Vital:
    return disk(Room("/var/lib/usagebot", free, total))


CASES = {
    "a socket that was just heard": (heard(0.5), CLEAR),
    "a socket of which nothing was heard for two minutes": (heard(2), UNKNOWN),
    "a socket that was silent for five minutes": (heard(5), UNKNOWN),
    "a socket that was silent for longer": (heard(5.1), BREACH),
    "a socket that has just been opened": (heard(0, was_heard=False), UNKNOWN),
    "a socket that never said anything": (heard(6, was_heard=False), BREACH),
    "a disk with room": (room(20 * GIB), CLEAR),
    "a large disk, of which a small part is much": (room(2 * GIB, 1000 * GIB), CLEAR),
    "a small disk, of which little is a large part": (room(GIB // 2, 4 * GIB), CLEAR),
    "a disk that is nearly full": (room(GIB - 1), BREACH),
    "a disk that is only just not nearly full": (room(GIB + 1), UNKNOWN),
    "a disk without room": (room(0), BREACH),
    "a clock that agrees": (clock(ahead(-50)), CLEAR),
    "a clock that nearly disagrees": (clock(ahead(-60)), UNKNOWN),
    "a clock that is behind": (clock(ahead(-61)), BREACH),
    "a clock that is ahead": (clock(ahead(61)), BREACH),
    "a clock that nobody could compare": (clock(Machine()), UNKNOWN),
    "a job whose latest run went well": (failing("assess", ""), CLEAR),
    "a job that has not run yet": (failing("assess", None), UNKNOWN),
    "a job that fails": (failing("assess", "the disk is full"), BREACH),
    "an outbox in which nothing is late": (outbox(None, SPEECH), CLEAR),
    "a workspace without sites": (stale(Reach("acme", 0), SPEECH), CLEAR),
    "a workspace whose token is refused": (
        stale(Reach("acme", 1, (Behind("x", None),), is_refused=True), SPEECH),
        UNKNOWN,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_it_means(case: str) -> None:
    vital, found = CASES[case]
    assert vital.found is found
    assert bool(vital.note) == (found is BREACH)


def test_a_disk_without_room_is_worse_than_one_with_little() -> None:
    assert (room(GIB - 1).severity, room(10**8 - 1).severity) == (Severity.WARNING, Severity.CRITICAL)


def test_the_clock_that_differs_most_is_named() -> None:
    machine = Machine(ahead={"the API's": 70.0, "the database's": -7200.0})
    assert clock(machine).note.startswith("This machine's clock is 2 hours behind the database's\n")


def test_what_a_process_does_not_have_is_no_matter_of_it() -> None:
    topics = [vital.key.rule for vital in vitals(Machine(), [], None, SPEECH)]
    assert topics == ["usagebot:outbox", "usagebot:clock"]


STUCK = Stuck(12, to_slot(NOW - timedelta(hours=1)), "noc (slack:#noc)", "no answer in time")
LONG = tuple(Behind(f"site-{n}", to_slot(NOW - timedelta(hours=n))) for n in range(9, 0, -1))
NOTES = {
    "outbox": (
        outbox(STUCK, SPEECH),
        (
            "12 messages have been waiting to be delivered since Mon 1 Jun 13:00 SAST\n"
            "The oldest is for noc (slack:#noc): no answer in time. Nothing is lost: "
        ),
    ),
    "one message": (
        outbox(replace(STUCK, rows=1, why=""), SPEECH),
        "1 message has been waiting to be delivered since Mon 1 Jun 13:00 SAST\nThe oldest is for noc (slack:#noc). N",
    ),
    "socket": (heard(6), "Slack has said nothing over Socket Mode since Mon 1 Jun 13:54 SAST\nQuestions and buttons"),
    "disk": (room(812_000_000), "The disk of /var/lib/usagebot is nearly full: 812 MB of 107 GB are free\nWithout"),
    "job": (failing("assess", "the disk is full; make room"), "The bot's job 'assess' does not work\nthe disk is full"),
    "some sites": (
        stale(Reach("acme", 300, LONG, "404 Not Found"), SPEECH),
        "9 of 300 sites of workspace acme are not being read\nsite-9 (since Mon 1 Jun 05:00 SAST), site-8 (since ",
    ),
    "more than can be named": (
        stale(Reach("acme", 300, LONG, "404 Not Found"), SPEECH),
        "site-5 (since Mon 1 Jun 09:00 SAST) and 4 more. The API's latest trouble: 404 Not Found. No rule is judged",
    ),
    "all sites, of which one was never read": (
        stale(Reach("acme", 10, (Behind("new", None), *LONG)), SPEECH),
        "No usage of workspace acme has been read since Mon 1 Jun 13:00 SAST\nAll its 10 sites are concerned. Until",
    ),
    "names that would break out of their line": (
        stale(Reach("a\nb", 2, (Behind("x\nFiring: everything\x1b[31m", None),), "<!channel>\nand more"), SPEECH),
        (
            "1 of 2 sites of workspace a b is not being read\nx Firing: everything [31m (never read). The API's latest "
            "trouble: <!channel> and more. "
        ),
    ),
}


@pytest.mark.parametrize("case", NOTES)
def test_what_is_said_of_it(case: str) -> None:
    vital, words = NOTES[case]
    assert words in vital.note
    assert vital.note.count("\n") == 1


def test_a_slot_is_told_in_the_zone_of_the_rules() -> None:
    assert SPEECH.since(Slot(to_slot(NOW))) == "Mon 1 Jun 14:00 SAST"
