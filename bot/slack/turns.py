"""Turns: few are answered at a time, nobody waits for ever, and what goes wrong has an id that the log knows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import structlog

from bot.service.answers import Answer

log = structlog.get_logger(__name__)

PATIENCE = timedelta(seconds=20)
AT_ONCE = 4
"""Questions that are answered at the same time; the others wait."""
MOST_WAITING = 50
CUT_OFF_WITHIN = 2.0
"""Seconds that a transaction has which is in its middle as the bot stops."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, and whether everybody in the channel is to see it.

    `is_meant`: it is what somebody wanted to know or to have done, and not what is said to a mistake. `code` is to be
    copied, and stands beneath it. It is one `page` of what was asked for in `words`, "" of what nobody asks again.
    """

    answer: Answer
    public: bool = False
    is_meant: bool = False
    code: str = ""
    words: str = ""
    page: int = 1


class Turns:
    """Gives each piece of work its turn. People are told the id of what went wrong, and nothing else of it."""

    def __init__(self, new_id: Callable[[], str], patience: timedelta = PATIENCE) -> None:
        self._new_id = new_id
        self._patience = patience.total_seconds()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._running: set[asyncio.Task[Any]] = set()

    def under_way(self) -> AbstractContextManager[None]:
        """Whatever runs inside is waited for by `drain`."""
        return _counted(self._running)

    async def drain(self, grace: timedelta) -> None:
        """Let what is under way end, within the grace; the rest is cut off, and what must not be is waited for."""
        running = self._running - {asyncio.current_task()}
        if running:
            _, late = await asyncio.wait(running, timeout=grace.total_seconds())
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=CUT_OFF_WITHIN)

    async def answered(self, work: Callable[[], Awaitable[T]], place: str, *, is_order: bool) -> T | Answered:
        """What the work says, or what is said in its place. `place` is the channel, for the log."""
        if len(self._running) > MOST_WAITING:
            return Answered(Answer("Many questions are waiting just now.", notes=("Please ask again in a minute.",)))
        try:
            async with asyncio.timeout(self._patience), self._slots:
                return await work()
        except TimeoutError:
            id_ = self._new_id()
            log.warning("usage_too_slow", error_id=id_, channel=place)
            return Answered(_apology("That took too long.", id_, is_order=is_order))
        except Exception:
            id_ = self._new_id()
            log.exception("usage_failed", error_id=id_, channel=place)
            return Answered(_apology("Sorry, that did not work.", id_, is_order=is_order))


@contextmanager
def _counted(running: set[asyncio.Task[Any]]) -> Iterator[None]:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine always runs in one
    is_inner = task in running
    running.add(task)
    try:
        yield
    finally:
        if not is_inner:
            running.discard(task)


def _apology(title: str, id_: str, *, is_order: bool) -> Answer:
    """Of an order nobody knows whether it was carried out: the answer may be all that failed."""
    said = "Your question was fine."
    if is_order:
        said = "It may have been done: look, or do it again, which does no harm."
    return Answer(title, notes=(f"{said} The operators find the reason in the log, under {id_}.",))
