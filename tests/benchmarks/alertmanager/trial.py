"""One sender under one trouble: alerts begin while it lasts, and end while it lasts again; then what Slack shows."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.alertmanager.faults import Trouble, TroubledSlack
from tests.benchmarks.alertmanager.ledger import SITES
from tests.benchmarks.alertmanager.senders import Sender, becomes
from tests.fakes.slack_view import seen
from tests.fakes.slack_workspace import JsonObject

LASTS = 20.0
"""Seconds of the trouble, over which the facts are spread."""
KILLED_AT = (4.5, 11.5)
LONGEST = 150.0
"""Seconds within which everything must have been told after the trouble."""
AFTERWARDS = 15.0
"""Seconds beyond a group_interval for which something may still be said twice."""
SLOW = 0.7
"""Seconds that Slack takes to answer while the sender is killed now and then."""

Fact = tuple[str, int]
_SITE = re.compile(r"site-(\d+)\.")
_STATED = re.compile(r"(firing|resolved) site-(\d+)\.")


@dataclass(frozen=True)
class Result:
    """`facts` are alerts that began and that ended. Delays are seconds from the fact to its first message."""

    sender: str
    trouble: str
    facts: int
    delivered: int
    twice: int
    delays: tuple[float, ...]
    early: int

    @property
    def lost(self) -> int:
        return self.facts - self.delivered

    def __str__(self) -> str:
        typical = f"{median(self.delays):.1f} s" if self.delays else "–"
        longest = f"{max(self.delays):.1f} s" if self.delays else "–"
        counts = (self.facts, self.delivered, self.lost, self.twice, self.early, typical, longest)
        return f"| {self.trouble} | {self.sender} | {' | '.join(map(str, counts))} |"


def told(slack: TroubledSlack) -> dict[Fact, list[str]]:
    """What each message in the channel and its threads says anew: fact → the messages' `ts`.

    Alertmanager's says it in so many words. The bot's own first message about a site says that its alert began, and a
    reply below it that it ended.
    """
    found: dict[Fact, list[str]] = {}
    for message in slack.channel("noc").messages:
        for fact in dict.fromkeys(_facts(message)):
            found.setdefault(fact, []).append(message["ts"])
    return found


def _facts(message: JsonObject) -> Iterable[Fact]:
    attached = " ".join(str(one.get("text", "")) for one in message.get("attachments") or ())
    stated = _STATED.findall(attached)
    if stated:
        return [(state, int(site)) for state, site in stated]
    state = "resolved" if "thread_ts" in message else "firing"
    return [(state, int(site)) for site in _SITE.findall(seen(message))[:1]]


class Trial:
    """One run; `start` and `kill` are the sender's."""

    def __init__(self, sender: Sender, slack: TroubledSlack, trouble: Trouble) -> None:
        self._sender, self._slack, self._trouble = sender, slack, trouble
        self._known: dict[Fact, float] = {}
        self._first: dict[Fact, float] = {}

    async def run(self) -> Result:
        await self._sender.start()
        await self._phase("firing", self._sender.fire)
        await self._phase("resolved", self._sender.resolve)
        shown = told(self._slack)
        return Result(
            self._sender.name,
            self._trouble.name,
            len(self._known),
            sum(fact in self._first for fact in self._known),
            sum(len(messages) - 1 for messages in shown.values()),
            tuple(self._first[fact] - at for fact, at in self._known.items() if fact in self._first),
            self._slack.early,
        )

    async def _phase(self, state: str, happens: Callable[[int], Awaitable[None]]) -> None:
        """Half of the facts, under trouble; then the time to recover from it."""
        self._slack.trouble = self._trouble.fault
        self._slack.pause = SLOW if self._trouble.kills else 0.0
        kills = asyncio.create_task(self._kill()) if self._trouble.kills else None
        began = time.monotonic()
        for site in range(1, SITES + 1):
            await asyncio.sleep(max(0.0, began + site * LASTS / (SITES + 1) - time.monotonic()))
            self._known[state, site] = time.monotonic()
            await happens(site)
        await asyncio.sleep(max(0.0, began + LASTS - time.monotonic()))
        self._slack.trouble, self._slack.pause = None, 0.0
        if kills is not None:
            await kills
        await becomes(self._is_all_told, LONGEST)
        await asyncio.sleep(self._trouble.interval + AFTERWARDS)
        self._note()

    async def _kill(self) -> None:
        began = time.monotonic()
        for moment in KILLED_AT:
            await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
            await self._sender.kill()
            await self._sender.start()

    async def _is_all_told(self) -> bool:
        return not self._note()

    def _note(self) -> list[Fact]:
        """Keep when each fact showed first; those that do not show yet."""
        for fact, messages in told(self._slack).items():
            self._first.setdefault(fact, min(self._slack.posted_at[ts] for ts in messages))
        return [fact for fact in self._known if fact not in self._first]
