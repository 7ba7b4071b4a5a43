"""What the bot finds wrong with itself: it must hold before it is told, and be over for a while before that is said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from bot.alerts.model import Alert, AlertKey, Kind, State
from bot.alerts.trouble import Found, Vital, looked
from bot.domain.times import Slot
from bot.rules.model import Severity

BAD = Vital(AlertKey("", "usagebot:disk", Kind.SELF, None), Found.BREACH, hold=120, note="nearly full")
WELL, NOBODY_KNOWS = replace(BAD, found=Found.CLEAR), replace(BAD, found=Found.UNKNOWN)
WORSE = replace(BAD, severity=Severity.CRITICAL, note="full")


def lived(looks: Iterable[tuple[int, Vital]]) -> tuple[list[str], Alert | None]:
    """What became of it, like `120 fired`, and the alert as it stands in the end."""
    alert: Alert | None = None
    moves = []
    for at, vital in looks:
        alert, move = looked(alert, vital, Slot(at))
        moves += [f"{at} {move.change.value}"] if move else []
        if alert is not None and not alert.is_open:
            alert = None
    return moves, alert


def every(seconds: int, first: int, last: int, vital: Vital) -> list[tuple[int, Vital]]:
    return [(at, vital) for at in range(first, last + 1, seconds)]


LIVES = {
    "it is told once it has held, and its end once it was over for five minutes": (
        [*every(30, 0, 600, BAD), *every(30, 630, 1200, WELL)],
        ["0 pending", "120 fired", "930 resolved"],
    ),
    "what does not last is never told": (
        [*every(30, 0, 90, BAD), *every(30, 120, 300, WELL)],
        ["0 pending", "150 resolved"],
    ),
    "what need not hold is told at once": ([(0, replace(BAD, hold=0))], ["0 fired"]),
    "one look without it ends nothing": (
        [*every(30, 0, 60, BAD), (90, WELL), *every(30, 120, 180, BAD)],
        ["0 pending", "150 fired"],
    ),
    "it does not flicker: what comes back within five minutes was never over": (
        [*every(30, 0, 120, BAD), *every(30, 150, 390, WELL), *every(30, 420, 480, BAD), *every(30, 510, 840, WELL)],
        ["0 pending", "120 fired", "810 resolved"],
    ),
    "a look that cannot say neither ends it nor lets it begin": (
        [
            *every(30, 0, 300, NOBODY_KNOWS),
            (330, BAD),
            *every(30, 360, 3600, NOBODY_KNOWS),
            *every(30, 3630, 3690, BAD),
        ],
        ["330 pending", "3690 fired"],
    ),
    "while nobody looks no time passes": (
        [(0, BAD), (30, BAD), (86400, BAD), (86430, BAD)],
        ["0 pending", "86430 fired"],
    ),
    "nor does it where the clock is set back": (
        [*every(30, 9000, 9060, BAD), *every(30, 0, 60, BAD)],
        ["9000 pending", "60 fired"],
    ),
    "what gets worse is told anew, and stays as bad as it was": (
        [*every(30, 0, 120, BAD), *every(30, 150, 210, WORSE), *every(30, 240, 300, BAD), (330, WORSE)],
        ["0 pending", "120 fired", "150 worsened"],
    ),
    "of two replicas the one in trouble counts": (
        sorted([*every(30, 0, 600, BAD), *every(30, 15, 615, WELL)], key=lambda look: look[0]),
        ["0 pending", "240 fired"],
    ),
}


@pytest.mark.parametrize("life", LIVES)
def test_its_life(life: str) -> None:
    looks, expected = LIVES[life]
    assert lived(looks)[0] == expected


def test_people_are_told_what_was_true_when_it_fired_or_got_worse() -> None:
    later = replace(BAD, note="nearly full, still")
    fuller = [*every(30, 0, 90, BAD), *every(30, 120, 150, later), *every(30, 180, 300, BAD)]
    alert = lived(fuller)[1]
    assert alert is not None
    assert (alert.note, alert.severity, alert.since, alert.fired_at) == ("nearly full, still", Severity.WARNING, 0, 120)
    worse = lived([*fuller, (330, WORSE), (360, BAD)])[1]
    assert worse is not None
    assert (worse.note, worse.severity, worse.state) == ("full", Severity.CRITICAL, State.FIRING)
