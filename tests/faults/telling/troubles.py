"""What goes wrong with Slack, mail and web hooks: kinds of trouble, and when each of a run's troubles is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from tests.fakes.slack_faults import Fault, drops, hangs, rate_limited, refuses, server_error
from tests.faults.telling.story import BEGIN, LASTS
from tests.faults.telling.world import World
from tests.faults.telling_faults import WRITES

T = TypeVar("T")
OnSlack = Callable[[Random, str], Fault | None]
OnMail = Callable[[Random, str], str | None]
OnHook = Callable[[Random], Fault | None]
Meanwhile = Callable[[World, Random], bool]
"""What somebody does in Slack between two of the bot's calls; whether they did."""

NO_WISH = Fault(429, '{"ok": false, "error": "ratelimited"}')
PASSING = ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited")
NO_ANSWER = (hangs(), hangs(takes_effect=True))
HANGS = 2
"""So often in a run, at most: each costs the whole patience in real seconds."""


@dataclass(frozen=True)
class Trouble:
    """One kind. `slack` says of a call of Slack's, `data` of a mail, `recipient` of one of its recipients and `hook` of
    a post what goes wrong with it. `at_most` strikes in a run; `for_good`: once it has begun it does not end."""

    name: str
    slack: OnSlack | None = None
    meanwhile: Meanwhile | None = None
    data: OnMail | None = None
    recipient: OnMail | None = None
    hook: OnHook | None = None
    at_most: int = 1000
    for_good: bool = False


def always(fault: Fault) -> OnSlack:
    return lambda _random, _method: fault


def posting(fault: Fault) -> OnSlack:
    return lambda _random, method: fault if method in WRITES else None


def limited(random: Random, _method: str) -> Fault:
    return rate_limited(random.choice((1, 30, 120, 300)))


def passing(random: Random, _method: str) -> Fault:
    return refuses(random.choice(PASSING))


def unsteady(random: Random, method: str) -> Fault | None:
    faults = [
        *(drops(), drops(takes_effect=True), server_error(500), server_error(503), rate_limited(7), NO_WISH),
        refuses(random.choice(PASSING)),
    ]
    return random.choice(faults) if random.random() < (0.5 if method in WRITES else 0.25) else None


def silent(random: Random, method: str) -> Fault | None:
    return random.choice(NO_ANSWER) if method in WRITES else None


def somebody_deletes(world: World, random: Random) -> bool:
    """One of the bot's messages, or one of its replies."""
    there = [one for one in world.ledger.shown if one.ts and one.gone_at is None]
    if not there or random.random() > 0.1:
        return False
    one = random.choice(there)
    world.slack.delete(one.viewer, one.ts)
    return True


def archived(world: World, random: Random) -> bool:
    world.slack.channel(random.choice(("noc", "shops", "chief"))).is_archived = True
    return True


def answers(*texts: str, share: float = 1.0) -> OnMail:
    return lambda random, _address: random.choice(texts) if random.random() < share else None


def one_of_two(text: str) -> OnMail:
    return lambda _random, address: text if address == "boss@example.com" else None


def hooked(*faults: Fault) -> OnHook:
    return lambda random: random.choice(faults)


TROUBLES = (
    Trouble("Slack: 429 with Retry-After", limited),
    Trouble("Slack: 429 without Retry-After", always(NO_WISH)),
    Trouble("Slack: 500", always(server_error(500))),
    Trouble("Slack: 503 with a page of HTML", always(server_error(503))),
    Trouble("Slack: its codes for passing troubles", passing),
    Trouble("Slack: cuts the line", always(drops())),
    Trouble("Slack: takes the message, then cuts the line", posting(drops(takes_effect=True))),
    Trouble("Slack: the same, and reading fails too", always(drops(takes_effect=True))),
    Trouble("Slack: never answers, whether or not it took the message", silent, at_most=HANGS),
    Trouble("Slack: now one, now another of these", unsteady),
    Trouble("Slack: refuses the token", always(refuses("invalid_auth"))),
    Trouble("Slack: somebody deletes messages", meanwhile=somebody_deletes, at_most=10),
    Trouble("Slack: a channel is archived", meanwhile=archived, at_most=1, for_good=True),
    Trouble("mail: 4xx", data=answers("451 try again later", "421 closing")),
    Trouble("mail: 5xx", data=answers("554 no")),
    Trouble("mail: now 4xx, now 5xx", data=answers("451 try again later", "554 no")),
    Trouble("mail: takes the mail, then cuts the line", data=answers("", share=0.7)),
    Trouble("mail: one of two recipients refused for now", recipient=one_of_two("450 greylisted")),
    Trouble("mail: one of two recipients refused for good", recipient=one_of_two("550 no such user"), for_good=True),
    Trouble("mail: every recipient refused for now", recipient=answers("450 greylisted")),
    Trouble("web hook: 500 and 503", hook=hooked(server_error(500), server_error(503))),
    Trouble("web hook: 429 with Retry-After", hook=hooked(rate_limited(60))),
    Trouble("web hook: takes the post, then cuts the line", hook=hooked(drops(takes_effect=True))),
    Trouble("web hook: never answers, whether or not it took the post", hook=hooked(*NO_ANSWER), at_most=1),
    Trouble("web hook: 410, gone for good", hook=hooked(Fault(410, "gone")), for_good=True),
)  # fmt: skip


@dataclass(frozen=True)
class Spell:
    """A trouble from its beginning to its end."""

    trouble: Trouble
    begins: datetime
    ends: datetime


def spell(trouble: Trouble, random: Random) -> Spell:
    """Somewhere in the story; it may outlast it a little."""
    begins = BEGIN + random.uniform(0, 0.9) * LASTS
    lasts = timedelta(days=1) if trouble.for_good else timedelta(minutes=random.choice((1, 4, 10, 20)))
    return Spell(trouble, begins, begins + lasts)


class Spells:
    """The weather of one run."""

    def __init__(self, world: World, spells: Sequence[Spell], random: Random) -> None:
        self._world, self._spells, self._random = world, spells, random
        self.strikes: Counter[str] = Counter()

    @property
    def over_at(self) -> datetime:
        """When the last of them that ends has ended."""
        return max((one.ends for one in self._spells if not one.trouble.for_good), default=BEGIN)

    def _about(self) -> list[Trouble]:
        now = self._world.now
        return [
            one.trouble
            for one in self._spells
            if one.begins <= now < one.ends and self.strikes[one.trouble.name] < one.trouble.at_most
        ]

    def _first(self, ask: Callable[[Trouble], T | None]) -> T | None:
        """What the first of the troubles that are about now makes of something."""
        for trouble in self._about():
            found = ask(trouble)
            if found is not None:
                self.strikes[trouble.name] += 1
                return found
        return None

    def slack(self, method: str) -> Fault | None:
        for one in self._about():
            if one.meanwhile is not None and one.meanwhile(self._world, self._random):
                self.strikes[one.name] += 1
        return self._first(lambda one: one.slack(self._random, method) if one.slack is not None else None)

    def data(self) -> str | None:
        return self._first(lambda one: one.data(self._random, "") if one.data is not None else None)

    def recipient(self, address: str) -> str | None:
        return self._first(lambda one: one.recipient(self._random, address) if one.recipient is not None else None)

    def hook(self) -> Fault | None:
        return self._first(lambda one: one.hook(self._random) if one.hook is not None else None)
