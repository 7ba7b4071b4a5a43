"""The operators are reminded of a long silence before it ends."""

from __future__ import annotations

import pytest

from bot.alerts.model import Reason, State
from bot.alerts.silences import Silence
from bot.domain.times import DAY, HOUR, Slot
from bot.notify.plain import plain_text
from bot.rules.telling import EVERYTHING
from bot.service.attend import extend
from tests.fuzz.foreign_text import hides
from tests.service.telling.stage import ANA, Stage, clock


@pytest.mark.parametrize(
    ("length", "before"),
    [(DAY - 1, None), (DAY, 2 * HOUR + 1440), (5 * DAY, DAY // 2), (10 * DAY, DAY), (35 * DAY, DAY)],
)
def test_it_comes_a_tenth_of_the_length_before_the_end_within_bounds(length: int, before: int | None) -> None:
    silence = Silence(EVERYTHING, Slot(1000), Slot(1000 + length))
    assert silence.reminds_at == (None if before is None else 1000 + length - before)


async def test_it_says_who_set_it_why_and_what_it_keeps_quiet(stage: Stage) -> None:
    await stage.silence("10:00", "5d 10:00")
    await stage.fire(1, 2)
    await stage.go("4d 23:00")
    assert [line.partition(":")[2] for line in stage.said] == ["00 noc: fired "]
    assert stage.said[0].startswith("4d 22:00")
    text = plain_text(stage.seen[-1])
    assert "Silence S1 ends on Mon 8 Jun 10:00 UTC and keeps 2 firing alerts quiet." in text
    assert "Set by Ana: maintenance. It began on Wed 3 Jun 10:00 UTC." in text
    assert "Quiet until then: A1 (lte, site-1), A2 (lte, site-2)." in text
    assert "Firing, info" in text


async def test_it_is_edited_when_the_silence_is_over(stage: Stage) -> None:
    await stage.silence("10:00", "1d 10:00")
    await stage.go("1d 12:00")
    assert stage.said == ["1d 07:36 noc: fired "]
    assert stage.edited == ["1d 10:00 noc: resolved "]
    assert stage.seen[-1].alerts[0].reason is Reason.SILENCE_OVER
    assert stage.seen[-1].alerts[0].state is State.RESOLVED


async def test_it_is_as_of_its_instant_however_late_the_bot_looks(stage: Stage) -> None:
    await stage.silence("10:00", "1d 10:00")
    stage.now = clock("1d 09:00")
    await stage.go("1d 09:30")
    assert [(news.at.hour, news.at.minute) for news in stage.seen[0].news] == [(7, 36)]


async def test_a_silence_that_was_made_longer_is_reminded_of_again(stage: Stage) -> None:
    silence = await stage.silence("10:00", "1d 10:00")
    await stage.go("1d 08:00")
    async with stage.history.writing() as tx:
        await extend(tx, stage.fleet, silence, clock("6d 10:00"), ANA, stage.now)
    await stage.go("6d 12:00")
    assert stage.said == ["1d 07:36 noc: fired ", "5d 19:36 noc: fired "]
    assert stage.edited == ["1d 08:00 noc: resolved ", "6d 10:00 noc: resolved "]


async def test_nobody_is_reminded_of_what_was_ended_before(stage: Stage) -> None:
    silence = await stage.silence("10:00", "1d 10:00")
    await stage.go("1d 07:00")
    await stage.unsilence(silence)
    await stage.go("1d 12:00")
    assert stage.said == []


async def test_an_end_while_it_fires_takes_it_back(stage: Stage) -> None:
    silence = await stage.silence("10:00", "1d 10:00")
    await stage.go("1d 09:00")
    await stage.unsilence(silence)
    await stage.go("1d 12:00")
    assert stage.edited == ["1d 09:00 noc: resolved "]


async def test_text_of_others_does_nothing_in_it(stage: Stage) -> None:
    async with stage.history.writing() as tx:
        hostile = Silence(EVERYTHING, clock("10:00"), clock("1d 10:00"), "\u202eevil\x1b[31m", "a\nb\r\n\x07")
        await tx.silences.save(hostile)
    await stage.go("1d 08:00")
    text = plain_text(stage.seen[0])
    assert "Set by evil [31m: a b. It began on" in text
    assert not hides(text)


async def test_it_is_taken_back_although_the_bot_was_away_for_days(stage: Stage) -> None:
    await stage.silence("10:00", "1d 10:00")
    await stage.go("1d 08:00")
    stage.now = clock("5d 08:00")
    await stage.go("5d 09:00", tick=600)
    assert stage.said == ["1d 07:36 noc: fired "]
    assert stage.edited == ["5d 08:00 noc: resolved "]
