"""The usage API: down, slow, flapping, and answering rubbish."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import tzinfo
from random import Random
from zoneinfo import ZoneInfo

from bot.demo import faults as demo
from bot.demo import rows
from bot.demo.asking import Question
from tests.faults.faults import DAY, Fault, Happens
from tests.faults.judge import Likeness
from tests.faults.stage import Stage


def standing(*faults: demo.Fault) -> Happens:
    """The API does this to every request."""

    @asynccontextmanager
    async def happens(stage: Stage, random: Random) -> AsyncIterator[None]:
        del random
        for fault in faults:
            stage.api.faults.switch_on(fault)
        yield
        stage.api.faults.switch_off()

    return happens


def flapping(*faults: demo.Fault) -> Happens:
    """Now this, now that, now nothing; decided anew for every few requests."""

    @asynccontextmanager
    async def happens(stage: Stage, random: Random) -> AsyncIterator[None]:
        def change() -> None:
            stage.api.faults.switch_off()
            for _ in range(4):
                stage.api.faults.switch_on(random.choice(faults), requests=random.randint(0, 3))

        stage.each_tick.append(change)
        yield
        stage.each_tick.remove(change)
        stage.api.faults.switch_off()

    return happens


@asynccontextmanager
async def slow(stage: Stage, random: Random) -> AsyncIterator[None]:
    """Answers come after the client has given up."""
    del random
    over = asyncio.Event()

    async def hold(_seconds: float) -> None:
        await over.wait()

    usual, stage.api.sleep = stage.api.sleep, hold
    stage.api.faults.switch_on(demo.Slow())
    yield
    stage.api.faults.switch_off()
    over.set()
    stage.api.sleep = usual


def written(spoil: Callable[[list[rows.Row], Question], Sequence[object]]) -> Happens:
    """Rows are written wrongly: a way that the simulated API does not have."""

    @asynccontextmanager
    async def happens(stage: Stage, random: Random) -> AsyncIterator[None]:
        del random
        usual = rows.spoiled

        def spoiled(good: list[rows.Row], faults: object, question: Question, zone: object) -> list[object]:
            del faults, zone
            return list(spoil(good, question))

        rows.spoiled = spoiled  # type: ignore[assignment]
        yield
        rows.spoiled = usual

    return happens


@asynccontextmanager
async def other_zone(stage: Stage, random: Random) -> AsyncIterator[None]:
    """Rows are suddenly written in the zone of whoever looks."""
    del random
    usual = rows.written

    def written_there(totals: Sequence[rows.Total], zone: tzinfo) -> list[rows.Row]:
        del zone
        return usual(totals, ZoneInfo("Africa/Johannesburg"))

    rows.written = written_there  # type: ignore[assignment]
    yield
    rows.written = usual


def half_a_row(good: list[rows.Row], question: Question) -> Sequence[object]:
    del question
    return [*good[:-1], *({"time_slot": row["time_slot"]} for row in good[-1:])]


def only_totals(good: list[rows.Row], question: Question) -> Sequence[object]:
    del question
    return [{key: row[key] for key in ("time_slot", "total_combined_bytes")} for row in good]


def negative(good: list[rows.Row], question: Question) -> Sequence[object]:
    del question
    return [row | {"total_in_bytes": -int(str(row["total_in_bytes"]))} for row in good]


def future(good: list[rows.Row], question: Question) -> Sequence[object]:
    """The rows, and as many of the day after."""
    ahead = [row | {"time_slot": rows.written_time(question.first + 86400 + 300 * n, ZoneInfo("UTC"))} for n, row in
             enumerate(good)]  # fmt: skip
    return [*good, *ahead]


def enormous(good: list[rows.Row], question: Question) -> Sequence[object]:
    del question
    return [row | {"total_out_bytes": 10**30} for row in good]


def nothing(good: list[rows.Row], question: Question) -> Sequence[object]:
    del good, question
    return []


def twice(good: list[rows.Row], question: Question) -> Sequence[object]:
    """Every row once more, and wrong."""
    del question
    return [*good, *(row | {"total_in_bytes": 1} for row in good)]


FLAPS = (
    demo.Down(), demo.Failing(500), demo.Failing(503, "3"), demo.Failing(429, "5"), demo.Html(), demo.Html(502),
    demo.Truncated(), demo.Truncated(whole_response=True), demo.Rubbish(), demo.Unauthorised(),
)  # fmt: skip
LATE = Likeness.STATES

API = (
    Fault("usage API", "down for a day", standing(demo.Down()), LATE, DAY),
    Fault("usage API", "503 for a day", standing(demo.Failing(503)), LATE, DAY),
    Fault("usage API", "slower than the time-out", slow, LATE, 2),
    Fault("usage API", "flapping", flapping(*FLAPS), LATE),
    Fault("usage API", "429 without Retry-After", standing(demo.Failing(429)), LATE),
    Fault("usage API", "429 with an absurd Retry-After", standing(demo.Failing(429, "999999999")), LATE),
    Fault("usage API", "200 with a page of HTML", standing(demo.Html()), LATE),
    Fault("usage API", "half a body, cut", standing(demo.Truncated()), LATE),
    Fault("usage API", "half a body, as if whole", standing(demo.Truncated(whole_response=True)), LATE),
    Fault("usage API", "64 MB of rows", standing(demo.Huge()), LATE, 1),
    Fault("usage API", "token refused", standing(demo.Unauthorised()), LATE),
    Fault("usage API", "token refused, the other body", standing(demo.Unauthorised(bare=True)), LATE),
    Fault("usage API", "rubbish among the rows", standing(demo.Rubbish()), LATE),
    Fault("usage API", "rows in no order", standing(demo.Unordered())),
    Fault("usage API", "half a row", written(half_a_row), LATE),
    Fault("usage API", "totals only", written(only_totals), LATE),
    Fault("usage API", "negative rows", written(negative), LATE),
    Fault("usage API", "enormous rows", written(enormous), LATE),
    Fault("usage API", "rows of the future", written(future)),
    Fault("usage API", "rows twice, and contradictory", written(twice), LATE),
    Fault("usage API", "no rows for an hour", written(nothing), LATE),
    Fault("usage API", "no rows for a day", written(nothing), LATE, DAY),
    # Two days are read again every hour, so up to an hour of what was believed of the day before yesterday stays.
    Fault("usage API", "rows in another zone", other_zone, Likeness.HISTORY, 3, known_days=1),
    Fault("usage API", "values that are revised later", standing(demo.Revised(30)), Likeness.HISTORY, known_days=1),
    Fault("usage API", "values that were too high", standing(demo.Revised(-30)), Likeness.HISTORY, known_days=1),
)
