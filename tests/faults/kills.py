"""`kill -9`, again and again: at chosen places, at any moment from outside, in commits, in the middle of a post."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from random import Random

from bot.demo.api import SimulatedApi, serve
from bot.demo.clock import HandClock
from bot.domain.times import to_slot
from tests.acceptance.world import TOKEN, at
from tests.fakes.slack_faults import drops
from tests.faults.campaign import Campaign, Result, span
from tests.faults.judge import Likeness, judge
from tests.faults.servers import WeatheredSlack, WeatheredSmtp, calm, fair
from tests.faults.stage import BEGIN, FEW, environment_of
from tests.faults.stores import Store
from tests.faults.telling_faults import WRITES
from tests.faults.victim import Order
from tests.nursery import Nursery, nursed

TICKS = 40
LIVES = 25
"""At most, before one that nobody ends."""


class Scene:
    """One folder, its servers, and how lives are ended in it."""

    def __init__(self, nursery: Nursery, slack: WeatheredSlack, smtp: WeatheredSmtp, random: Random) -> None:
        self._nursery, self._slack, self._smtp, self._random = nursery, slack, smtp, random

    async def end_one(self) -> str | None:
        """One life and its end; how it ended, None where it came to its natural end first."""
        way = self._random.choice(("place", "outside", "commit", "post", "mail"))
        code: int = await getattr(self, f"_{way}")()
        self._slack.weather, self._smtp.weather = calm, fair
        assert code in {0, -signal.SIGKILL}, f"a life ended by itself with {code}"
        return way if code else None

    async def _place(self) -> int:
        return await self._nursery.live(Order(TICKS, moment=self._random.randint(1, 40)))

    async def _outside(self) -> int:
        async def later() -> None:
            while not self._nursery.victim:  # noqa: ASYNC110 - a number from a pipe
                await asyncio.sleep(0.005)
            await asyncio.sleep(self._random.uniform(0.05, 1.5))
            self._nursery.kill()

        ending = asyncio.create_task(later())
        code = await self._nursery.live(Order(TICKS))
        ending.cancel()
        return code

    async def _commit(self) -> int:
        order = Order(TICKS, commit=self._random.randint(1, 20), delay=self._random.uniform(0, 0.004))
        return await self._nursery.live(order)

    async def _post(self) -> int:
        """As Slack gets the message, which it takes or not; nobody is there for the answer."""
        left, takes = self._random.randint(1, 4), self._random.random() < 0.6

        def weather(method: str) -> object:
            nonlocal left
            left -= method in WRITES
            if method not in WRITES or left != 0:
                return None
            self._nursery.kill()
            return drops(takes_effect=takes)

        self._slack.weather = weather  # type: ignore[assignment]
        return await self._nursery.live(Order(TICKS))

    async def _mail(self) -> int:
        left, answer = self._random.randint(1, 3), self._random.choice(("", "451 later"))

        def weather() -> str | None:
            nonlocal left
            left -= 1
            if left != 0:
                return None
            self._nursery.kill()
            return answer

        self._smtp.weather = weather
        return await self._nursery.live(Order(TICKS))


async def killed(campaign: Campaign, seed: int, lives: int = LIVES) -> tuple[Result, dict[str, int]]:
    """One scene: so many lives that are ended, if it is not over before, and one that is not. How many each way."""
    store, calm_run = await campaign.copy_and_calm(TICKS, f"killed_{seed}")
    folder = campaign.folder / f"diary_{campaign.database}_{seed}"
    await asyncio.to_thread(folder.mkdir)
    ways: dict[str, int] = {}
    clock = HandClock(at(45))  # behind every attempt of the simulated days, as Slack's clock is in life
    async with (
        serve(SimulatedApi(FEW, clock, token=TOKEN)) as base_url,
        WeatheredSlack(clock) as slack,
        WeatheredSmtp() as smtp,
        nursed("tests.faults.victim", folder, environment(store, base_url, slack, smtp)) as nursery,
    ):
        for channel in ("noc", "ops"):
            slack.add_channel(channel)
        scene = Scene(nursery, slack, smtp, Random(f"kills {seed}"))  # noqa: S311 - seeded moments
        for _ in range(lives):
            way = await scene.end_one()
            if way is None:
                break
            ways[way] = ways.get(way, 0) + 1
        code = await nursery.live(Order(TICKS))
        verdict = judge(store, slack, smtp, span(TICKS), calm_run, Likeness.EXACT, to_slot(BEGIN))
    campaign.shelf.discard(store)
    mistakes = () if code == 0 else (f"the last life ended with {code}",)
    return Result("kill -9", "at any moment", seed, verdict, None, 0, mistakes), ways


def environment(store: Store, base_url: str, slack: WeatheredSlack, smtp: WeatheredSmtp) -> dict[str, str]:
    return {"PYTHONPATH": str(Path(__file__).parents[2]), **environment_of(store, base_url, slack, smtp)}
