"""A process that is to be killed: `python -m tests.faults.telling.victim FOLDER`. Lives as often as it is told (see
tests/nursery.py); each line of its input is an `Order`."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from bot.app.logs import configure_logs
from bot.demo.clock import HandClock
from tests.faults.telling.process import Fuse, Place
from tests.faults.telling.run import Telling
from tests.faults.telling.story import story
from tests.nursery import nurse


@dataclass(frozen=True)
class Order:
    """Tell the story of that seed from `now` on, and be killed at the `moment`-th place; 0 is never. What the clock
    shows is kept in `diary`."""

    place: Place
    seed: int
    acts: int
    now: str
    moment: int
    diary: str

    def __str__(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: str) -> Order:
        found = json.loads(text)
        return cls(Place(**found.pop("place")), **found)


def end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def live(order: Order) -> None:
    clock = HandClock(datetime.fromisoformat(order.now))
    acts, fuse = story(order.seed, order.acts), Fuse(order.moment, end)
    telling = Telling(order.place, clock, acts, order.seed, fuses=[fuse])

    async def write() -> None:
        """Whole or not at all: the diary is not what is tested."""
        diary = Path(order.diary)
        new = diary.with_suffix(".new")
        new.write_text(clock.now.isoformat())
        new.replace(diary)

    telling.before = write
    await telling.tell()
    assert not telling.mistakes, telling.mistakes


if __name__ == "__main__":
    configure_logs("console", "critical")
    nurse(lambda text: live(Order.parse(text)))
