"""A message that nobody will ever take is given up and reported in one commit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from bot.demo.clock import HandClock
from bot.history.store import SqlTransaction
from bot.service.ports import Delivered, Rejected
from tests.acceptance.test_end_to_end import QUOTA
from tests.acceptance.world import SHORT, Remembering, at, world


async def test_a_stop_right_after_the_refusal_was_written_leaves_the_operators_told(tmp_path: Path) -> None:
    people = Remembering(outcomes=[Rejected("the channel is gone")])
    async with world(tmp_path, QUOTA, HandClock(at(31, 8, 3)), options=SHORT, people=people) as bot:
        await bot.pull.run()
        await bot.assess.run()
        writing, commits = bot.history.writing, [0]

        @asynccontextmanager
        async def dying() -> AsyncIterator[SqlTransaction]:
            """The claim is committed, the outcome too, and then the process is gone."""
            commits[0] += 1
            if commits[0] > 2:
                raise RuntimeError("killed")
            async with writing() as tx:
                yield tx

        bot.history.writing = cast("Any", dying)  # type: ignore[method-assign]
        with pytest.raises(RuntimeError, match="killed"):
            await bot.deliver.run()
        bot.history.writing = writing  # type: ignore[method-assign]
        await bot.deliver.run()
        assert [alert.note for n in people.seen for alert in n.alerts if "the channel is gone" in alert.note]


async def test_who_of_several_is_refused_is_told_to_the_operators(tmp_path: Path) -> None:
    people = Remembering(outcomes=[Delivered("ref", but="boss@example.com (550 no such user)")])
    clock = HandClock(at(31, 8, 3))
    async with world(tmp_path, QUOTA, clock, options=SHORT, people=people) as bot:
        await bot.tick()
        told = [alert.note for n in people.seen for alert in n.alerts]
        assert len(told) == 1
        assert "reach only a part of noc" in told[0]
        assert "boss@example.com (550 no such user)" in told[0]
